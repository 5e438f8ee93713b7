"""Marks and balances: what the tables say that a record sets, reads and moves, and how both stand while a batch is judged. Pure.

A mark says something of a thing for a time (recalled, inspected until, in its withdrawal period); a ledger adds up what
came and what went (a batch in one hand, what a certificate covers).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Literal

from tracekit.pipeline.keys import Key, compile_keys, compile_until
from tracekit.sdk import Balance, Facts, Mark, MarkKey, Move, Own, Record
from tracekit.sdk.standing import LIFT, by_mark
from tracekit.spec.joining import TOLD
from tracekit.spec.units import BECQUERELS, KILOGRAMS, LITRES

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged
    from tracekit.spec.joining import BalanceRow, MarkRow, When

LARGEST = 10**17
"""The most (in millionths) that one line may move: more is a slip of the pen, and the format's own limits say so."""

_Side = Literal["set", "read"]
_Marking = tuple[_Side, str, Callable[[Record, Key, int], int]]
"""A mark that is made of a key: set or read, its name, until when."""
MarksOf = Callable[[Record, int], list[MarkKey]]
MovesOf = Callable[[Record], list[Move]]
_UNITS: Mapping[str, tuple[str, Mapping[str, Decimal]]] = {
    "mass": ("kg", KILOGRAMS),
    "volume": ("L", LITRES),
    "activity": ("Bq", BECQUERELS),
}
NO_MOVES: Mapping[int, Sequence[Move]] = {}
_COUNTED = ("piece", "head")


def compile_marks(rows: Iterable[MarkRow], lifted: Container[str] = ()) -> MarksOf:
    """What a kind's rows of `marks.csv` make of a record that ends at a second.

    Args:
        lifted: the marks that some kind lifts. A lift is set like a mark, under a name of its own, and read with the mark.
    """
    groups: dict[tuple[tuple[str, ...], When | None], list[_Marking]] = {}
    for row in rows:
        until = compile_until(row.until)
        groups.setdefault((row.key, row.when), []).extend((side, name, until) for side, name in _sides(row, lifted))
    made = [(compile_keys(terms, when), marks) for (terms, when), marks in groups.items()]
    return lambda record, end: [
        MarkKey(side, name, f"{name}|{key.text}", key.line, until(record, key, end))
        for keys, marks in made
        for key in keys(record)
        for side, name, until in marks
    ]


def _sides(row: MarkRow, lifted: Container[str]) -> list[tuple[_Side, str]]:
    if row.side == "lift":
        return [("set", LIFT + row.mark)]
    side: _Side = "set" if row.side == "set" else "read"
    return [(side, row.mark), *([("read", LIFT + row.mark)] if side == "read" and row.mark in lifted else ())]


def compile_moves(rows: Iterable[BalanceRow]) -> MovesOf:
    """What a kind's rows of `balance.csv` make of a record."""
    made = [_move_maker(row) for row in rows]
    return lambda record: [move for make in made for move in make(record)]


def _move_maker(row: BalanceRow) -> MovesOf:
    keys, comes, goes, counts = compile_keys(row.key, row.when), row.sign == "+", row.sign == "-", row.sign == "="

    def make(record: Record) -> list[Move]:
        moves: list[Move] = []
        for key in keys(record):
            unit, amount = _amount(row.measure, key)
            if 0 < amount <= LARGEST or (counts and unit and amount == 0):
                counted = amount if counts else None
                moves.append(Move(row.ledger, f"{row.ledger}|{key.text}|{unit}", key.line, amount * comes, amount * goes, counted))
        return moves

    return make


def _amount(measure: str, key: Key) -> tuple[str, int]:
    """Unit and amount (millionths) of an item; nothing if it is not told in that measure."""
    if measure == "each":
        return "each", 10**6
    if measure.startswith(TOLD):
        return _told(measure.removeprefix(TOLD), key.entries.get("items", {}).get("extension", {}))
    quantities: Sequence[Mapping[str, str]] = key.entries.get("items", {}).get("quantities", ())
    if measure == "count":
        counted = [one for one in quantities if one["basis"] in _COUNTED]
        return (counted[0]["unit"], _millionths(counted[0]["value"], Decimal(1))) if counted else ("", 0)
    base, factors = _UNITS[measure]
    told = next((one for one in quantities if one["unit"] in factors), None)
    return (base, _millionths(told["value"], factors[told["unit"]])) if told else ("", 0)


def _told(name: str, extension: Mapping[str, str]) -> tuple[str, int]:
    """What an item's extension tells under a name, which stands for its unit."""
    return (name, _millionths(extension[name], Decimal(1))) if name in extension else ("", 0)


def _millionths(value: str, factor: Decimal) -> int:
    return int(Decimal(value) * factor * 10**6)


class Standing:
    """Marks and balances as they stand while a batch is judged: those of the store, then those of its own records."""

    def __init__(self, facts: Facts, stored_moves: Mapping[int, Sequence[Move]] = NO_MOVES) -> None:
        self.facts = replace(facts, marks={key: list(marks) for key, marks in facts.marks.items()}, balance=dict(facts.balance))
        self._moves = dict(stored_moves)

    def facts_for(self, one: Judged, position: int = 0) -> Facts:
        """The facts that the rules see of a record: what it did itself, or the version that it replaces, is not held against it.

        Args:
            position: where it stands if it was taken already.
        """
        reads = by_mark(one.marks)
        apart = [own for own in (one.replaces, position) if own]
        facts = self._without(apart, reads, one.moves) if apart else self.facts
        facts.own = Own(one.start, one.end, reads, one.moves)
        return facts

    def take(self, one: Judged, position: int) -> None:
        """Remember what an accepted record sets and moves."""
        if one.replaces:
            self._forget(one.replaces)
        for key in one.marks:
            if key.side == "set":
                self.facts.marks.setdefault(key.key, []).append(Mark(position, one.start, key.until))
        if one.moves:
            self._moves[position] = one.moves
            for move in one.moves:
                self.facts.balance[move.key] = _moved(self.facts.balance.get(move.key), move)

    def _forget(self, record_id: int) -> None:
        for marks in self.facts.marks.values():
            marks[:] = [mark for mark in marks if mark.record_id != record_id]
        for move in self._moves.pop(record_id, ()):
            self.facts.balance[move.key] = _moved(self.facts.balance.get(move.key), move, -1)

    def _without(self, apart: Sequence[int], reads: Mapping[str, Sequence[MarkKey]], moves: Sequence[Move]) -> Facts:
        stored, keys = self.facts.marks, chain(*reads.values())
        marks = {key.key: [one for one in stored.get(key.key, ()) if one.record_id not in apart] for key in keys}
        balance = {move.key: self.facts.balance.get(move.key, Balance(0, 0)) for move in moves}
        for move in (move for record_id in apart for move in self._moves.get(record_id, ())):
            if move.key in balance:
                balance[move.key] = _moved(balance[move.key], move, -1)
        return replace(self.facts, marks=marks, balance=balance)


def _moved(before: Balance | None, move: Move, sign: int = 1) -> Balance:
    came, went = before or (0, 0)
    return Balance(came + sign * move.came, went + sign * move.went)
