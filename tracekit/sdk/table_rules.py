"""Rules that a category tells in `checks.csv`: a row names one of the SDK's checks and its arguments, and needs no Python.

Code and level are those of the row of `rules.csv` with the same rule; it holds for the kinds whose record tables name it.
Arguments are `name=value`, apart by blanks: lists with commas, a table of the category by its file's name.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tracekit.errors import SpecError
from tracekit.findings import Level
from tracekit.sdk import checks, standing
from tracekit.sdk.types import Rule
from tracekit.spec.conditions import LEVELS
from tracekit.spec.tables import Row, read_optional, read_table

Arguments = Mapping[str, Any]
Made = Callable[[str, Level, Arguments], checks.Check]

CHECKS: Mapping[str, Made] = {
    "quantities_positive": lambda code, level, _: checks.quantities_positive(code, level=level),
    "parties_differ": lambda code, level, _: checks.parties_differ(code, level=level),
    "no_test_failed": lambda code, level, _: checks.no_test_failed(code, level=level),
    "due_tests_done": lambda code, level, given: checks.due_tests_done(code, given["rows"], given["name"], level=level),
    "shelf_life_kept": lambda code, level, given: checks.shelf_life_kept(
        code, given["first"], given["last"], given["days"], given["months"], int(given["slack"]), level=level
    ),
    "yield_in_band": lambda code, level, given: checks.yield_in_band(
        code,
        given["rows"],
        _list(given["names"]),
        _densities(given.get("densities", ()), _list(given["names"])[0]),
        given.get("amount", ""),
        level=level,
    ),
    "share_in_band": lambda code, level, given: checks.share_in_band(
        code, given["rows"], _list(given["names"]), given["amount"], level=level
    ),
    "within_days": lambda code, level, given: checks.within_days(code, given["first"], given["last"], int(given["days"]), level=level),
    "within_hours": lambda code, level, given: checks.within_hours(code, given["first"], given["last"], int(given["hours"]), level=level),
    "code_listed": lambda code, level, given: checks.code_listed(code, given["rows"], given["path"], level=level),
    "not_marked": lambda code, level, given: standing.not_marked(
        code, given["mark"], after=int(given["after"]) if "after" in given else None, level=level
    ),
    "still_marked": lambda code, level, given: standing.still_marked(
        code, given["mark"], always="always" in given, where=given.get("where", ""), level=level
    ),
    "marked_within": lambda code, level, given: standing.marked_within(code, given["mark"], int(given["days"]), level=level),
    "within_balance": lambda code, level, given: standing.within_balance(
        code, given["ledger"], tolerance=Decimal(given.get("tolerance", "0")), always="always" in given, level=level
    ),
    "count_agrees": lambda code, level, given: standing.count_agrees(
        code, given["ledger"], tolerance=Decimal(given.get("tolerance", "0")), level=level
    ),
    "within_limit": lambda code, level, given: standing.within_limit(
        code, given["ledger"], given["rows"], unless=given.get("unless", ""), level=level
    ),
}
"""The checks that a row may name."""


def table_rules(specs: Path) -> list[Rule]:
    """The rules of a category's `checks.csv`.

    Raises:
        SpecError: a row names no check, lacks an argument, or has no row in `rules.csv`.
    """
    path = specs / "checks.csv"
    told = {row["rule"]: row for row in read_optional(specs / "rules.csv")}
    return [_rule(path, row, told.get(row["rule"])) for row in read_optional(path)]


def _rule(path: Path, row: Row, told: Row | None) -> Rule:
    if told is None:
        raise _fault(path, row, "it has no row in rules.csv")
    if row["check"] not in CHECKS:
        raise _fault(path, row, f"check {row['check']!r} is not one of: {', '.join(sorted(CHECKS))}")
    try:
        check = CHECKS[row["check"]](told["code"], LEVELS[told["level"]], _arguments(path.parent, row.get("arguments", "")))
    except (KeyError, ValueError, ArithmeticError) as problem:
        raise _fault(path, row, f"{type(problem).__name__}: {problem}") from None
    return Rule(row["rule"], (), check)


def _arguments(specs: Path, text: str) -> Arguments:
    pairs = (word.partition("=") for word in text.split())
    return {name: read_table(specs / value) if value.endswith(".csv") else value for name, _, value in pairs}


def _list(text: str) -> list[str]:
    return text.split(",")


def _densities(rows: Any, name: str) -> Mapping[str, str]:
    return {row[name]: row["density"] for row in rows}


def _fault(path: Path, row: Row, problem: str) -> SpecError:
    where = f"{path} [{row['rule']}]"
    return SpecError(f"{where}: {problem}", code="TK-SPEC-003", params={"file": where, "problem": problem})
