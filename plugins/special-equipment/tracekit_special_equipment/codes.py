"""Numbers of special equipment: `equipment` from the maker, `equipment-reg` and `equipment-use` from the registrar.

`equipment` (特种设备代码): class (4), maker (region of the licensing authority 2, licence serial 3), year (4) and a serial
of the year whose first place may be a letter. The text that was read has a serial of five, devices in use have four: both
pass. PARTIAL.

`equipment-reg` (设备注册代码): class (4), region of the registrar (6), year and month (6) and a serial of the month from
0001, after 9999 with a letter first. CONFIRMED. The notes on piping say 18 and name parts of 20: it is 20 there too.

`equipment-use` (使用登记证编号): a word for the kind, two digits, the province in short, the city's letter, a serial, and
the year in brackets. Only seen on devices, the rule was not read: PARTIAL, so an unknown word is only worth a hint.

None has a check digit. Classes and regions age: they are only hints.

>>> EQUIPMENT.parse("41702156120190307")
{'class': '4170', 'kind_name': '起重机械', 'maker': '21561', 'year': '2019', 'serial': '0307'}
>>> EQUIPMENT.is_valid("215010890201500098"), EQUIPMENT.is_valid("21501089000000098"), EQUIPMENT.is_valid("2150108902015098")
(True, False, False)
>>> EQUIPMENT_REG.parse("31103506002016053337")
{'class': '3110', 'kind_name': '电梯', 'area': '350600', 'year': '2016', 'month': '05', 'serial': '3337'}
>>> EQUIPMENT_REG.check_batch(["8310110106200302A002", "31103506002016133337", "3110350600201605333"])
[None, 'TK-CODE-001', 'TK-CODE-001']
>>> EQUIPMENT_USE.validate("梯11闽E3622（16）")
'梯11闽E3622(16)'
>>> EQUIPMENT_USE.parse("起17辽JG0033(24)")
{'kind': '起', 'class': '17', 'province': '辽', 'city': 'J', 'serial': 'G0033', 'year': '24'}
"""

from tracekit.codes import area
from tracekit.sdk.schemes import DIGITS, Scheme, as_words, form_of, groups, matching, where

KINDS = {
    "1": "锅炉",
    "2": "压力容器",
    "3": "电梯",
    "4": "起重机械",
    "5": "场（厂）内专用机动车辆",
    "6": "大型游乐设施",
    "7": "压力管道元件",
    "8": "压力管道",
    "9": "客运索道",
}
"""The first digit of a class."""

USES = "锅容瓶梯起索游车厂管"
"""Words that use certificates begin with."""

_CENTURIES = ("19", "20")
_MONTHS = tuple(f"{month:02}" for month in range(1, 13))
_CLASS = [DIGITS[1:], *[DIGITS] * 3]
_FIRST = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USE = r"([一-龥])([0-9]{2})([一-龥])([A-Z])([0-9A-Z]{4,6})(?:\(([0-9]{2})\))?"


def _class_parts(value: str) -> dict[str, str]:
    return {"class": value[:4], "kind_name": KINDS[value[0]]}


def _equipment_parts(value: str) -> dict[str, str]:
    return {**_class_parts(value), "maker": value[4:9], "year": value[9:13], "serial": value[13:]}


def _reg_holds(value: str) -> bool:
    return value[10:12] in _CENTURIES and value[14:16] in _MONTHS and not value.endswith("0000")


def _reg_parts(value: str) -> dict[str, str]:
    return {**_class_parts(value), "area": value[4:10], "year": value[10:14], "month": value[14:16], "serial": value[16:]}


EQUIPMENT = Scheme(
    "equipment",
    ("特种设备代码", "Code of special equipment"),
    "特种设备代码编号方法 (draft of 2015), TSG 08-2017 (not read); segments, 17 places as in use; PARTIAL",
    "[1-9][0-9]{8}(?:19|20)[0-9]{2}[0-9A-Z][0-9]{3,4}",
    where(
        form_of({length: [*_CLASS, *[DIGITS] * 9, _FIRST, *[DIGITS] * (length - 14)] for length in (17, 18)}),
        lambda value: value[9:11] in _CENTURIES,
    ),
    _equipment_parts,
)

EQUIPMENT_REG = Scheme(
    "equipment-reg",
    ("特种设备注册代码", "Registration code of special equipment"),
    "特种设备注册代码编制规定; segments; CONFIRMED",
    "[1-9][0-9]{3}[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?!0000)[0-9A-Z][0-9]{3}",
    where(form_of({20: [*_CLASS, DIGITS[1:], *[DIGITS] * 11, _FIRST, *[DIGITS] * 3]}), _reg_holds),
    _reg_parts,
    lambda value: area.registry(value[4:10]) is None,
)

EQUIPMENT_USE = Scheme(
    "equipment-use",
    ("特种设备使用登记证编号", "Use certificate of special equipment"),
    "TSG 08-2017 (not read); certificates in use; PARTIAL",
    _USE,
    matching(_USE),
    groups(_USE, "kind", "class", "province", "city", "serial", "year"),
    lambda value: value[0] in USES,
    as_words,
)

SCHEMES = (EQUIPMENT, EQUIPMENT_REG, EQUIPMENT_USE)
