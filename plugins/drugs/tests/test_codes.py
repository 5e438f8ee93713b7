"""Drug numbers: printed ones pass, mistyped and invented ones do not, one by one and as a batch."""

import random

from stdnum import ean
from tracekit_drugs import codes
from tracekit_drugs.codes import DRUG_APPROVAL, DRUG_STANDARD, DRUG_TRACE

from tracekit.testing.scheme_suite import scheme_suite

GOOD = {
    "drug-trace": (
        "81234567890123456789",
        "8123 4567 8901 2345 6789",
        "00000000000000000000",
        "01069211685092562171",
        "(01)06921168509256(21)7",
        "]d2010692116850925621A-1\x1d17261231" + "10L1",
        "(01)06921168509256(21)a(b",
    ),
    "drug-standard": ("86901110000020", "8690 1110 0000 20"),
    "drug-approval": (
        *("国药准字H21021039", "国药准字H20013062", "国药准字Z20026718", "国药准字H20103656", "国药准字HJ20171237", "国药准字SJ20210014"),
        *(
            "国药准字S20100003",
            "国药准字HC20171003",
            "国药准字 z 2002 6439",
            "国药准字ＺＣ２０１３０００１",
            "国药准字B20020395",
            "国药准字J20140001",
        ),
    ),
}
BAD = {
    "drug-trace": (
        *("8123456789012345678", "812345678901234567890", "8123456789012345678A", "", "81234-567890123456789"),
        *("(01)06921168509256", "(01)06921168509256(10)L1", "(21)7", "(01)06921168509256(21)" + "7" * 21, "(01)06921168509256(21)7(05)1"),
    ),
    "drug-standard": ("8690111000002", "869011100000200", "96901110000020", "86801110000021", "8690111000002X"),
    "drug-approval": (
        *(
            "国药准字H2102103",
            "国药准字H210210390",
            "国药准字X21021039",
            "国药准字Z112233",
            "国食健字G20050001",
            "Z20026439",
            "国药准字21021039",
        ),
        *("国药准字HX20171237", "国药准字TJ20171237", "国药准字HJC20171237"),
    ),
}
MISTYPED = {"drug-trace": ("(01)06921168509257(21)7",), "drug-standard": ("86901110000021",)}

TestSchemes = scheme_suite(codes, GOOD, BAD, MISTYPED)


def test_an_element_string_keeps_what_tells_the_pack_apart() -> None:
    scanned = "]d2010692116850925610L1\x1d17261231" + "21A-1"
    assert DRUG_TRACE.validate(scanned) == "(01)06921168509256(21)A-1"
    assert DRUG_TRACE.validate("(21)A-1(01)06921168509256") == "(01)06921168509256(21)A-1"
    assert DRUG_TRACE.parse(scanned) == {"gtin": "06921168509256", "serial": "A-1", "lot": "L1", "expiry": "261231"}


def test_twenty_digits_are_never_read_as_an_element_string() -> None:
    assert DRUG_TRACE.validate("01069211685092562171") == "01069211685092562171"
    assert DRUG_TRACE.parse("81234567890123456789") == {"drug": "8123456", "rest": "7890123456789"}


def test_another_beginning_is_only_a_hint() -> None:
    values = ["81234567890123456789", "71234567890123456789", "(01)06921168509256(21)7"]
    assert DRUG_TRACE.check_batch(values) == [None] * 3
    assert DRUG_TRACE.registry_batch(values) == [None, "TK-CODE-003", None]


def test_the_check_digit_is_that_of_gs1_keys() -> None:
    chance = random.Random(20261125)
    bodies = [f"869{chance.randrange(10**10):010d}" for _ in range(2000)]
    right = [body + ean.calc_check_digit(body) for body in bodies]
    wrong = [value[:-1] + str((int(value[-1]) + chance.randrange(1, 10)) % 10) for value in right]
    assert DRUG_STANDARD.check_batch(right + wrong) == [None] * 2000 + ["TK-CODE-002"] * 2000


def test_the_letters_of_an_approval_number_are_named() -> None:
    assert DRUG_APPROVAL.parse("国药准字HC20171003")["origin"] == "C"
    assert DRUG_APPROVAL.parse("国药准字Z20026439") == {"kind": "Z", "kind_name": "中药", "origin": "", "number": "20026439"}
