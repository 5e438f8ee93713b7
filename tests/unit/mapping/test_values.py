"""Exact lexical forms out of what people write."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracekit.mapping.cells import BadCell, Memo, cell_text, code_text, shown
from tracekit.mapping.numbers import canonical_decimal, decimal_text, integer_of, scaled, scaler, unscaled
from tracekit.mapping.times import time_reader, write_time

# a spreadsheet knows no offset
moment = dt.datetime.fromisoformat
WIRE = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12.50", "12.5"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+3", "3"),
        ("-0.0", "0"),
        ("-0", "0"),
        ("1,234,567.80", "1234567.8"),
        (" １２．５ ", "12.5"),
        (7.0, "7"),
        (0.1 + 0.2, "0.3"),
        (1e14, "100000000000000"),
        (12, "12"),
        (Decimal("1.10"), "1.1"),
        ("", ""),
        (None, ""),
        ("-12.5", "-12.5"),
    ],
)
def test_decimals(cell: Any, expected: str) -> None:
    assert decimal_text(cell) == expected


@pytest.mark.parametrize("cell", ["x", "1,23", "1.2.3", "1e5", "--1", "-", ".", "1 2", "١٢", "12斤", float("nan"), float("inf")])
def test_what_is_no_number(cell: Any) -> None:
    with pytest.raises(BadCell) as bad:
        decimal_text(cell)
    assert bad.value.code == "TK-MAP-101"


@pytest.mark.parametrize("cell", ["9" * 16, "0.1234567", "9" * 10_000_000, 10**40, 1e300, 1 / 3])
def test_too_many_digits_are_never_cut(cell: Any) -> None:
    with pytest.raises(BadCell) as bad:
        decimal_text(cell)
    assert bad.value.code == "TK-MAP-108"
    assert len(bad.value.params["value"]) < 80


def test_rounding_and_foreign_separators_only_where_stated() -> None:
    assert decimal_text("1.005", places=2) == "1.01"
    assert decimal_text("1.234.567,5", thousands=".", point=",") == "1234567.5"
    assert decimal_text("￥12.5元", strip="¥￥元") == "12.5"
    assert decimal_text("1 234,5", thousands=" ", point=",") == "1234.5"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**11), max_value=10**11))
def test_every_decimal_has_one_form(value: Decimal) -> None:
    text = decimal_text(f"{value:f}")
    assert WIRE.fullmatch(text)
    assert text != "-0"
    assert Decimal(text) == value
    assert decimal_text(text) == text == canonical_decimal(text)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**6), max_value=10**6),
    st.sampled_from(["0.5", "2", "1000", "-1", "0.001", "1.05", "0.453592", "1E+3"]),
)
def test_scaling_is_exact_and_its_fast_form_agrees(value: Decimal, factor: str) -> None:
    number = decimal_text(f"{value:f}")
    try:
        expected = scaled(number, Decimal(factor))
    except BadCell:
        with pytest.raises(BadCell):
            scaler(Decimal(factor))(number)
        return
    assert scaler(Decimal(factor))(number) == expected
    assert Decimal(expected) == value * Decimal(factor)
    assert unscaled(expected, Decimal(factor)) == number


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-20", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("2026/1/2", "2026-01-02"),
        ("2026.1.2", "2026-01-02"),
        ("2026年1月2日", "2026-01-02"),
        ("２０２６年１月２日", "2026-01-02"),
        ("2026-11-20 6:30", "2026-11-20T06:30+08:00"),
        ("2026年11月20日 6时30分", "2026-11-20T06:30+08:00"),
        ("2026-11-20T06:30:15", "2026-11-20T06:30:15+08:00"),
        ("2026-11-20T06:30:15.250Z", "2026-11-20T06:30:15.25+00:00"),
        ("2026-11-20T06:30:15+0900", "2026-11-20T06:30:15+09:00"),
        ("202611200630", "2026-11-20T06:30+08:00"),
        ("20261120063015", "2026-11-20T06:30:15+08:00"),
        (dt.date(2026, 11, 20), "2026-11-20"),
        (moment("2026-11-20 06:30"), "2026-11-20T06:30:00+08:00"),
        (dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC), "2026-11-20T06:30:00+00:00"),
        (46346, "2026-11-20"),
        (46346.25, "2026-11-20T06:00:00+08:00"),
        (20261120.0, "2026-11-20"),
        ("", ""),
    ],
)
def test_times(cell: Any, expected: str) -> None:
    assert time_reader()(cell) == expected


@pytest.mark.parametrize(
    "cell",
    ["0000-01-01", "0001-01-01", "1899-12-31", "3000-01-01", "2026-02-30", "2026-13-01", "2026-11-20 24:00", "2026-11-20 06:30:15+19:00"],
)
def test_times_that_do_not_exist(cell: str) -> None:
    with pytest.raises(BadCell) as bad:
        time_reader()(cell)
    assert bad.value.code == "TK-MAP-103"


@pytest.mark.parametrize("cell", ["x", "20/11/2026", "2026-11", "46346", "2026-11/20", "1" * 5000])
def test_what_is_no_time(cell: str) -> None:
    with pytest.raises(BadCell) as bad:
        time_reader()(cell)
    assert bad.value.code == "TK-MAP-102"


def test_stated_formats_precision_and_offset() -> None:
    assert time_reader(("d/M/yyyy", "yyyyMMdd"))("20/11/2026") == "2026-11-20"
    assert time_reader(precision="day")("2026-11-20 06:30") == "2026-11-20"
    assert time_reader(precision="minute")("2026-11-20 06:30:15") == "2026-11-20T06:30+08:00"
    assert time_reader(offset="+09:00")("2026-11-20 06:30") == "2026-11-20T06:30+09:00"
    assert time_reader(serial="1904")(44884) == "2026-11-20"


@given(
    st.datetimes(min_value=moment("1900-01-01"), max_value=moment("2999-12-31")),
    st.sampled_from(["+08:00", "+00:00", "-05:30"]),
    st.integers(0, 3),
)
def test_times_written_are_read_back(moment: dt.datetime, offset: str, precision: int) -> None:
    forms = ("%Y-%m-%d", f"%Y-%m-%dT%H:%M{offset}", f"%Y-%m-%dT%H:%M:%S{offset}")
    wire = moment.strftime(forms[precision]) if precision < 3 else f"{moment:%Y-%m-%dT%H:%M:%S}.5{offset}"
    wire = wire if moment.year >= 1000 else wire.zfill(10)
    assert time_reader()(write_time(wire)) == wire


def test_text_is_clean_and_control_characters_are_refused() -> None:
    assert cell_text(" 猪肉\u200b ") == "猪肉"
    assert cell_text("e\u0301") == "é"
    assert code_text(" ３７ 0１-Ａ ") == "3701-A"
    for bad in ("a\0b", "a\x7fb", "a\x1bb"):
        with pytest.raises(BadCell, match="TK-MAP-109"):
            cell_text(bad)
    with pytest.raises(BadCell, match="TK-MAP-112"):
        cell_text([1])
    assert "\0" not in shown("a\0b")


def test_cells_of_spreadsheets_as_text() -> None:
    cells = [
        7.0,
        7.25,
        True,
        dt.date(2026, 1, 2),
        moment("2026-01-02"),
        moment("2026-01-02 03:04"),
        dt.time(6, 30),
        dt.timedelta(hours=30),
    ]
    assert [cell_text(cell) for cell in cells] == [
        "7",
        "7.25",
        "true",
        "2026-01-02",
        "2026-01-02",
        "2026-01-02 03:04:00",
        "06:30:00",
        "30:00:00",
    ]


@pytest.mark.parametrize(("cell", "expected"), [("7", 7), (7.0, 7), ("", None), ("-3", -3)])
def test_integers(cell: Any, expected: int | None) -> None:
    assert integer_of(cell) == expected


@pytest.mark.parametrize("cell", ["7.5", "9007199254740992"])
def test_what_is_no_integer(cell: str) -> None:
    with pytest.raises(BadCell, match=r"TK-MAP-114|TK-MAP-108"):
        integer_of(cell)


def test_a_memo_is_bounded() -> None:
    memo = Memo(str.upper)
    for number in range(10_000):
        assert memo[f"a{number}"] == f"A{number}"
    assert memo["x" * 1000] == "X" * 1000
    assert len(memo) <= 4096
    assert "x" * 1000 not in memo
