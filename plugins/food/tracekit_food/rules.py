"""Checks that the tables cannot say. Each stands with its code, clause and grade in `specs/rules.csv`."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tracekit.findings import Finding
from tracekit.sdk import Facts, Record, Rule
from tracekit.sdk.checks import NONE, said
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


RULES = (
    Rule("food.licence.category", (), licence_covers),
    Rule("food.licence.form", (), licence_form),
)
