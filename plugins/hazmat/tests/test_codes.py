"""Codes of hazardous goods: constructed, for real ones are not published."""

from tracekit_hazmat import codes
from tracekit_hazmat.codes import DETONATOR, MARKS, RADIO_SOURCE

from tracekit.testing.scheme_suite import scheme_suite

GOOD = {
    "detonator": ("0140829A12345", "9911231a00000", "01 4 0229 0 12345", "0150228y12345", "０１４０８２９Ａ１２３４５"),
    "radio-source": ("0104CO000014", "USNNNN00001N", "us04cs000015", "01 04 CO 00001 4", "0104H3A00011"),
}
BAD = {
    "detonator": (
        *("0040829A12345", "0141329A12345", "0140029A12345", "0140832A12345", "0140230A12345", "0150229A12345", "0140431A12345"),
        *("014082912345", "0140829A1234", "0140829A123456", "0140829A1234B", "0140829-12345", "A140829A12345"),
        *(f"0140829{mark}12345" for mark in "cosuvwxz"),
    ),
    "radio-source": (
        *("0104CO000016", "0104CO000010", "0104CO00001", "0104CO0000144", "0N04CO000014", "01N4CO000014", "01044O000014", "A104CO000014"),
        *("0104CO00001X", "0104钴000014"),
    ),
}

TestSchemes = scheme_suite(codes, GOOD, BAD)


def test_case_tells_marks_apart() -> None:
    assert DETONATOR.validate("0140829a12345") == "0140829a12345"
    assert DETONATOR.check_batch([f"0140829{mark}12345" for mark in MARKS]) == [None] * len(MARKS)


def test_a_leap_day_needs_a_year_that_may_be_one() -> None:
    assert [DETONATOR.is_valid(f"01{year}0229A12345") for year in range(10)] == [year % 2 == 0 for year in range(10)]


def test_the_maker_of_a_source_is_a_number_at_home_and_a_country_abroad() -> None:
    assert RADIO_SOURCE.parse("0104CO000014")["maker"] == "01"
    assert RADIO_SOURCE.parse("USNNNN00001N") == {"country": "US", "year": "NN", "nuclide": "NN", "serial": "00001", "category": "N"}
