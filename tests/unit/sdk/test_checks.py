"""Checks that plugins are made of: each says what it is for, and nothing else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tracekit.sdk import Facts
from tracekit.sdk.checks import (
    code_listed,
    due_tests_done,
    mass_of,
    months_later,
    share_in_band,
    shelf_life_kept,
    within_hours,
    yield_in_band,
)

ROWS = [
    {"goods": "oil", "process": "refined", "low": "0.9", "high": "1"},
    {"goods": "oil", "process": "", "low": "0.1", "high": "0.6"},
]
YIELD = yield_in_band("TK-X-001", ROWS, ("goods", "process"), {"oil": "0.9"})


def _made(out: str, unit: str, goods: str = "oil", **extension: str) -> dict[str, Any]:
    taken = {"line": 1, "role": "input", "quantities": [{"value": "1", "unit": "t", "basis": "weight"}]}
    given = {"line": 2, "role": "output", "quantities": [{"value": out, "unit": unit, "basis": "x"}], "extension": {"goods": goods}}
    return {"items": [taken, given], "extension": extension}


@pytest.mark.parametrize(
    ("record", "ratio"),
    [
        (_made("400", "kg"), ""),
        (_made("700", "kg"), "0.700"),
        (_made("950", "kg", process="refined"), ""),
        (_made("500", "kg", process="refined"), "0.500"),
        (_made("500", "L"), ""),
        (_made("700", "L"), "0.630"),
        (_made("9", "box"), ""),
        (_made("700", "kg", goods="wine"), ""),
    ],
)
def test_yield(record: dict[str, Any], ratio: str) -> None:
    assert [finding.params["value"] for finding in YIELD(record, Facts())] == ([ratio] if ratio else [])


@pytest.mark.parametrize(("taken", "given", "ratio"), [("10", "10.1", []), ("10", "10.2", ["1.020"]), ("10", None, [])])
def test_yield_of_what_the_items_tell(taken: str, given: str | None, ratio: list[str]) -> None:
    roles = (("input", taken), ("output", given))
    items = [{"line": 1, "role": role, "extension": {"oxide": told} if told else {}} for role, told in roles]
    check = yield_in_band("TK-X-006", [{"form": "", "low": "0.5", "high": "1.01"}], ["form"], {}, "oxide")
    assert [finding.params["value"] for finding in check({"items": items}, Facts())] == ratio


SHARES = [{"form": "metal", "element": "Nd", "low": "1.1", "high": "1.2"}, {"form": "", "element": "", "low": "0", "high": "1"}]


@pytest.mark.parametrize(
    ("mass", "oxide", "form", "share"),
    [
        ("100", "116", "metal", []),
        ("100", "100", "metal", ["1.000"]),
        ("100", "100", "oxide", []),
        ("0.1", "101", "oxide", ["1010.000"]),
        ("-1", "101", "oxide", []),
        ("100", None, "oxide", []),
    ],
)
def test_share_of_what_is_of_worth(mass: str, oxide: str | None, form: str, share: list[str]) -> None:
    extension = {"form": form, "element": "Nd", **({"oxide": oxide} if oxide else {})}
    item = {"line": 2, "quantities": [{"value": mass, "unit": "kg"}], "extension": extension}
    found = list(share_in_band("TK-X-007", SHARES, ["form", "element"], "oxide")({"items": [item]}, Facts()))
    assert [(one.path, one.params["value"]) for one in found] == [("items.2.extension.oxide", one) for one in share]


def test_mass_prefers_weight_and_needs_a_density_for_volume() -> None:
    both = {"quantities": [{"value": "2", "unit": "L"}, {"value": "1500", "unit": "g"}]}
    assert mass_of(both, "0.9") == Decimal("1.500")
    assert mass_of({"quantities": [{"value": "2", "unit": "L"}]}) is None


@pytest.mark.parametrize(("months", "expected"), [(1, "2024-02-29"), (13, "2025-02-28"), (0, "2024-01-31"), (11, "2024-12-31")])
def test_months_end_with_the_month(months: int, expected: str) -> None:
    assert months_later(date(2024, 1, 31), months).isoformat() == expected


@pytest.mark.parametrize(("last", "wrong"), [("2026-07-01", False), ("2026-06-30", False), ("2026-07-03", True)])
def test_shelf_life(last: str, wrong: bool) -> None:
    item = {"line": 1, "extension": {"made": "2026-01-01", "last": last, "months": 6}}
    assert bool(list(shelf_life_kept("TK-X-002", "made", "last", "days", "months", 1)({"items": [item]}, Facts()))) is wrong


def test_tests_belong_to_their_line_or_to_all() -> None:
    check = due_tests_done("TK-X-003", [{"kind": "k", "goods": "milk", "types": "fat protein"}], "goods")
    items = [{"line": line, "extension": {"goods": "milk"}} for line in (1, 2)]
    measured = [{"type": "fat"}, {"type": "protein", "item": 2}]
    found = list(check({"kind": "k", "items": items, "measurements": measured}, Facts()))
    assert [(one.path, one.params["types"]) for one in found] == [("items.1", "protein")]


@pytest.mark.parametrize(
    ("last", "minutes"),
    [("2026-11-20T11:59:59+08:00", []), ("2026-11-20T12:00+08:00", ["120"]), ("2026-11-20T04:30:00Z", ["150"]), ("2026-11-21", [])],
)
def test_hours_between_two_moments(last: str, minutes: list[str]) -> None:
    record = {"time": "2026-11-20T10:00+08:00", "extension": {"freed": last}}
    found = within_hours("TK-X-004", "time", "extension.freed", 2)(record, Facts())
    assert [finding.params["minutes"] for finding in found] == minutes


@pytest.mark.parametrize(("extension", "said"), [({"type": "3110"}, []), ({"type": "3199"}, ["3199"]), ({}, [])])
def test_a_code_of_no_list_is_a_hint(extension: dict[str, str], said: list[str]) -> None:
    found = list(code_listed("TK-X-005", [{"code": "3110"}], "extension.type")({"extension": extension}, Facts()))
    assert [(finding.level, finding.params["value"]) for finding in found] == [("info", one) for one in said]
