"""The area history as it is shipped: names by code and date, successors of abolished codes. Read once, on first need."""

from functools import cache
from typing import NamedTuple

from tracekit.spec.tables import core_folder, read_table

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


@cache
def periods() -> dict[str, tuple[Period, ...]]:
    """Every code ever in force with its names, oldest first."""
    found: dict[str, tuple[Period, ...]] = {}
    for row in read_table(core_folder() / "codesets" / "area" / "periods.csv"):
        period = Period(row["name_zh"], row["valid_from"], row["valid_to"])
        found[row["code"]] = (*found.get(row["code"], ()), period)
    return found


@cache
def successors() -> dict[str, Successor]:
    """The successor of each abolished code that has one."""
    rows = read_table(core_folder() / "codesets" / "area" / "successors.csv")
    return {row["code"]: Successor(row["successor"], row["year"], row["grade"]) for row in rows}


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
