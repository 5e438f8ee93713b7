"""Checks against what earlier records left: marks that stand or have ended, and ledgers: more went than came, counted otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from tracekit.findings import Finding, Level
from tracekit.sdk.checks import NONE, Check, Rows
from tracekit.sdk.types import Balance, Facts, Mark, MarkKey, Move, Record
from tracekit.spec.lexical import decimal_text

_CHINA = timezone(timedelta(hours=8))
_DAY = 86_400
LIFT = "lift:"
"""What stands before the name of a mark that was lifted."""
_LAST_TOLD = 1 << 60
"""A mark that ends later stands for good."""


def not_marked(code: str, mark: str, *, after: int | None = None, level: Level = "warning") -> Check:
    """None of what the record reads bears the mark at its time: recalled, in its withdrawal period, dispensed already.

    Args:
        after: so many days after the day of the mark nothing is said yet: thirty days to register what was delivered.
    """

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        if not facts.own.reads:
            return NONE
        return [
            _finding(code, level, key, until=_day(found[0].until), since=_day(found[0].start))
            for key, marks in _read(facts, mark)
            if (found := [one for one in marks if _stands(one, facts) and (after is None or _passed(one.start, facts) > after)])
        ]

    return check


def still_marked(code: str, mark: str, *, always: bool = False, where: str = "", level: Level = "warning") -> Check:
    """What the record reads bears the mark at its time: inspected, permitted, released, certified.

    Args:
        always: also where nobody ever set the mark; else only where it was set, but has ended or comes later.
        where: a mark that must stand on something the record reads, or nothing is said: that a list names all there are.
    """

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        if not facts.own.reads or (where and not _any_stands(facts, where)):
            return NONE
        return [
            _finding(code, level, key, until=_day(max((one.until for one in marks), default=0)))
            for key, marks in _read(facts, mark)
            if (marks or always) and not any(_stands(one, facts) for one in marks)
        ]

    return check


def marked_within(code: str, mark: str, days: int, *, level: Level = "warning") -> Check:
    """The mark was set before, the last time at most so many days ago: maintenance, a check that is due again and again."""

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        if not facts.own.reads:
            return NONE
        found: list[Finding] = []
        for key, marks in _read(facts, mark):
            last = max((one.start for one in marks if one.start <= facts.own.start), default=None)
            passed = 0 if last is None else _passed(last, facts)
            if last is not None and passed > days:
                found.append(_finding(code, level, key, last=_day(last), days=str(passed), limit=str(days)))
        return found

    return check


def within_balance(code: str, ledger: str, *, tolerance: Decimal = Decimal(0), always: bool = False, level: Level = "warning") -> Check:
    """No more goes out of a ledger than came in: stock, what a certificate or a permit covers.

    Args:
        tolerance: the share of what came that may go out above it.
        always: also where nothing is known to have come; else that is a broken link, and told as such.
    """

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        if not facts.own.moves:
            return NONE
        found: list[Finding] = []
        for key, came, went, line in _sums(facts, ledger):
            if (came or always) and went > came * (1 + tolerance):
                found.append(Finding(code, level, f"items.{line}" if line else "", _params(key, came=came, went=went)))
        return found

    return check


def count_agrees(code: str, ledger: str, *, tolerance: Decimal = Decimal(0), level: Level = "warning") -> Check:
    """What a stock count found is what the ledger says, give or take a share of it; a ledger that nobody opened says nothing."""

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        counted: dict[str, list[Move]] = {}
        for move in facts.own.moves:
            if move.ledger == ledger and move.counted is not None:
                counted.setdefault(move.key, []).append(move)
        found: list[Finding] = []
        for key, moves in counted.items():
            came, went = facts.balance.get(key, (0, 0))
            value, stands = sum(move.counted or 0 for move in moves), came - went
            if came and abs(value - stands) > tolerance * abs(stands):
                params = _params(key, counted=value, stands=stands)
                found.append(Finding(code, level, f"items.{moves[0].line}" if moves[0].line else "", params))
        return found

    return check


def within_limit(code: str, ledger: str, rows: Rows, *, unless: str = "", level: Level = "warning") -> Check:
    """What a ledger holds once the record has added to it stays below a limit of its own, as that of a substance at a place.

    Args:
        rows: `ref`, the first term of the ledger's key, and `limit` in the ledger's unit.
        unless: the type of a paper that makes it good, where the record names one.
    """
    limits = {row["ref"]: Decimal(row["limit"]) * 10**6 for row in rows}

    def check(record: Record, facts: Facts) -> Iterable[Finding]:
        adding = {move.key: move.line for move in reversed(facts.own.moves) if move.ledger == ledger and move.came}
        if not adding or (unless and any(one["type"] == unless for one in record.get("documents", ()))):
            return NONE
        found: list[Finding] = []
        for key, line in adding.items():
            limit = limits.get(key.split("|")[1])
            came, went = facts.balance.get(key, (0, 0))
            held = came - went + sum(move.came - move.went for move in facts.own.moves if move.key == key)
            if limit is not None and held >= limit:
                params = _params(key, value=held, limit=int(limit))
                found.append(Finding(code, level, f"items.{line}" if line else "", params))
        return found

    return check


def _params(key: str, **amounts: int) -> dict[str, str]:
    """The thing that a ledger's key begins with, its unit, and amounts as they are told."""
    _, ref, *_, unit = key.split("|")
    return {"ref": ref, **{name: _amount(value) for name, value in amounts.items()}, "unit": unit}


