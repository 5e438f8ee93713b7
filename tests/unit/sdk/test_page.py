"""The page of a category's tables names every check and every column."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "category-tables.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z_]+)`", PAGE))


def columns(file: Path) -> list[str]:
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    return next(csv.reader(lines))


def test_it_names_every_check() -> None:
    from tracekit.sdk.table_rules import CHECKS

    assert set(CHECKS) - NAMED == set()


def test_it_names_every_column_of_the_tables_that_categories_have() -> None:
    tables = [*ROOT.glob("plugins/*/tracekit_*/specs/*.csv"), *ROOT.glob("plugins/*/tracekit_*/specs/records/*.csv")]
    told = [file for file in tables if f"`{file.name}`" in PAGE or file.parent.name == "records"]
    assert len(told) > 20
    assert {column for file in told if file.name != "forward.csv" for column in columns(file)} - NAMED == set()
