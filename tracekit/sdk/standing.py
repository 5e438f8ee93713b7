"""Checks against what earlier records left: marks that stand or have ended, and ledgers from which more went than came."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from tracekit.findings import Finding, Level
from tracekit.sdk.checks import NONE, Check
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


def still_marked(code: str, mark: str, *, always: bool = False, level: Level = "warning") -> Check:
    """What the record reads bears the mark at its time: inspected, permitted, released, certified.

    Args:
        always: also where nobody ever set the mark; else only where it was set, but has ended or comes later.
    """

    def check(_record: Record, facts: Facts) -> Iterable[Finding]:
        if not facts.own.reads:
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
                _, *middle, unit = key.split("|")
                params = {"ref": middle[0], "came": _amount(came), "went": _amount(went), "unit": unit}
                found.append(Finding(code, level, f"items.{line}" if line else "", params))
        return found

    return check


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
    for key in facts.own.reads:
        if key.mark == mark:
            marks, lifts = facts.marks.get(key.key, ()), facts.marks.get(LIFT + key.key)
            yield key, [_lifted(one, lifts) for one in marks] if lifts else marks


def _lifted(mark: Mark, lifts: Sequence[Mark]) -> Mark:
    """A mark that ends where it was first lifted after it was set."""
    return mark._replace(until=min([mark.until, *(lift.start - 1 for lift in lifts if lift.start >= mark.start)]))


def _stands(mark: Mark, facts: Facts) -> bool:
    return mark.start <= facts.own.end and mark.until >= facts.own.start


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
