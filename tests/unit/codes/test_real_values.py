"""Codes seen on licences, labels and slips, with the verdict that was computed apart from this code."""

import csv
from pathlib import Path

import pytest

from tracekit import codes
from tracekit.errors import CodeError

ROWS = list(csv.DictReader((Path(__file__).parent / "identifiers.csv").read_text(encoding="utf-8").splitlines()))
CODE = {"check digit": "TK-CODE-002", "length": "TK-CODE-001", "characters": "TK-CODE-001"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['scheme']}:{row['value']}")
def test_single_form_says_what_the_file_says(row):
    scheme = codes.get(row["scheme"])
    assert scheme.is_valid(row["value"]) is (row["valid"] == "yes")
    if row["valid"] == "yes":
        assert scheme.validate(row["value"]) == scheme.compact(row["value"])
    else:
        with pytest.raises(CodeError) as caught:
            scheme.validate(row["value"])
        assert caught.value.code == CODE[row["reason"]]
        assert isinstance(caught.value, ValueError)
        assert set(caught.value.params) == {"scheme", "value", "expected"}


@pytest.mark.parametrize("scheme", sorted({row["scheme"] for row in ROWS}))
def test_batch_form_says_what_the_file_says(scheme):
    rows = [row for row in ROWS if row["scheme"] == scheme] * 40
    compact = [codes.get(scheme).compact(row["value"]) for row in rows]
    assert codes.get(scheme).check_batch(compact) == [CODE.get(row["reason"]) for row in rows]


TYPED = {
    "uscc": ("９１３５０１００ｍ０００１００ｙ４３", "91350100M000100Y43"),
    "org": (" 33035219－9\u3000", "330352199"),
    "area": ("\ufeff370602\u200b", "370602"),
    "gtin": ("(01)0 9521234-54321 3", "09521234543213"),
    "sscc": ("(00)106141411234567897", "106141411234567897"),
    "gln": ("(414) 061 4141 00000 5", "0614141000005"),
    "node": ("370600 004", "370600004"),
    "merchant": ("370600004\t0001", "3706000040001"),
    "tran": ("3706 0000 4000 1000 0003", "37060000400010000003"),
    "batch": ("370602569-0000058", "3706025690000058"),
    "origin-trace": ("440981002 181218 00001", "44098100218121800001"),
    "goods": ("２１１１３·０１１", "21113011"),
    "card": ("3706-0000-20017", "3706000020017"),
    "local": (" 370600002／quarantine／３７１２３４５ ", "370600002/quarantine/3712345"),
    "person": (f" {'0a' * 32}\n", "0a" * 32),
    "quarantine": ("No．\u3000１２３ａ-B", "No.123a-B"),
    "meat-quality": ("（鲁）第 12 号", "(鲁)第12号"),
    "origin-cert": ("A 1", "A1"),
    "vege-test": ("ｊｃ2026-001", "jc2026-001"),
    "till-slip": (" 000123 ", "000123"),
    "plate": ("鲁f·1234５", "鲁F12345"),
    "promise": ("cn-1/2", "cn-1/2"),
    "market-entry": ("e\u0301", "é"),
    "ecode": (" ｖ1-2345 ", "v1-2345"),
    "gs1": ("]C10106921168509256" + "10L1<GS>" + "3103001250", "(01)06921168509256(10)L1(3103)001250"),
    "digital-link": ("HTTPS://example.org/gtin/6921168509256?17=261231", "https://id.gs1.org/01/06921168509256"),
    "cas": ("CAS号：7732‑18–5", "7732-18-5"),
    "un": ("un No. 1203", "1203"),
    "hs": ("２８０５．３０-2900.101", "2805302900101"),
    "customs-decl": ("0202 2008 0 525641690", "020220080525641690"),
    "country": (" chn ", "CHN"),
    "oid": ("urn:oid:1.2.156.20009.a-b", "1.2.156.20009.A-B"),
    "handle": (" 88.118.5／ａ ", "88.118.5/a"),
}


@pytest.mark.parametrize("scheme", codes.schemes())
def test_what_people_type_is_cleaned_and_then_valid(scheme):
    typed, compact = TYPED[scheme]
    assert codes.get(scheme).compact(typed) == compact
    assert codes.get(scheme).validate(typed) == compact
    assert codes.get(scheme).check_batch([compact]) == [None]
    assert all(isinstance(part, str) for part in codes.get(scheme).parse(typed).values())


def test_a_foreign_letter_never_turns_into_a_letter_of_the_code():
    # upper() would make S of the long s, K of the Kelvin sign's lower case and I of the dotless i
    assert not codes.get("org").is_valid("ſ000100Y-4")
    assert not codes.get("uscc").is_valid("9135010\u0660M000100Y43")  # an Arabic zero is a digit to isdigit()
    assert not codes.get("node").is_valid("37060000²")


def test_a_wrong_personal_id_is_not_repeated_in_the_message():
    with pytest.raises(CodeError) as caught:
        codes.get("person").validate("11010519491231002X")
    assert "1949" not in str(caught.value) + str(caught.value.params)
