"""GS1 element strings and Digital Links: the table of conversions, both ways, against a second table and library."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import gs1_128, numdb

from tracekit import codes
from tracekit.codes import _ai, digital_link, gs1
from tracekit.codes._epc import EPCS, check_digit, read_epc
from tracekit.errors import CodeError, InvalidChecksum, InvalidFormat
from tracekit.spec.tables import core_folder, read_table

LINKS = list(csv.DictReader((Path(__file__).parent / "epc_digital_link.csv").read_text(encoding="utf-8").splitlines()))
VISIBLE = "".join(chr(char) for char in range(33, 127) if re.fullmatch(_ai._SETS["X"], chr(char)))


@pytest.mark.parametrize("row", LINKS, ids=lambda row: row["input"])
def test_links_are_canonical_or_refused(row):
    link = row["canonical_digital_link"]
    if link:
        assert digital_link.validate(row["input"]) == link
        assert digital_link.parse_key(row["input"]).link == link
    else:
        assert digital_link.parse_key(row["input"]) is None
        with pytest.raises(InvalidFormat):
            digital_link.validate(row["input"])


URIS = [
    *(row["input"] for row in LINKS if row["input"].startswith("urn:") and ":idpat:upui:" not in row["input"]),
    "urn:epc:class:lgtin:4012345.012345.998877",
    "urn:epc:id:sscc:4012345.0000000333",
    "urn:epc:id:giai:4012345.A.B-7",
    "urn:epc:id:ginc:4012345.X7",
    "urn:epc:id:gsrnp:4012345.0000006765",
    "urn:epc:id:itip:4012345.012345.01.02.987",
    "urn:epc:id:sgcn:4012345.67890.04711",
    "urn:epc:id:sgln:4012345.00005.0",
    "urn:epc:idpat:grai:4012345.66666.*",
    "urn:epc:idpat:itip:4012345.012345.01.02.*",
    "urn:epc:id:sgtin:4012345.011111.*",
    "urn:epc:id:sgtin:4012345.011111.a.b*",
]


@pytest.mark.parametrize("uri", URIS)
def test_an_epc_uri_comes_back_from_its_link(uri):
    prefix = digital_link.parse(uri)["company_prefix"]
    assert digital_link.epc(digital_link.validate(uri), len(prefix)) == uri


def test_every_epc_scheme_is_tried_both_ways():
    assert {uri.split(":")[3] for uri in URIS} == set(EPCS)


@pytest.mark.parametrize("length", [5, 13, 0])
def test_no_company_prefix_is_of_that_length(length):
    assert digital_link.epc("https://id.gs1.org/00/106141411234567897", length) == ""


@pytest.mark.parametrize("serial", ["98%22", "a%20b", "%E6%89%B9", "x" * 21, ""])
def test_serial_numbers_are_of_the_character_set(serial):
    assert digital_link.is_valid(f"https://id.gs1.org/01/04012345111118/21/{serial}") is (serial == "98%22")


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sscc:40.1",
        "urn:epc:id:sgtin:40123.0111118.1",
        "urn:epc:id:gid:1.2.3",
        "urn:epc:id:sgtin:1",
        "urn:",
        "urn:epc:id:sgtin:4012345.011111.",
        "urn:epc:id:grai:4012345.00022.",
        "urn:epc:class:sgtin:4012345.011111.1",
        "urn:epc:id:lgtin:4012345.011111.1",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:id:bic:CSQU3054383",
    ],
)
def test_what_is_no_epc_uri_of_a_key(uri):
    assert read_epc(uri) is None


def test_the_whole_address_is_read_and_the_key_alone_is_compact():
    uri = "https://shop.example/a/gtin/6921168509256/cpv/2A/lot/L%2F1/ser/9?17=261231&3103=001250&17=1&abc=5&lot=x"
    assert digital_link.compact(uri) == "https://id.gs1.org/01/06921168509256/21/9"
    assert digital_link.parse(uri) == {
        "link": "https://id.gs1.org/01/06921168509256/21/9",
        "gtin": "06921168509256",
        "consumer_variant": "2A",
        "lot": "L/1",
        "serial": "9",
        "net_weight_kg": "1.250",
    }


# the second table: facts of the GS1 specification as another project wrote them down
OTHER = numdb.get("gs1_ai")


def test_application_identifiers_agree_with_a_second_table():
    for row in read_table(core_folder() / "codesets" / "gs1" / "ai.csv"):
        for ai in _ai._span(row["ai"]):
            rest, facts = OTHER.info(ai)[0]
            assert (rest, facts["format"], facts.get("fnc1", "0")) == (ai, row["format"], row["fnc1"]), ai


def test_no_identifier_begins_another():
    known = _ai.known()
    assert [(one, other) for one in known for other in known if one != other and other.startswith(one)] == []


@given(
    st.text("0123456789", min_size=13, max_size=13),
    st.text("0123456789ABCabc-/", min_size=1, max_size=20),
    st.text("123456789", min_size=1, max_size=8),
)
def test_a_scanned_string_is_read_as_another_library_reads_it(body, lot, count):
    elements = [("01", body + check_digit(body)), ("10", lot), ("30", count), ("3103", "001250")]
    sent = gs1.raw(gs1.bracket(elements))
    assert gs1.elements(gs1.compact(sent)) == elements
    others = gs1_128.info(sent, separator="\x1d")
    assert (others["01"], others["10"], str(others["30"])) == (elements[0][1], lot, count)


@given(st.lists(st.text(VISIBLE, min_size=1, max_size=20), min_size=1, max_size=3))
def test_any_value_survives_brackets_and_separators(values):
    elements = list(zip(("10", "21", "22"), values, strict=False))
    text = gs1.bracket(elements)
    assert gs1.validate(text) == text
    assert gs1.elements(text) == elements
    assert gs1.compact("\x1d" + gs1.raw(text)) == text


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("]C100106141411234567897", "(00)106141411234567897"),
        ("\x1d0106921168509256", "(01)06921168509256"),
        ("0106921168509256" + "10A{GS}" + "17261200", "(01)06921168509256(10)A(17)261200"),
        ("(01) 0692 1168 5092 56 (10) L-1", "(01)06921168509256(10)L-1"),
        ("（01）06921168509256（21）７", "(01)06921168509256(21)7"),
        ("0106921168509256\x1d21A", "(01)06921168509256(21)A"),
        ("4140614141000005", "(414)0614141000005"),
    ],
)
def test_what_scanners_and_printers_write(text, compact):
    assert gs1.validate(text) == compact


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "()",
        "(01)",
        "x(01)06921168509256",
        "(10)A(10)B",
        "(17)260230",
        "(11)261301",
        "(7003)2612312460",
        "(10)批",
        "(10)" + "A" * 21,
        "10ABC",
        "2112345",
        "1000000000000012",
        "(8008)26123123595",
        "(01)06921168509256(10)" + "A" * 600,
    ],
)
def test_what_is_no_element_string(text):
    with pytest.raises(InvalidFormat):
        gs1.validate(text)


@pytest.mark.parametrize("text", ["(00)106141411234567890", "]d20106921168509257", "(253)4602443000332XYZ", "(8006)040123451234550102"])
def test_wrong_check_digits_are_told_from_wrong_forms(text):
    with pytest.raises(InvalidChecksum):
        gs1.validate(text)


def test_amounts_have_their_point():
    parts = codes.get("gs1").parse("(3100)000012(3922)1999(7031)156AB(7032)156C")
    assert parts == {"net_weight_kg": "12", "price": "19.99", "processor": "156AB", "processor_7032": "156C"}


def test_raw_refuses_what_is_not_valid():
    with pytest.raises(CodeError):
        gs1.raw("(01)1")


PLAIN_LINK = st.builds(
    "https://id.gs1.org/{}/{}{}".format,
    st.sampled_from(("01", "00", "414", "8003", "8006", "21", "05", "253")),
    st.one_of(
        st.sampled_from(("04012345111118", "106141411234567897", "0614141000005", "03870585000552987")),
        st.text("0123456789aA-._~%", max_size=18),
    ),
    st.sampled_from(("", "/21/7", "/10/A", "/22/A", "/254/7", "/21/", "/21/7/10/A", "/10/A/21/7", "/10/A%2F", "?17=261231", "/")),
)


@given(PLAIN_LINK)
def test_the_quick_way_and_the_long_way_judge_links_alike(link):
    assert digital_link._check(link) == digital_link._check_read(link)