def _sums(facts: Facts, ledger: str) -> Iterator[tuple[str, int, int, int]]:
    """Per key from which the record takes: what came and went, its own moves included, and the first line that takes."""
    own: dict[str, list[Move]] = {}
    for move in facts.own.moves:
        if move.ledger == ledger:
            own.setdefault(move.key, []).append(move)
    for key, moves in own.items():
        taking = next((move for move in moves if move.went), None)
        if taking is not None:
            before = facts.balance.get(key, Balance(0, 0))
            yield key, before.came + sum(move.came for move in moves), before.went + sum(move.went for move in moves), taking.line


def _read(facts: Facts, mark: str) -> Iterator[tuple[MarkKey, Sequence[Mark]]]:
    for key in facts.own.reads.get(mark, ()):
        marks, lifts = facts.marks.get(key.key, ()), facts.marks.get(LIFT + key.key)
        yield key, [_lifted(one, lifts) for one in marks] if lifts else marks


def by_mark(keys: Iterable[MarkKey]) -> dict[str, list[MarkKey]]:
    """Of what a record sets and reads, the latter by mark: a thing that is named twice in a line is read once."""
    found: dict[str, list[MarkKey]] = {}
    for key in dict.fromkeys(key for key in keys if key.side == "read"):
        found.setdefault(key.mark, []).append(key)
    return found


def _lifted(mark: Mark, lifts: Sequence[Mark]) -> Mark:
    """A mark that ends where it was first lifted after it was set."""
    return mark._replace(until=min([mark.until, *(lift.start - 1 for lift in lifts if lift.start >= mark.start)]))


def _stands(mark: Mark, facts: Facts) -> bool:
    return mark.start <= facts.own.end and mark.until >= facts.own.start


def _any_stands(facts: Facts, mark: str) -> bool:
    return any(_stands(one, facts) for _, marks in _read(facts, mark) for one in marks)


def _finding(code: str, level: Level, key: MarkKey, **params: str) -> Finding:
    ref = key.key.split("|")[1]
    return Finding(code, level, f"items.{key.line}.ref" if key.line else "", {"ref": ref, **params})


def _passed(second: int, facts: Facts) -> int:
    """Whole days from that of a second to that of the record."""
    return _day_number(facts.own.start) - _day_number(second)


def _day_number(second: int) -> int:
    return (second + 8 * 3600) // _DAY


def _day(second: int) -> str:
    return (
        "-"
        if not 0 < second < _LAST_TOLD
        else datetime.fromtimestamp(min(second, 253_370_000_000), UTC).astimezone(_CHINA).date().isoformat()
    )


def _amount(millionths: int) -> str:
    return decimal_text(Decimal(millionths) / 10**6)
