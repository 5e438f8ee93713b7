"""What an operator's tables say to the rules: marks and balances that stand before any record. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tracekit.pipeline.marks import compile_marks, compile_moves
from tracekit.pipeline.times import interval
from tracekit.sdk import Balance, Facts, Mark, Record
from tracekit.spec.joining import BalanceRow, MarkRow

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged

TABLE = "table."
"""What stands before a table's name where `marks.csv` and `balance.csv` name a kind."""


@dataclass
class Supplied:
    """Marks and balances of the tables, by key."""

    marks: dict[str, list[Mark]] = field(default_factory=dict[str, list[Mark]])
    balance: dict[str, Balance] = field(default_factory=dict[str, Balance])

    def told(self, judged: Iterable[Judged], facts: Facts) -> Facts:
        """The facts of a batch with what the tables say of it."""
        if not self.marks and not self.balance:
            return facts
        read = {key.key for one in judged for key in one.marks if key.side == "read"} & self.marks.keys()
        moved = {move.key for one in judged for move in one.moves} & self.balance.keys()
        marks = {key: [*self.marks[key], *facts.marks.get(key, ())] for key in read}
        balance = {key: _sum(self.balance[key], facts.balance.get(key)) for key in moved}
        return replace(facts, marks={**facts.marks, **marks}, balance={**facts.balance, **balance})


def compile_supplied(tables: Mapping[str, Sequence[Any]], marks: Sequence[MarkRow], balance: Sequence[BalanceRow]) -> Supplied:
    """What the rows of `marks.csv` and `balance.csv` make of supplied tables.

    A row is a record, its one item, and what that item's extension says.
    """
    found = Supplied()
    for name, rows in tables.items():
        make = compile_marks(row for row in marks if row.kind == TABLE + name)
        move = compile_moves(row for row in balance if row.kind == TABLE + name)
        for record in map(_record, rows):
            for key in make(record, 0):
                found.marks.setdefault(key.key, []).append(Mark(0, interval(record["valid_from"])[0], key.until))
            for one in move(record):
                found.balance[one.key] = _sum(Balance(one.came, one.went), found.balance.get(one.key))
    return found


def _record(row: Mapping[str, str]) -> Record:
    quantity = {"value": row.get("value", "0"), "unit": row.get("unit", ""), "basis": row.get("basis", "")}
    return {**row, "items": [{**row, "quantities": [quantity], "extension": row}]}


def _sum(one: Balance, other: Balance | None) -> Balance:
    came, went = other or (0, 0)
    return Balance(one.came + came, one.went + went)
