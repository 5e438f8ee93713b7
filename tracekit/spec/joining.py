"""The tables that join a record to others: keys that make edges (`links.csv`), marks (`marks.csv`) and balances (`balance.csv`).

A key is one or more terms (a field, `extension.x`, `documents:<type>`, `items.<field>[@role]`, `refs.<field>`, `time.day`,
`time.month`, `time.year`);
`when` keeps it to records or entries of which a path holds: `<path> in A B`, `not_in A B`, `present`, `absent`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from tracekit.errors import SpecError
from tracekit.spec.tables import Row, read_optional

WHEN_TESTS = ("in", "not_in", "present", "absent")
MEASURES = ("mass", "volume", "count", "activity", "each")
"""What a balance counts: kilograms, litres, pieces and heads by their unit, becquerels, or entries."""
TOLD = "extension."
"""What stands before the decimal that an item's extension tells, where a balance counts that."""


class When(NamedTuple):
    """When a row counts: what stands at a path is (not) one of some values, or is there at all."""

    path: str
    test: str
    values: frozenset[str]


class LinkRow(NamedTuple):
    """A key that joins events of a kind: one row of `links.csv`."""

    kind: str
    side: str
    rung: str
    key: tuple[str, ...]
    window_days: int | None
    confidence: float
    mandatory: bool
    note: str
    when: When | None = None

    @property
    def rung_id(self) -> str:
        """The rung with the category in which its window and confidence hold."""
        return f"{self.kind.partition('.')[0]}.{self.rung}"


class MarkRow(NamedTuple):
    """A mark that a kind sets on something, lifts from it, or that its rules read: one row of `marks.csv`.

    `until` is a path to its last day or moment, or `+Nd` after the event; without it the mark stands for good.
    """

    kind: str
    side: str
    mark: str
    key: tuple[str, ...]
    when: When | None
    until: str
    note: str


class BalanceRow(NamedTuple):
    """What a kind adds to a ledger (`+`), takes from it (`-`) or counts of it (`=`): one row of `balance.csv`."""

    kind: str
    ledger: str
    key: tuple[str, ...]
    sign: str
    measure: str
    when: When | None
    note: str


def read_links(folder: Path) -> list[LinkRow]:
    """The rows of `links.csv`.

    Raises:
        SpecError: a row is malformed; file and row are named. So do the other two.
    """
    return list(_rows(folder / "links.csv", _link))


def read_marks(folder: Path) -> list[MarkRow]:
    """The rows of `marks.csv`."""
    return list(_rows(folder / "marks.csv", _mark))


def read_balance(folder: Path) -> list[BalanceRow]:
    """The rows of `balance.csv`."""
    return list(_rows(folder / "balance.csv", _balance))


JoiningRow = TypeVar("JoiningRow")


def _rows(path: Path, made: Callable[[Row], JoiningRow]) -> Iterable[JoiningRow]:
    for number, row in enumerate(read_optional(path), 1):
        try:
            yield made(row)
        except ValueError as problem:
            where = f"{path} [row {number}: {row.get('kind', '')}]"
            raise SpecError(f"{where}: {problem}", code="TK-SPEC-003", params={"file": where, "problem": str(problem)}) from None


def _link(row: Row) -> LinkRow:
    return LinkRow(
        row["kind"],
        _one_of(row["side"], "offer", "seek"),
        row["rung"],
        _key(row),
        int(row["window_days"]) if row.get("window_days") else None,
        float(row.get("confidence") or 1),
        row.get("mandatory", "") == "1",
        row.get("note", ""),
        _when(row),
    )


def _mark(row: Row) -> MarkRow:
    side = _one_of(row["side"], "set", "lift", "read")
    return MarkRow(row["kind"], side, row["mark"], _key(row), _when(row), row.get("until", ""), row.get("note", ""))


def _balance(row: Row) -> BalanceRow:
    sign, measure = _one_of(row["sign"], "+", "-", "="), row["measure"]
    if not measure.startswith(TOLD):
        _one_of(measure, *MEASURES)
    return BalanceRow(row["kind"], row["ledger"], _key(row), sign, measure, _when(row), row.get("note", ""))


def _key(row: Row) -> tuple[str, ...]:
    terms = tuple(row["key"].split())
    if not terms:
        raise ValueError("the key has no term")
    return terms


def _when(row: Row) -> When | None:
    words = row.get("when", "").split()
    if not words:
        return None
    if len(words) == 1 or (words[1] in ("in", "not_in")) != (len(words) > 2):
        raise ValueError(f"when {' '.join(words)!r} is not `path in A B`, `path not_in A B`, `path present` or `path absent`")
    return When(words[0], _one_of(words[1], *WHEN_TESTS), frozenset(words[2:]))


def _one_of(value: str, *known: str) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is not one of: {', '.join(known)}")
    return value
