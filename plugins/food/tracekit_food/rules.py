"""Checks that the tables cannot say. Each stands with its code, clause and grade in `specs/rules.csv`."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tracekit.findings import Finding
from tracekit.sdk import Facts, Record, Rule
from tracekit.sdk.checks import (
    NONE,
    due_tests_done,
    end_of,
    no_test_failed,
    not_offered,
    quantities_positive,
    said,
    shelf_life_kept,
    yield_in_band,
)
from tracekit.spec.tables import read_table

SPECS = Path(__file__).parent / "specs"
QS_VOID = "2018-09-30"
"""The last day of licence numbers of the old form."""

Findings = Iterable[Finding]


@cache
def _licence_category(subcategory: str) -> str:
    rows = read_table(SPECS / "codesets" / "food_subcategory.csv")
    return next((row["sc"] for row in rows if row["code"] == subcategory), "")


def _licences(record: Record) -> list[tuple[int, str]]:
    """Place and number of each production licence."""
    documents = enumerate(record.get("documents", ()), 1)
    return [(at, one["ref"][3:]) for at, one in documents if one["type"] == "production_licence" and one["ref"].startswith("sc:")]


def licence_covers(record: Record, _facts: Facts) -> Findings:
    """A licence number shows the category of what is made, or another one that the maker also has."""
    numbers = [number[3:5] for _, number in _licences(record) if number.startswith("SC1")]
    if not numbers:
        return NONE
    params = {"licence": _licences(record)[0][1]}
    return [
        Finding("TK-FOOD-021", "info", f"items.{item['line']}.extension.subcategory", {**params, "value": said(item, "subcategory")})
        for item in record["items"]
        if item["role"] == "output" and _licence_category(said(item, "subcategory")) not in ("", *numbers)
    ]


def licence_form(record: Record, _facts: Facts) -> Findings:
    """Numbers of the old form are void."""
    if record["time"][:10] <= QS_VOID:
        return NONE
    return [
        Finding("TK-FOOD-022", "warning", f"documents.{at}.ref", {"licence": number})
        for at, number in _licences(record)
        if number.startswith("QS")
    ]


def released(record: Record, facts: Facts) -> Findings:
    """Where the inspection is known, it is not later than the sale."""
    certificates = [one["ref"] for one in record.get("documents", ()) if one["type"] == "inspection_certificate"]
    known = [entry for one in certificates for entry in facts.offers.get(one, ()) if entry.rung == "food.inspected"]
    if not known or min(entry.start for entry in known) <= end_of(record):
        return NONE
    return [Finding("TK-FOOD-023", "warning", f"items.{item['line']}.ref", {"ref": item["ref"]}) for item in record["items"]]


DENSITIES = {row["subcategory"]: row["density"] for row in read_table(SPECS / "densities.csv")}
YIELDS = read_table(SPECS / "yields.csv")
TESTED = ("food.raw_milk_intake", "food.outgoing_inspection")
TESTING = ("food.raw_milk_handover", "food.raw_material_intake", "food.production", *TESTED)
TRADING = ("food.dispatch", "food.wholesale")
DATED = ("food.raw_material_intake", "food.production", "food.outgoing_inspection", "food.trade_intake", *TRADING)
MOVED = (*TRADING, "food.trade_intake", "food.retail_sale")

RULES = (
    Rule(
        "food.shelf_life",
        DATED,
        shelf_life_kept("TK-FOOD-014", "production_day", "expiry_day", "shelf_life_days", "shelf_life_months", slack=1),
    ),
    Rule("food.barred", MOVED, not_offered("TK-FOOD-015", "barred"), needs=("offers",)),
    Rule("food.tests.passed", TESTING, no_test_failed("TK-FOOD-016")),
    Rule("food.tests.done", TESTED, due_tests_done("TK-FOOD-017", read_table(SPECS / "tests.csv"), "subcategory")),
    Rule("food.yield", ("food.production",), yield_in_band("TK-FOOD-018", YIELDS, ("subcategory", "process"), DENSITIES)),
    Rule("food.quantity.positive", ("food.*",), quantities_positive("TK-FOOD-019")),
    Rule("food.licence.category", ("food.production",), licence_covers),
    Rule("food.licence.form", ("food.production",), licence_form),
    Rule("food.released", ("food.dispatch",), released, needs=("offers",)),
)
