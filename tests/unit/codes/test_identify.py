"""Which schemes a value may be: numbers, payloads as they are printed, schemes of plugins, whatever else."""

import csv
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracekit import codes
from tracekit.codes import _payload
from tracekit.codes.identify import WHY, identify

CORE = {name: codes.get(name) for name in codes.schemes()}
ROWS = list(csv.DictReader((Path(__file__).parent / "identifiers.csv").read_text(encoding="utf-8").splitlines()))


def best(text, schemes=CORE):
    found = identify(text, schemes)
    return (found[0].scheme, found[0].why) if found else None


@pytest.mark.parametrize("row", [row for row in ROWS if row["valid"] == "yes"], ids=lambda row: f"{row['scheme']}:{row['value']}")
def test_every_real_value_may_be_what_it_is(row):
    found = [one.scheme for one in identify(row["value"], CORE)]
    assert row["scheme"] in found
    assert identify(f"{row['scheme']}:{row['value']}", CORE)[0].why[0] == "named"


@pytest.mark.parametrize("row", [row for row in ROWS if row["reason"] == "check digit"], ids=lambda row: f"{row['scheme']}:{row['value']}")
def test_a_wrong_check_digit_is_never_said_to_hold(row):
    assert row["scheme"] not in [one.scheme for one in identify(row["value"], CORE)]


@pytest.mark.parametrize(
    ("text", "scheme", "why"),
    [
        ("91350100M000100Y43", "uscc", ("checksum",)),
        ("6 921168 509256", "gtin", ("checksum",)),
        ("(00) 1 0614141 1234567897", "gs1", ("checksum", "format")),
        ("106141411234567897", "sscc", ("checksum",)),
        ("33035219-9", "org", ("checksum",)),
        ("7732-18-5", "cas", ("checksum", "format")),
        ("370602", "area", ("registry",)),
        ("370600004", "node", ("registry",)),
        ("3706000020001", "merchant", ("registry",)),
        ("37060000400010000003", "tran", ("registry",)),
        ("44098100218121800001", "origin-trace", ("registry", "format")),
        ("21113011", "goods", ("registry",)),
        ("NZL", "country", ("registry",)),
        ("020220080525641690", "customs-decl", ("format",)),
        ("UN 1203", "un", ("format",)),
        ("1.2.156.20009", "oid", ("format",)),
        ("88.118.5/ABC", "handle", ("format",)),
        ("370600002/lot/A/7", "local", ("format",)),
        ("2846909910", "hs", ("length",)),
        ("ABC", "country", ("length", "unlisted")),
        ("node:370600004", "node", ("named", "registry")),
        ("plate:鲁F·12345", "plate", ("named", "length")),
        ("]d20106921168509256\x1d10L1", "gs1", ("checksum", "format")),
        ("urn:epc:id:sgtin:4012345.011111.98%22", "digital-link", ("checksum", "format")),
        ("https://shop.example/gtin/6921168509256/lot/A", "digital-link", ("checksum", "format")),
    ],
)
def test_the_best_fit_and_why(text, scheme, why):
    assert best(text) == (scheme, why)


def test_the_strongest_reason_comes_first():
    found = identify("3706000020001", CORE)
    assert [one.scheme for one in found] == ["merchant", "card", "hs"]
    firsts = [WHY.index(one.why[0]) for one in identify("6921168509256", CORE)]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("text", ["", " ", "Hello World!", "42", "注射用硫酸链霉素", "鲁F12345", "http://example.org/", "nope:1"])
def test_what_fits_nothing(text):
    assert identify(text, CORE) == []


def test_a_scheme_named_wrongly_is_said_to_be_another():
    assert best("gtin:911101083303521997") == ("uscc", ("checksum",))


# a scheme as a plugin brings it: 24 digits that begin with a day; it has no list and knows no label
DAY = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{16}")
VET = SimpleNamespace(
    SCHEME="vet",
    NAME_ZH="示例",
    NAME_EN="example",
    SOURCE="example",
    compact=str.strip,
    parse=lambda value: {"day": value.strip()[:8]},
    check_batch=lambda values: [None if DAY.fullmatch(value) else "TK-CODE-001" for value in values],
)
WITH_PLUGIN = {**CORE, "vet": VET}
CODE = "201512270003700019840759"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (CODE, "whole"),
        (f"{CODE}，注射用硫酸链霉素，兽药字（2015）220442658，某厂，0311-12345678", "field"),
        (f"{CODE},name,approval,maker,phone", "field"),
        (f"品种名称：郑单958\r\n生产经营者名称：某种业\r\n单元识别代码：{CODE}\r\n追溯网址：http://t.example/", "line"),
        (f"品种名称：郑单958\\n某种业\\n{CODE}\\nhttp://t.example/", "line"),
        (f"追溯码： {CODE}", "label"),
        (f"http://t.example/c?id={CODE}", "address"),
        (f"http://t.example/{CODE}", "address"),
        (f"https://t.example/q#{CODE}", "address"),
        (f"HTTP://T.EXAMPLE/Q?{CODE}", "address"),
        (f"请扫码查询 http://t.example/c/{CODE}。", "address"),
        (f"追溯码{CODE}见包装", "run"),
    ],
)
def test_a_code_is_found_where_it_is_printed(text, place):
    (one,) = [one for one in identify(text, WITH_PLUGIN) if one.scheme == "vet"]
    assert (one.value, one.place, one.parts) == (CODE, place, {"day": "20151227"})
    assert one.why == ("format",)
    assert identify(text, WITH_PLUGIN)[0] == one


def test_keys_inside_a_string_or_link_are_told_after_it():
    found = identify("(00)106141411234567897(02)06921168509256(37)24(410)0614141000005", CORE)
    assert [(one.scheme, one.value, one.place) for one in found] == [
        ("gs1", "(00)106141411234567897(02)06921168509256(37)24(410)0614141000005", "whole"),
        ("gtin", "06921168509256", "part"),
        ("sscc", "106141411234567897", "part"),
        ("gln", "0614141000005", "part"),
    ]


def test_the_parts_of_a_link_are_those_that_were_printed():
    (link, *_) = identify("https://id.gs1.org/01/06921168509256/10/L1/21/7?17=261231", CORE)
    assert link.value == "https://id.gs1.org/01/06921168509256/21/7"
    assert (link.parts["lot"], link.parts["expiry"]) == ("L1", "261231")


def test_the_area_of_a_payload_that_never_ends_is_bounded():
    assert len(_payload.fragments("x," * 100_000)) <= _payload.MOST
    assert sum(len(one.text) for one in _payload.fragments("7" * 100_000)) <= _payload.LONGEST
    assert identify("7" * 100_000, CORE) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@example("http://[")
@example("http://x/?" + "a&" * 200)
@example("\ud800")
@example("\0:\0")
@example("(01)")
def test_nothing_makes_it_fail_and_what_it_answers_is_valid(text):
    for one in identify(text, CORE):
        assert CORE[one.scheme].check_batch([one.value]) == [None]
        assert set(one.why) <= set(WHY)
        assert one.place in _payload.PLACES
