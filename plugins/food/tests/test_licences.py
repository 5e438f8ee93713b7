"""Licence numbers: printed ones pass, mistyped and invented ones do not, one by one and as a batch."""

import random

import pytest
from stdnum.iso7064 import mod_11_10
from tracekit_food.codes import JY, SC

PRINTED = (
    *("SC11464010500015", "SC11834020305037", "SC11532139200465", "SC12744040400094", "SC11333019700024", "SC11837048101233"),
    *("SC12636098200051", "SC12434017430075", "SC11432010400101", "SC11435078213641", "SC10811310111839", "SC12441112200063"),
)
WRONG_DIGIT = ("SC12744030500626", "SC11453010306856", "SC12345678901234", "SC10512345678901", "SC10600000000000", "SC11464010500016")
MALFORMED = (
    "",
    "SC",
    "SC123",
    "SC1146401050001",
    "SC114640105000155",
    "SX11464010500015",
    "SC31464010500015",
    "SC1146401050001A",
    "SC１1464010500015",
)


@pytest.mark.parametrize("number", PRINTED)
def test_a_printed_number_passes(number: str) -> None:
    assert SC.validate(number) == number
    assert SC.check_batch([number]) == [None]


@pytest.mark.parametrize("number", WRONG_DIGIT)
def test_a_wrong_check_digit_is_said(number: str) -> None:
    assert SC.check_batch([number]) == ["TK-CODE-002"]
    assert not SC.is_valid(number)


def test_a_wrong_form_is_said() -> None:
    assert SC.check_batch(list(MALFORMED)) == ["TK-CODE-001"] * len(MALFORMED)


def test_what_people_type_is_cleaned() -> None:
    assert SC.validate(" sc1-1464-0105-00015 ") == "SC11464010500015"
    assert SC.validate("ＳＣ１１４６４０１０５０００１５") == "SC11464010500015"


def test_the_old_form_is_known_as_such() -> None:
    assert SC.parse("QS3700 0501 0001")["form"] == "QS"
    assert SC.check_batch(["QS37000501000", "QS3700050100012"]) == ["TK-CODE-001"] * 2


def test_every_changed_digit_is_noticed() -> None:
    number = PRINTED[0]
    for at in range(3, 16):
        others = [number[:at] + digit + number[at + 1 :] for digit in "0123456789" if digit != number[at]]
        assert SC.check_batch(others) == ["TK-CODE-002"] * 9


def test_a_batch_says_what_single_values_say_and_the_library_too() -> None:
    chance = random.Random(20261120)
    values = [f"SC{chance.choice('12')}{chance.randrange(10**13):013d}" for _ in range(3000)]
    values += [*PRINTED, *WRONG_DIGIT, *MALFORMED, "QS370005010001"]
    chance.shuffle(values)
    codes = SC.check_batch(values)
    assert codes == [SC.check_batch([value])[0] for value in values]
    for value, code in zip(values, codes, strict=True):
        if len(value) == 16 and value.isascii() and value[2:].isdigit() and value[:2] == "SC" and value[2] in "12":
            assert (code is None) == mod_11_10.is_valid(value[2:])


@pytest.mark.parametrize("number", ["JY13301080111719", "JY11108071215650", "JY23506230105266"])
def test_a_printed_business_licence_passes(number: str) -> None:
    assert JY.validate(number.lower()) == number


def test_a_wrong_business_licence_does_not() -> None:
    assert JY.check_batch(["JY13301080111718", "JY1330108011171", "JX13301080111719"]) == ["TK-CODE-002", "TK-CODE-001", "TK-CODE-001"]


def test_unknown_categories_and_zones_are_only_hints() -> None:
    assert SC.registry_batch(["SC11464010500015", "SC11532139200465"]) == [None, "TK-CODE-003"]
    assert JY.registry("JY11108071215650") is None
    assert SC.is_valid("SC11532139200465")
