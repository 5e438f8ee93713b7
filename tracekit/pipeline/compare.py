"""Comparing the statements of a link: what the lower side should have forwarded, what the upper side holds. Pure.

Both sides are asked for sums only; where two sums differ they are asked deeper, first by cell (day × node × kind),
then by the identity hash digit by digit, at last for the keys: the cost grows with the differences.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

DIGITS = "0123456789abcdef"
FEW = 64
"""A branch with no more records than this is listed instead of divided."""

_DEEPEST = 63


class Cell(NamedTuple):
    """A place of a statement: business day, node (empty: none) and kind."""

    day: str
    node: str
    kind: str


class Total(NamedTuple):
    """A number of records and the sum of their leaves, 64 hexadecimal digits."""

    records: int
    digest: str


NOTHING = Total(0, "0" * 64)


class Held(NamedTuple):
    """A record as a statement names it."""

    identity: str
    origin: str
    kind: str
    key: str
    revision: int
    content_id: str


class Side(Protocol):
    """One side of a link, asked for its sums and keys; parts that hold nothing may be left out."""

    def cells(self, first: str, last: str) -> Mapping[Cell, Total]:
        """The sums of all cells from one day to another."""
        ...

    def branches(self, cell: Cell, prefix: str) -> Mapping[str, Total]:
        """The sums below a prefix of the identity hash, by the prefix with one digit more."""
        ...

    def keys(self, cell: Cell, prefix: str) -> Iterable[Held]:
        """The records below a prefix."""
        ...


@dataclass
class Comparison:
    """What two sides disagree on; `asked` counts the questions put to the upper side."""

    missing: list[Held] = field(default_factory=list[Held])
    """Held below, not above: to be sent again."""
    surplus: list[Held] = field(default_factory=list[Held])
    """Held above, not below."""
    different: list[tuple[Held, Held]] = field(default_factory=list[tuple[Held, Held]])
    """Held by both in another revision or content: (lower, upper)."""
    lower: Total = NOTHING
    upper: Total = NOTHING
    asked: int = 0

    @property
    def is_equal(self) -> bool:
        """True if both sides hold the same."""
        return not (self.missing or self.surplus or self.different) and self.lower == self.upper


def compare(lower: Side, upper: Side, first: str, last: str) -> Comparison:
    """Find what differs between two sides from one business day to another."""
    below, above = lower.cells(first, last), upper.cells(first, last)
    result = Comparison(lower=total(below.values()), upper=total(above.values()), asked=1)
    own: dict[str, Held] = {}
    theirs: dict[str, Held] = {}
    for cell in sorted(below.keys() | above.keys()):
        one, other = below.get(cell, NOTHING), above.get(cell, NOTHING)
        for prefix in _unequal(_Pair(lower, upper, cell, result), "", one, other):
            own.update((held.identity, held) for held in lower.keys(cell, prefix))
            if other.records:
                result.asked += 1
                theirs.update((held.identity, held) for held in upper.keys(cell, prefix))
    _sort_out(own, theirs, result)
    return result


def total(totals: Iterable[Total]) -> Total:
    """Add totals up; sums are modulo 2^256."""
    listed = list(totals)
    digest = sum(int(one.digest, 16) for one in listed) % (1 << 256)
    return Total(sum(one.records for one in listed), f"{digest:064x}")


class _Pair(NamedTuple):
    lower: Side
    upper: Side
    cell: Cell
    result: Comparison


def _unequal(pair: _Pair, prefix: str, one: Total, other: Total) -> Iterator[str]:
    """The shortest prefixes that are few enough to list and whose sums differ."""
    if one == other:
        return
    if max(one.records, other.records) <= FEW or not (one.records and other.records) or len(prefix) == _DEEPEST:
        yield prefix
        return
    pair.result.asked += 1
    below, above = pair.lower.branches(pair.cell, prefix), pair.upper.branches(pair.cell, prefix)
    for digit in DIGITS:
        deeper = prefix + digit
        yield from _unequal(pair, deeper, below.get(deeper, NOTHING), above.get(deeper, NOTHING))


def _sort_out(own: Mapping[str, Held], theirs: Mapping[str, Held], result: Comparison) -> None:
    """A record that stands in another cell above (a corrected day) is different, neither missing nor surplus."""
    for identity in sorted(own.keys() | theirs.keys()):
        mine, other = own.get(identity), theirs.get(identity)
        if mine is None and other is not None:
            result.surplus.append(other)
        elif mine is not None and other is None:
            result.missing.append(mine)
        elif mine is not None and other is not None and mine != other:
            result.different.append((mine, other))
