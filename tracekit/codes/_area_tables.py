"""The area history as it is shipped: names by code and date, successors of abolished codes. Read once, on first need."""

import csv
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tracekit.spec.tables import core_folder, table_text

_DISTRICTS, _COUNTIES, _DIRECT = "市辖区", "县", "直辖县级行政区划"
_MUNICIPALITIES = ("11", "12", "31", "50")


class Period(NamedTuple):
    """A name that a code bore; days as `YYYY-MM-DD`, empty where the table begins or the name is in force."""

    name: str
    since: str
    until: str

    def covers(self, day: str) -> bool:
        """True if the name was in force on a day."""
        return self.since <= day and (not self.until or day <= self.until)


class Successor(NamedTuple):
    """What an abolished code became: the code, the year (may be empty) and CURATED, DERIVED or INFERRED."""

    code: str
    year: str
    grade: str


def _rows(name: str) -> Iterator[list[str]]:
    """The rows under the header, as lists: seven thousand rows are read when a first area is looked up."""
    text = table_text(core_folder() / "codesets" / "area" / name)
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    next(rows)
    return rows


@cache
def periods() -> dict[str, tuple[Period, ...]]:
    """Every code ever in force with its names, oldest first."""
    found: dict[str, tuple[Period, ...]] = {}
    for code, name, _, since, until in _rows("periods.csv"):
        found[code] = (*found.get(code, ()), Period(name, since, until))
    return found


@cache
def successors() -> dict[str, Successor]:
    """The successor of each abolished code that has one."""
    return {code: Successor(*step) for code, *step in _rows("successors.csv")}


@cache
def rollups() -> dict[str, str]:
    """Codes that stand for a group of counties and have no row of their own: 市辖区, 县, 直辖县级行政区划."""
    known = periods()
    found: dict[str, str] = {}
    for code in known:
        group = f"{code[:4]}00"
        if not code.endswith("00") and group not in known:
            found[group] = _group_name(group)
        if not code.endswith("00") and group in known and f"{code[:4]}01" not in known:
            found[f"{code[:4]}01"] = _DISTRICTS
    return found


def _group_name(group: str) -> str:
    if group[:2] in _MUNICIPALITIES:
        return _COUNTIES if group[2:4] == "02" else _DISTRICTS
    return _DIRECT


@cache
def known() -> frozenset[str]:
    """Every code that is or was in force, roll-ups included."""
    return frozenset(periods()) | frozenset(rollups())
