"""Every finding and error code stands in one table once, and is used."""

import csv
import re
from collections import Counter
from pathlib import Path

CODE = re.compile(r"TK-[A-Z]+-\d{3}")
TABLES = ("rules.csv", "errors.csv")


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _tables(files: list[Path]) -> list[Path]:
    return [
        path
        for path in files
        if path.name in TABLES and "specs" in path.parts and "generated" not in path.parts and "tests" not in path.parts
    ]


def _codes(files: list[Path]) -> Counter[str]:
    return Counter(row["code"] for path in _tables(files) for row in _rows(path))


def _used(files: list[Path]) -> set[str]:
    """Codes named in product code, in tables other than the message tables, and of rules that a `checks.csv` makes."""
    tables, used = set(_tables(files)), set[str]()
    made = {row["rule"] for path in files if path.name == "checks.csv" for row in _rows(path)}
    used |= {row["code"] for path in tables for row in _rows(path) if row.get("rule") in made}
    for path in files:
        product = path.suffix in {".py", ".csv"} and not {"tests", "generated", "docs"} & set(path.parts)
        if product and path not in tables:
            used |= set(CODE.findall(path.read_text(encoding="utf-8")))
    return used


def test_a_code_stands_once(files: list[Path]) -> None:
    assert {code: count for code, count in _codes(files).items() if count > 1} == {}


def test_every_used_code_stands_in_a_table(files: list[Path]) -> None:
    assert sorted(_used(files) - set(_codes(files))) == []


def test_every_code_in_a_table_is_used(files: list[Path]) -> None:
    assert sorted(set(_codes(files)) - _used(files)) == []


def test_every_message_speaks_both_languages_and_says_what_to_do(files: list[Path]) -> None:
    texts = ("title_zh", "title_en", "remedy_zh", "remedy_en", "grade")
    wrong = [
        f"{path.name} {row['code']}: {text}"
        for path in _tables(files)
        for row in _rows(path)
        for text in texts
        if not row.get(text, "").strip()
    ]
    assert wrong == []


# a text names the element by its Chinese name or by its path
NAMES = {"name", "path", "type"}


def test_parameters_are_the_same_in_both_languages(files: list[Path]) -> None:
    wrong = [
        f"{path.name} {row['code']}"
        for path in _tables(files)
        for row in _rows(path)
        if set(re.findall(r"{(\w+)}", row["title_zh"])) - NAMES != set(re.findall(r"{(\w+)}", row["title_en"])) - NAMES
    ]
    assert wrong == []
