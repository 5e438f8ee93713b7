"""Counters for dashboards, and the proof that they are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, func, select

from tracekit.store import schema
from tracekit.store.connected import Connected
from tracekit.store.migrate import revision
from tracekit.store.schema import CELL, COUNTS
from tracekit.store.transaction import Transaction
from tracekit.store.values import FindingCount, Rollup, Status

_ROLLUPS = schema.rollups.c

# what each counter is, said again in SQL and independent of `counters.share`
_RECOUNT_RECORDS = """
SELECT day, node, kind, category, region, sender,
  sum(CASE WHEN state IN (3, 4) OR (state IN (1, 2) AND action <> 3 AND replaces = 0) THEN 1 ELSE 0 END),
  sum(CASE WHEN state IN (1, 2) AND action <> 3 AND replaces = 0 THEN 1 ELSE 0 END),
  sum(CASE WHEN state = 4 THEN 1 ELSE 0 END),
  sum(CASE WHEN state = 3 THEN 1 ELSE 0 END),
  sum(CASE WHEN state IN (1, 2) AND action <> 3 AND replaces <> 0 THEN 1 ELSE 0 END),
  sum(CASE WHEN state IN (1, 2) AND action = 3 THEN 1 ELSE 0 END),
  sum(CASE WHEN backfill = 1 AND (state IN (3, 4) OR (state IN (1, 2) AND action <> 3 AND replaces = 0)) THEN 1 ELSE 0 END),
  sum(CASE WHEN broken = 1 AND state = 1 THEN 1 ELSE 0 END),
  sum(CASE WHEN state IN (1, 2) AND action <> 3 AND replaces = 0 THEN lines ELSE 0 END)
FROM records GROUP BY day, node, kind, category, region, sender
"""
_RECOUNT_REFUSED = """
SELECT day, node, kind, category, region, sender, count(*), 0, count(*), 0, 0, 0, sum(backfill), 0, 0
FROM quarantine WHERE counted = 1 GROUP BY day, node, kind, category, region, sender
"""


class Overview(Connected):
    """Part of `Store`: rollups, findings, status, integrity."""

    def rollups(self, day_from: int, day_to: int, group_by: Sequence[str] = ("day",), **only: str | Sequence[str]) -> list[Rollup]:
        """Counters of a range of days, both included, grouped by any of day, node, kind, category, region, sender.

        Args:
            day_from: days since 1970-01-01.
            day_to: days since 1970-01-01.
            group_by: in the order in which `Rollup.by` holds them; none gives one row of sums.
            only: values to keep, as in `node="370600002"` or `kind=[…]`.
        """
        columns = [_ROLLUPS[name] for name in group_by if name in CELL]
        sums = [func.coalesce(func.sum(_ROLLUPS[name]), 0) for name in COUNTS]
        wanted = select(*columns, *sums).where(_ROLLUPS.day.between(day_from, day_to)).group_by(*columns)
        with self._reading() as tx:
            for name, value in only.items():
                texts = [value] if isinstance(value, str) else list(value)
                wanted = wanted.where(_ROLLUPS[name].in_(list(tx.known(name, texts).values())))
            rows = tx.connection.execute(wanted).all()
            named = [index for index, name in enumerate(group_by) if name != "day"]
            texts_of = tx.texts({row[index] for row in rows for index in named})
        found = [_rollup(row, len(columns), named, texts_of) for row in rows]
        return sorted(found, key=lambda one: tuple(map(str, one.by)))

    def findings_top(self, day_from: int, day_to: int, limit: int = 20, node: str = "") -> list[FindingCount]:
        """The most frequent findings of a range of days, both included."""
        counts = schema.finding_counts.c
        total = func.sum(counts.count)
        wanted = select(counts.code, counts.level, total).where(counts.day.between(day_from, day_to)).group_by(counts.code, counts.level)
        with self._reading() as tx:
            if node:
                wanted = wanted.where(counts.node == tx.known("node", [node]).get(node, -1))
            rows = tx.connection.execute(wanted.having(total > 0)).all()
            texts = tx.texts({row[0] for row in rows})
        found = [FindingCount(texts[code], level, int(count)) for code, level, count in rows]
        return sorted(found, key=lambda one: (-one.count, one.code))[:limit]

    def status(self) -> Status:
        """What the store holds."""
        with self._reading() as tx:
            sums = tx.connection.execute(select(*[func.coalesce(func.sum(_ROLLUPS[name]), 0) for name in COUNTS])).one()
            waiting: dict[str, dict[str, int]] = {}
            box = schema.outbox.c
            for peer, state, count in tx.connection.execute(
                select(box.peer, box.state, func.sum(box.records)).group_by(box.peer, box.state)
            ):
                waiting.setdefault(peer, {})[state] = int(count)
            return Status(
                backend=self.back.name,
                schema=revision(tx.connection),
                records=_top(tx.connection, schema.records.c.id),
                counts={name: int(value) for name, value in zip(COUNTS, sums, strict=True)},
                receipts=_top(tx.connection, schema.receipts.c.seq),
                quarantine=_by(tx.connection, schema.quarantine.c.state),
                outbox=waiting,
                filings=_by(tx.connection, schema.filings.c.state),
                feedback_open=_by(tx.connection, schema.feedback.c.state).get("open", 0),
                quotes=_top(tx.connection, schema.quotes.c.id),
                cursors={row[0]: row[1] for row in tx.connection.execute(select(schema.cursors.c.source, schema.cursors.c.text))},
            )

    def rollups_broken(self) -> list[str]:
        """Differences between the counters and a recount of everything stored, duplicates apart: none is right."""
        with self._reading() as tx:
            real = _recount(tx)
            kept = [name for name in COUNTS if name != "duplicate"]
            stored: dict[tuple[int, ...], tuple[int, ...]] = {}
            for row in tx.rows(f"SELECT {', '.join((*CELL, *kept))} FROM rollups"):  # noqa: S608  our own names
                if any(row[len(CELL) :]):
                    stored[row[: len(CELL)]] = tuple(row[len(CELL) :])
        return [
            f"{dict(zip(CELL, cell, strict=True))}: stored {stored.get(cell)}, counted {real.get(cell)}"
            for cell in sorted(stored.keys() | real.keys())
            if stored.get(cell) != real.get(cell)
        ]


def _rollup(row: Sequence[int], width: int, named: Sequence[int], texts: Mapping[int, str]) -> Rollup:
    by = tuple(texts[value] if index in named else value for index, value in enumerate(row[:width]))
    return Rollup(by, *(int(value) for value in row[width:]))


def _recount(tx: Transaction) -> dict[tuple[int, ...], tuple[int, ...]]:
    real: dict[tuple[int, ...], tuple[int, ...]] = {}
    width = len(CELL)
    for sql in (_RECOUNT_RECORDS, _RECOUNT_REFUSED):
        for row in tx.rows(sql):
            before = real.get(row[:width], (0,) * (len(row) - width))
            real[row[:width]] = tuple(int(one + two) for one, two in zip(before, row[width:], strict=True))
    return {cell: counts for cell, counts in real.items() if any(counts)}


def _top(connection: Connection, column: Column[Any]) -> int:
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one())


def _by(connection: Connection, column: Column[Any]) -> dict[str, int]:
    return {str(value): int(count) for value, count in connection.execute(select(column, func.count()).group_by(column))}
