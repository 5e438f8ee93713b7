"""Numbers of special equipment: those on devices pass, impossible years and months do not."""

from tracekit_special_equipment import codes
from tracekit_special_equipment.codes import EQUIPMENT, EQUIPMENT_REG, EQUIPMENT_USE

from tracekit.testing.scheme_suite import scheme_suite

GOOD = {
    "equipment": ("41702156120190307", "2150 10890 2015 00098", "21502301020150098", "215023010201500098", "2150230102015A0098"),
    "equipment-reg": (
        "31103506002016053337",
        "31103506002016083785",
        "21603101012006010101",
        "8310110106200302A002",
        "11204418002002040219",
    ),
    "equipment-use": ("梯11闽E3622(16)", "梯11闽E4165（16）", "梯11粤EM0866", "起17辽JG0033(24)", "梯 11 闽 e3622", "车11粤A00001(18)"),
}
BAD = {
    "equipment": (
        "01702156120190307",
        "4170215612019030",
        "41702156100000307",
        "4170215612019030700",
        "417021561201903A7",
        "F1702156120190307",
    ),
    "equipment-reg": (
        *("31103506002016133337", "31103506002016003337", "3110350600201605333", "311035060020160533370", "31103506000016053337"),
        *("31103506002016050000", "01103506002016053337", "31100506002016053337", "3110350600201605A33A"),
    ),
    "equipment-use": ("梯1闽E3622", "梯11E3622", "闽E3622", "梯11闽3622", "梯11闽E36", "梯11闽E3622(2016)", "11闽E3622", "梯11闽E12345678"),
}

TestSchemes = scheme_suite(codes, GOOD, BAD)


def test_the_parts_are_named() -> None:
    assert EQUIPMENT.parse("215010890201500098") == {
        "class": "2150",
        "kind_name": "压力容器",
        "maker": "10890",
        "year": "2015",
        "serial": "00098",
    }
    assert EQUIPMENT_REG.parse("8310110106200302A002")["kind_name"] == "压力管道"
    assert EQUIPMENT_USE.parse("梯11粤EM0866")["year"] == ""


def test_regions_and_words_are_only_hints() -> None:
    assert EQUIPMENT_REG.registry_batch(["31103506002016053337", "31103599992016053337"]) == [None, "TK-CODE-003"]
    assert EQUIPMENT_USE.registry_batch(["梯11粤EM0866", "田11粤EM0866"]) == [None, "TK-CODE-003"]
    assert EQUIPMENT_USE.is_valid("田11粤EM0866")
