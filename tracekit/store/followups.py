"""What follows a day: feedback on problem data, and the daily report of each node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import select, update

from tracekit.findings import Finding
from tracekit.store import schema
from tracekit.store.backends import Raw, driver, reading, writing
from tracekit.store.connected import Connected
from tracekit.store.values import Daily, Feedback

_FEEDBACK = schema.feedback.c
_DAILY = schema.daily.c
_NAMES = "record_id sender origin kind key findings contact opened_at deadline state how closed_at id seq".split()


class FollowUps(Connected):
    """Part of `Store`: feedback and daily reports."""

    def feedback_open(self, entries: Iterable[Feedback]) -> list[Feedback]:
        """Open feedback on stored records; returns the entries with their ids."""
        with writing(self.back) as connection:
            raw = driver(connection)
            id_, seq = _top(raw, "id"), _top(raw, "seq")
            made = [replace(one, id=id_ + offset, seq=seq + offset) for offset, one in enumerate(entries, 1)]
            if made:
                connection.execute(schema.feedback.insert(), [_feedback_row(one) for one in made])
        return made

    def feedback_close(self, id_: int, how: str, at: int) -> bool:
        """Close feedback, saying how (revision, void or the reason of a refusal); false if it was not open."""
        with writing(self.back) as connection:
            seq = _top(driver(connection), "seq") + 1
            one = update(schema.feedback).where(_FEEDBACK.id == id_, _FEEDBACK.state == "open")
            return connection.execute(one.values(state="closed", how=how, closed_at=at, seq=seq)).rowcount > 0

    def feedback(self, after: int = 0, limit: int = 1000, *, sender: str = "", state: str = "", due_before: int = 0) -> list[Feedback]:
        """Feedback in the order of its last change; `due_before` gives what is past its deadline."""
        wanted = select(*[_FEEDBACK[name] for name in _NAMES]).where(_FEEDBACK.seq > after)
        for name, value in (("sender", sender), ("state", state)):
            if value:
                wanted = wanted.where(_FEEDBACK[name] == value)
        if due_before:
            wanted = wanted.where(_FEEDBACK.deadline < due_before)
        with reading(self.back) as connection:
            rows = connection.execute(wanted.order_by(_FEEDBACK.seq).limit(limit)).all()
        return [Feedback(*row[:5], tuple(map(Finding.from_wire, orjson.loads(row[5]))), *row[6:]) for row in rows]

    def save_daily(self, report: Daily) -> None:
        """Keep a node's report of a day; a later one for the same day replaces it."""
        row = {name: getattr(report, name) for name in _DAILY.keys()} | {"believed": orjson.dumps(dict(report.believed)).decode()}
        with writing(self.back) as connection:
            connection.execute(schema.daily.delete().where(_DAILY.node == report.node, _DAILY.day == report.day))
            connection.execute(schema.daily.insert().values(row))

    def daily(self, day_from: int, day_to: int, node: str = "") -> list[Daily]:
        """The reports of a range of days, both included."""
        names = ("node", "day", "sender", "state", "believed", "queue", "last_error", "received_at")
        wanted = select(*[_DAILY[name] for name in names]).where(_DAILY.day.between(day_from, day_to))
        if node:
            wanted = wanted.where(_DAILY.node == node)
        with reading(self.back) as connection:
            rows = connection.execute(wanted.order_by(_DAILY.day, _DAILY.node)).all()
        return [Daily(*row[:4], orjson.loads(row[4]), *row[5:]) for row in rows]


def _feedback_row(one: Feedback) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES} | {
        "findings": orjson.dumps([finding.to_wire() for finding in one.findings]).decode()
    }


def _top(raw: Raw, column: str) -> int:
    return int(raw.execute(f"SELECT coalesce(max({column}), 0) FROM feedback").fetchone()[0])
