"""Numbers of the food licences: `sc` of a producer (and its old form QS), `jy` of a trader.

The check digit of both is ISO 7064 MOD 11,10, found by computing on printed numbers and not read in a text. Categories
and areas are only worth a warning: licences carry codes of development zones, and Beijing divides the number otherwise.

>>> SC.validate("sc1 1532 1392 00465")
'SC11532139200465'
>>> SC.parse("SC11532139200465")["category_name"]
'酒类'
>>> SC.check_batch(["SC11464010500015", "SC11464010500016", "SC123", "QS370006010001"])
[None, 'TK-CODE-002', 'TK-CODE-001', None]
>>> JY.parse("JY13301080111719")["business_name"]
'食品销售经营者'
"""

from functools import cache
from pathlib import Path

from tracekit.codes import area
from tracekit.sdk.schemes import DIGITS, Scheme, form_of, with_mod_11_10
from tracekit.spec.tables import read_table

SPECS = Path(__file__).parent / "specs"
LENGTH = 16


@cache
def _names(codeset: str) -> dict[str, str]:
    return {row["code"]: row["name_zh"] for row in read_table(SPECS / "codesets" / f"{codeset}.csv")}


def _sc_parts(value: str) -> dict[str, str]:
    if value.startswith("QS"):
        return {"form": "QS", "authority": value[2:6], "category": value[6:10], "serial": value[10:]}
    name = _names("sc_category").get(value[2:5], "")
    return {"form": "SC", "category": value[2:5], "category_name": name, "area": value[5:11], "serial": value[11:15], "check": value[15]}


def _sc_known(value: str) -> bool:
    return not value.startswith("QS") and value[2:5] in _names("sc_category") and area.registry(value[5:11]) is None


def _jy_parts(value: str) -> dict[str, str]:
    business = value[2]
    name = _names("jy_business").get(business, "")
    return {"business": business, "business_name": name, "area": value[3:9], "serial": value[9:15], "check": value[15]}


def _jy_known(value: str) -> bool:
    """Beijing's own split (11, district, street) is taken as known: its areas are no codes of GB/T 2260."""
    return value[2] in _names("jy_business") and (value.startswith("11", 3) or area.registry(value[3:9]) is None)


SC = Scheme(
    "sc",
    ("食品生产许可证编号", "Food production licence number"),
    "食品生产许可管理办法 2015 art. 29, 2020 art. 30; 公告2015年第198号; form CONFIRMED, check digit found by computing; QS: PARTIAL",
    "SC[12][0-9]{13}|QS[0-9]{12}",
    with_mod_11_10(form_of({LENGTH: ["S", "C", "12", *[DIGITS] * 13], 14: ["Q", "S", *[DIGITS] * 12]}), LENGTH, 2),
    _sc_parts,
    _sc_known,
)

JY = Scheme(
    "jy",
    ("食品经营许可证编号", "Food business licence number"),
    "食品经营许可管理办法; form CONFIRMED, check digit found by computing on few numbers",
    "JY[0-9]{14}",
    with_mod_11_10(form_of({LENGTH: ["J", "Y", *[DIGITS] * 14]}), LENGTH, 2),
    _jy_parts,
    _jy_known,
)

SCHEMES = (SC, JY)
