"""The one lexical form of each data type."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracekit.spec import lexical
from tracekit.spec.entry import NotJson, parse_json, parse_quick


@pytest.mark.parametrize("text", ["0", "1", "12.5", "-3", "-0.5", "0.000001", "123456789012345", "123456789012345.123456"])
def test_decimals(text: str) -> None:
    assert lexical.decimal_fault(text) == ""
    assert lexical.decimal_text(Decimal(text)) == text


@pytest.mark.parametrize(
    "text", ["", "-0", "00", "01", "1.", ".5", "1.50", "+1", "1e3", "1,5", " 1", "１", "1234567890123456", "0.1234567", "-", "NaN", "1\n"]
)
def test_what_is_no_decimal(text: str) -> None:
    assert lexical.decimal_fault(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_every_decimal_has_one_text(number: Decimal) -> None:
    text = lexical.decimal_text(number)
    assert lexical.decimal_fault(text) == ""
    assert Decimal(text) == number


@pytest.mark.parametrize("value", [1.5, True])
def test_floats_and_booleans_are_no_decimals(value: object) -> None:
    with pytest.raises(TypeError):
        lexical.decimal_text(value)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e30"), Decimal("0.0000001")])
def test_numbers_without_such_a_form(value: Decimal) -> None:
    with pytest.raises(ValueError, match=r"finite|digits"):
        lexical.decimal_text(value)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)))
def test_every_day_of_the_calendar_is_a_time_and_matches_the_pattern_for_other_forms(day: date) -> None:
    import re

    text = day.isoformat()
    assert lexical.time_fault(text) == lexical.day_fault(text) == ""
    assert re.fullmatch(lexical.CALENDAR_DAY, text)
    start, end = lexical.interval(text)
    assert end - start == timedelta(days=1)


@given(st.integers(1900, 2999), st.integers(0, 13), st.integers(0, 32))
def test_only_days_of_the_calendar_are_times(year: int, month: int, day: int) -> None:
    import re

    text = f"{year:04}-{month:02}-{day:02}"
    try:
        date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    assert (lexical.time_fault(text) == "") is exists
    assert bool(re.fullmatch(lexical.CALENDAR_DAY, text)) is exists


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2026-11-20T06:30+08:00", 60), ("2026-11-20T06:30:15+08:00", 1), ("2026-11-20T06:30:15.123456-14:00", 1)],
)
def test_clock_times_have_an_interval(text: str, seconds: int) -> None:
    assert lexical.time_fault(text) == ""
    start, end = lexical.interval(text)
    assert end - start == timedelta(seconds=seconds)
    assert start == datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-1-1", "20261120", "2026-11-20T06:30", "2026-11-20T06:30Z", "2026-11-20T06+08:00", "2026-11-20T06:30:15.1234567+08:00",
     "2026-11-20t06:30+08:00", "1899-12-31", "3000-01-01", "2026-11-20T24:00+08:00", "2026-11-20T06:60+08:00", "2026-11-20T06:30+15:00", "２026-11-20"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert lexical.time_fault(text)


@pytest.mark.parametrize("text", ["node:370600002", "plate:鲁F12345", "local:370600002/quarantine/3712345", "a:b c", "till-slip:1"])
def test_refs(text: str) -> None:
    assert lexical.ref_fault(text) == ""


@pytest.mark.parametrize(
    "text", ["", "node", "node:", ":1", "Node:1", "1a:2", "node: 1", "node:1 ", "node:" + "x" * 257, "no de:1", "node:\n"]
)
def test_what_is_no_ref(text: str) -> None:
    assert lexical.ref_fault(text)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "TK-REC-038"),
        (b'{"a":{"b":1,"b":2}}', "TK-REC-038"),
        (b'{"a":1.0}', "TK-REC-005"),
        (b'{"a":1e3}', "TK-REC-005"),
        (b'{"a":NaN}', "TK-REC-005"),
        (b'{"a":' + b"9" * 10_000 + b"}", "TK-REC-007"),
        (b"\xff", "TK-REC-037"),
        (b"", "TK-REC-037"),
        (b"[" * 100_000, "TK-REC-037"),
        (b'"' + b"x" * (1 << 20) + b'"', "TK-REC-039"),
    ],
)
def test_the_strict_entry_refuses(data: bytes, code: str) -> None:
    with pytest.raises(NotJson) as caught:
        parse_json(data)
    assert caught.value.finding.code == code


def test_the_entries_read_alike() -> None:
    data = '{"a":["鲜猪肉",1,true,{"b":"12.5"}]}'.encode()
    assert parse_json(data) == parse_quick(data) == {"a": ["鲜猪肉", 1, True, {"b": "12.5"}]}
    with pytest.raises(NotJson):
        parse_quick(b"{")
