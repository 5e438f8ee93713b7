"""Rollups and statements: summed per batch in memory, written last and in key order.

What a record counts for depends on its state alone (`share`), so a change of state is the difference of two shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tracekit.ids import add_leaves
from tracekit.store.backends import Row
from tracekit.store.schema import CELL, COUNTS
from tracekit.store.transaction import Transaction

Cell = tuple[int, int, int, int, int, int]
"""day, node, kind, category, region, sender"""

LinkCell = tuple[int, int, int, int]
"""link, day, node, kind"""

FindingCell = tuple[int, int, int, str]
"""day, code, node, level"""

Shares = tuple[int, ...]
"""One number per counter, in the order of `COUNTS`."""

ACCEPTED, REPLACED, PENDING, REFUSED, WITHDRAWN = 1, 2, 3, 4, 5
"""States of a stored record: accepted and current; accepted, then replaced; waiting for its review; refused by the
review; replaced while it waited."""

LIVE = (ACCEPTED, PENDING)
NEW, CORRECT, VOID = 1, 2, 3
ACTIONS = {"new": NEW, "correct": CORRECT, "void": VOID}

NOTHING: Shares = (0,) * len(COUNTS)
DUPLICATE: Shares = tuple(int(name == "duplicate") for name in COUNTS)


class Counted(NamedTuple):
    """What of a stored record decides its share of the counters."""

    state: int
    action: int
    replaces: int
    backfill: int
    broken: int
    lines: int


def share(one: Counted) -> Shares:
    """What a stored record adds to its cell."""
    accepted = one.state in (ACCEPTED, REPLACED)
    void = accepted and one.action == VOID
    correction = accepted and not void and one.replaces != 0
    valid = accepted and not void and not correction
    problem, pending = one.state == REFUSED, one.state == PENDING
    total = valid or problem or pending
    broken = one.broken and one.state == ACCEPTED
    return (
        int(total),
        int(valid),
        int(problem),
        int(pending),
        0,
        int(correction),
        int(void),
        int(total and bool(one.backfill)),
        int(bool(broken)),
        one.lines if valid else 0,
    )  # fmt: skip  in the order of COUNTS


def problem_share(backfill: int, sign: int = 1) -> Shares:
    """What a record of the quarantine adds to its cell."""
    return (sign, 0, sign, 0, 0, 0, 0, sign * backfill, 0, 0)


class Sums:
    """The counters of one transaction: cells and statement leaves."""

    def __init__(self) -> None:
        self.cells: dict[Cell, list[int]] = {}
        self.leaves: dict[LinkCell, list[int]] = {}
        self.findings: dict[FindingCell, int] = {}

    def add(self, cell: Cell, shares: Shares, times: int = 1) -> None:
        """Add a share so many times, or take it away."""
        sums = self.cells.get(cell)
        if sums is None:
            sums = self.cells[cell] = [0] * len(COUNTS)
        for index, value in enumerate(shares):
            if value:
                sums[index] += times * value

    def leaf(self, cell: LinkCell, leaf: int, count: int = 1) -> None:
        """Put a record's leaf, or the sum of some, into the statement of a link; a count below 0 takes it out."""
        found = self.leaves.setdefault(cell, [0, 0])
        found[0] += count
        found[1] += leaf if count > 0 else -leaf

    def finding(self, cell: FindingCell, sign: int = 1) -> None:
        """Count a finding."""
        self.findings[cell] = self.findings.get(cell, 0) + sign

    def write(self, tx: Transaction) -> None:
        """Write all sums in key order; the caller holds the write lock."""
        cells = [(*cell, *sums) for cell, sums in sorted(self.cells.items()) if any(sums)]
        tx.many(_adding("rollups", CELL, COUNTS), cells)
        counts = [(*cell, count) for cell, count in sorted(self.findings.items()) if count]
        tx.many(_adding("finding_counts", ("day", "code", "node", "level"), ("count",)), counts)
        _write_statements(tx, {cell: sums for cell, sums in sorted(self.leaves.items()) if any(sums)})


def _adding(table: str, key: tuple[str, ...], counts: tuple[str, ...]) -> str:
    marks = ", ".join("?" * (len(key) + len(counts)))
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in counts)
    insert = f"INSERT INTO {table} ({', '.join((*key, *counts))}) VALUES ({marks})"  # noqa: S608  our own names
    return f"{insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"


def _write_statements(tx: Transaction, sums: Mapping[LinkCell, list[int]]) -> None:
    stored = _stored_digests(tx, list(sums))
    rows: list[Row] = []
    for cell, (count, leaves) in sums.items():
        before = stored.get(cell, (0, 0))
        rows.append((*cell, before[0] + count, add_leaves((leaves,), before[1]).to_bytes(32, "big")))
    tx.many(
        "INSERT INTO statements (link, day, node, kind, count, digest) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (link, day, node, kind) DO UPDATE SET count = excluded.count, digest = excluded.digest",
        rows,
    )


_JOINED = "SELECT link, day, node, kind, count, digest FROM asked JOIN statements USING (link, day, node, kind)"


def _stored_digests(tx: Transaction, cells: Sequence[LinkCell]) -> dict[LinkCell, tuple[int, int]]:
    found: dict[LinkCell, tuple[int, int]] = {}
    for start in range(0, len(cells), 400):
        # integers made by this program, so they may stand in the text
        values = ", ".join(f"({link},{day},{node},{kind})" for link, day, node, kind in cells[start : start + 400])
        for row in tx.rows(f"WITH asked (link, day, node, kind) AS (VALUES {values}) {_JOINED}"):
            found[row[0], row[1], row[2], row[3]] = (row[4], int.from_bytes(row[5], "big"))
    return found
