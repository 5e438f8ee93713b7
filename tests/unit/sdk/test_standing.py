"""Checks against marks and ledgers: time that the law gives, stock that was counted, limits of what a place may hold."""

from decimal import Decimal

import pytest

from tracekit.sdk import Balance, Facts, Mark, MarkKey, Move, Own
from tracekit.sdk.standing import by_mark, count_agrees, not_marked, still_marked, within_limit

DAY = 86_400
MIDNIGHT = -8 * 3600
"""The first second of a day at +08:00, day 0."""


def _said(after: int | None, set_at: int, read_at: int) -> list[str]:
    reads = by_mark([MarkKey("read", "delivered", "delivered|a:1", 1)])
    facts = Facts(marks={"delivered|a:1": [Mark(1, set_at, 1 << 61)]}, own=Own(read_at, read_at, reads))
    return [finding.code for finding in not_marked("TK-X-001", "delivered", after=after)({}, facts)]


@pytest.mark.parametrize(
    ("after", "set_at", "read_at", "said"),
    [
        (None, MIDNIGHT + 36_000, MIDNIGHT + 36_000, True),
        (None, MIDNIGHT + 36_000, MIDNIGHT + 35_999, False),
        (0, MIDNIGHT, MIDNIGHT + DAY - 1, False),
        (0, MIDNIGHT + DAY - 1, MIDNIGHT + DAY, True),
        (30, MIDNIGHT, MIDNIGHT + 31 * DAY - 1, False),
        (30, MIDNIGHT + DAY - 1, MIDNIGHT + 31 * DAY, True),
    ],
)
def test_a_mark_counts_once_its_days_have_passed(after: int | None, set_at: int, read_at: int, said: bool) -> None:
    assert bool(_said(after, set_at, read_at)) is said


def test_a_thing_that_is_named_twice_in_a_line_is_found_once() -> None:
    reads = by_mark(MarkKey("read", "delivered", "delivered|a:1", line) for line in (1, 1, 2))
    facts = Facts(marks={"delivered|a:1": [Mark(1, MIDNIGHT, 1 << 61)]}, own=Own(0, 0, reads))
    assert [finding.path for finding in not_marked("TK-X-001", "delivered")({}, facts)] == ["items.1.ref", "items.2.ref"]


@pytest.mark.parametrize(("list_until", "marked", "said"), [(9, False, True), (9, True, False), (4, False, False), (None, False, False)])
def test_who_is_on_no_list_is_told_only_where_there_is_a_list(list_until: int | None, marked: bool, said: bool) -> None:
    reads = by_mark([MarkKey("read", "listed", "listed|a:1", 1), MarkKey("read", "list", "list|x", 0)])
    marks = {"list|x": [] if list_until is None else [Mark(1, 0, list_until)], "listed|a:1": [Mark(1, 0, 9)] if marked else []}
    check = still_marked("TK-X-003", "listed", always=True, where="list")
    assert [one.path for one in check({}, Facts(marks=marks, own=Own(5, 5, reads)))] == (["items.1.ref"] if said else [])


STOCK = "stock|a:1|node:1|kg"
KILOGRAM = 10**6


def _counted(counted: list[int], came: int, went: int, tolerance: str = "0") -> list[dict[str, str]]:
    moves = [Move("stock", STOCK, line, 0, 0, value * KILOGRAM) for line, value in enumerate(counted, 1)]
    facts = Facts(balance={STOCK: Balance(came * KILOGRAM, went * KILOGRAM)}, own=Own(moves=moves))
    return [dict(one.params) for one in count_agrees("TK-X-002", "stock", tolerance=Decimal(tolerance))({}, facts)]


def test_a_count_is_compared_with_the_ledger() -> None:
    assert _counted([7], 10, 3) == []
    assert _counted([4, 3], 10, 3) == []
    assert _counted([6], 10, 3) == [{"ref": "a:1", "counted": "6", "stands": "7", "unit": "kg"}]
    assert _counted([0], 10, 3) == [{"ref": "a:1", "counted": "0", "stands": "7", "unit": "kg"}]
    assert _counted([9], 0, 0) == []
    assert _counted([99], 100, 0, "0.01") == []
    assert _counted([98], 100, 0, "0.01") != []


@pytest.mark.parametrize(
    ("adds", "came", "went", "paper", "held"),
    [(4, 5, 0, "slip", ""), (5, 5, 0, "slip", "10"), (5, 6, 1, "slip", "10"), (5, 5, 0, "filing", ""), (0, 50, 0, "slip", "")],
)
def test_a_place_may_hold_less_than_the_limit(adds: int, came: int, went: int, paper: str, held: str) -> None:
    moves = [Move("stock", STOCK, 1, adds * KILOGRAM, 0 if adds else KILOGRAM)]
    facts = Facts(balance={STOCK: Balance(came * KILOGRAM, went * KILOGRAM)}, own=Own(moves=moves))
    check = within_limit("TK-X-003", "stock", [{"ref": "a:1", "limit": "10"}, {"ref": "a:2", "limit": "1"}], unless="filing")
    assert [one.params["value"] for one in check({"documents": [{"type": paper}]}, facts)] == ([held] if held else [])
