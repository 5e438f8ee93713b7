"""The application identifiers of GS1: what may follow each, read once from their table."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple

from tracekit.codes._form import CHECKSUM, FORMAT
from tracekit.codes._gs1 import check_holds
from tracekit.spec.tables import core_folder, read_table

SEPARATOR = "\x1d"
"""What a scanner sends for FNC1."""

_SETS = {"N": "[0-9]", "X": r"[!\"%-?A-Z_a-z]", "Y": "[#0-9A-Z/-]"}
_HOURS = re.compile("(?:(?:[01][0-9]|2[0-3])(?:[0-5][0-9]){0,2})?")


class Ai(NamedTuple):
    """One application identifier: the name of its part, its pattern, what to check.

    `length` is that of a value which no separator need end, `key` how many digits end in a check digit; else 0.
    """

    ai: str
    part: str
    pattern: re.Pattern[str]
    check: str
    length: int
    key: int


@cache
def known() -> dict[str, Ai]:
    """Every application identifier of the table."""
    rows = read_table(core_folder() / "codesets" / "gs1" / "ai.csv")
    return {ai: _ai(ai, row) for row in rows for ai in _span(row["ai"])}


def _span(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(number) for number in range(int(first), int(last) + 1)] if last else [first]


def _ai(ai: str, row: dict[str, str]) -> Ai:
    pattern = re.compile("".join(_token(token) for token in re.findall(r"\[\+[^]]+\]|[^+\[]+", row["format"])))
    length = 0 if row["fnc1"] == "1" else int(row["format"][1:])
    key = int(row["check"].removeprefix("key")) if row["check"].startswith("key") else 0
    return Ai(ai, row["part"], pattern, row["check"], length, key)


def _token(token: str) -> str:
    if token.startswith("["):
        return f"(?:{_token(token[2:-1])})?"
    kind, length = token[0], token[1:]
    return f"{_SETS[kind]}{{1,{length[2:]}}}" if length.startswith("..") else f"{_SETS[kind]}{{{length}}}"


def leading(text: str, at: int = 0) -> Ai | None:
    """The application identifier that a text begins with at a place: no one of them begins another."""
    table = known()
    return next((table[text[at : at + size]] for size in (2, 3, 4) if text[at : at + size] in table), None)


def fault(ai: str, value: str) -> str | None:
    """The finding code of the value of an application identifier, or None; unknown identifiers have a wrong form."""
    one = known().get(ai)
    if one is None or not one.pattern.fullmatch(value):
        return FORMAT
    if one.key:
        return None if check_holds(value[: one.key]) else CHECKSUM
    return FORMAT if one.check in _MOMENTS and not _MOMENTS[one.check](value) else None


def _is_day(value: str, *, whole_month: bool = True) -> bool:
    """True for a real `YYMMDD`; day 00 stands for the whole month where that is allowed."""
    day = int(value[4:6]) or int(whole_month)
    try:
        return bool(date(2000 + int(value[:2]), int(value[2:4]), day))
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    return _is_day(value, whole_month=False) and _HOURS.fullmatch(value[6:]) is not None


def _are_days(value: str) -> bool:
    return all(_is_day(value[at : at + 6], whole_month=False) for at in range(0, len(value), 6))


_MOMENTS: dict[str, Callable[[str], bool]] = {
    "date": _is_day,
    "dates": _are_days,
    "time": _is_time,
    "hours": _is_time,
}


def named(ai: str, value: str) -> tuple[str, str]:
    """The name of the part, and the value as a decimal where the identifier counts its decimals."""
    one = known()[ai]
    if one.check != "decimals":
        return one.part, value
    places = int(ai[-1])
    text = value.lstrip("0").rjust(places + 1, "0")
    return one.part, f"{text[:-places]}.{text[-places:]}" if places else text
