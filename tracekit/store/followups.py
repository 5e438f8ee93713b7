"""What follows a day: feedback on problem data, and the daily report of each node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update

from tracekit.findings import Finding
from tracekit.store import schema
from tracekit.store.connected import Connected
from tracekit.store.values import Daily, Feedback

_FEEDBACK = schema.feedback.c
_DAILY = schema.daily.c
_DAILY_NAMES = [field.name for field in fields(Daily)]
_NAMES = [field.name for field in fields(Feedback)]


class FollowUps(Connected):
    """Part of `Store`: feedback and daily reports."""

    def feedback_open(self, entries: Iterable[Feedback]) -> list[Feedback]:
        """Open feedback on stored records; returns the entries with their ids."""
        with self._writing() as tx:
            id_, seq = tx.top("feedback"), tx.top("feedback", "seq")
            made = [replace(one, id=id_ + offset, seq=seq + offset) for offset, one in enumerate(entries, 1)]
            if made:
                tx.connection.execute(schema.feedback.insert(), [_feedback_row(one) for one in made])
        return made

    def feedback_close(self, id_: int, how: str, at: int) -> bool:
        """Close feedback, saying how (revision, void or the reason of a refusal); false if it was not open."""
        with self._writing() as tx:
            seq = tx.top("feedback", "seq") + 1
            one = update(schema.feedback).where(_FEEDBACK.id == id_, _FEEDBACK.state == "open")
            return tx.connection.execute(one.values(state="closed", how=how, closed_at=at, seq=seq)).rowcount > 0

    def feedback(self, after: int = 0, limit: int = 1000, *, sender: str = "", state: str = "", due_before: int = 0) -> list[Feedback]:
        """Feedback in the order of its last change; `due_before` gives what is past its deadline."""
        wanted = select(*[_FEEDBACK[name] for name in _NAMES]).where(_FEEDBACK.seq > after)
        for name, value in (("sender", sender), ("state", state)):
            if value:
                wanted = wanted.where(_FEEDBACK[name] == value)
        if due_before:
            wanted = wanted.where(_FEEDBACK.deadline < due_before)
        with self._reading() as tx:
            rows = tx.connection.execute(wanted.order_by(_FEEDBACK.seq).limit(limit)).mappings().all()
        return [_feedback(row) for row in rows]

    def feedback_on(self, record_ids: Iterable[int]) -> dict[int, Feedback]:
        """The latest feedback on each of these stored records that has any."""
        wanted = select(*[_FEEDBACK[name] for name in _NAMES]).where(_FEEDBACK.record_id == bindparam("of")).order_by(_FEEDBACK.seq)
        with self._reading() as tx:
            rows = [row for id_ in set(record_ids) - {0} for row in tx.connection.execute(wanted, {"of": id_}).mappings()]
        return {one.record_id: one for one in map(_feedback, rows)}

    def save_daily(self, report: Daily) -> None:
        """Keep a node's report of a day; a later one for the same day replaces it."""
        row = {name: getattr(report, name) for name in _DAILY_NAMES} | {"believed": orjson.dumps(dict(report.believed)).decode()}
        with self._writing() as tx:
            tx.connection.execute(schema.daily.delete().where(_DAILY.node == report.node, _DAILY.day == report.day))
            tx.connection.execute(schema.daily.insert().values(row))

    def daily(self, day_from: int, day_to: int, node: str = "") -> list[Daily]:
        """The reports of a range of days, both included."""
        wanted = select(*[_DAILY[name] for name in _DAILY_NAMES]).where(_DAILY.day.between(day_from, day_to))
        if node:
            wanted = wanted.where(_DAILY.node == node)
        with self._reading() as tx:
            rows = tx.connection.execute(wanted.order_by(_DAILY.day, _DAILY.node)).mappings().all()
        return [_daily(row) for row in rows]


def _feedback(row: Mapping[Any, Any]) -> Feedback:
    values: dict[str, Any] = {**row, "findings": tuple(map(Finding.from_wire, orjson.loads(row["findings"])))}
    return Feedback(**values)


def _daily(row: Mapping[Any, Any]) -> Daily:
    values: dict[str, Any] = {**row, "believed": orjson.loads(row["believed"])}
    return Daily(**values)


def _feedback_row(one: Feedback) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES} | {
        "findings": orjson.dumps([finding.to_wire() for finding in one.findings]).decode()
    }
