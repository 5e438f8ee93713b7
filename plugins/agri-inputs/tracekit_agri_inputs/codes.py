r"""Numbers of farm inputs: pesticide, veterinary drug, seed, fertiliser. None has a check digit that is known.

`pesticide-unit` (单元识别代码, 农业部公告第2579号; CONFIRMED): 32 digits: kind of registration (1 PD, 2 WP, 3 temporary), the
last six digits of its number, kind of production (1 to 3), specification (3), random (21). Printed in an address. Newer
projects name 农业农村部公告第1049号 for the same structure; its text was not found.

`pesticide-reg` (农药登记证号): PD, WP, LS or WL, year and serial (4 + 4), F and more where packed by another (CONFIRMED on
printed numbers). Older numbers have less digits (LS96030, PD85154-12) or the year behind (PDN2-88), export numbers begin
with EX: no rule was read, so they pass with a hint. PARTIAL.

`vet-trace` (兽药追溯码, 农业部公告第2210号; CONFIRMED): 24 digits: day of application (8), enterprise (5), random (11). The QR
code holds five parts between commas: code, generic name, approval number, enterprise, telephone.

`vet-approval` (兽药产品批准文号, 农业部令2015年第4号; 9 digits CONFIRMED): class, sometimes a year in brackets, province (2),
enterprise (3), product (4). The classes were not all read, so any word of up to two characters may stand before 字.

`seed-label` (种子单元识别代码, 农作物种子标签二维码编码规则 2016; CONFIRMED): up to 20 digits and letters of the enterprise's own.
The QR code holds four lines: variety, producer or importer, this code, an address.

`seed-licence` (农作物种子生产经营许可证编号) and `fertiliser-reg` (肥料登记证号): PARTIAL, as printed; the rules were not read.

>>> PESTICIDE_UNIT.parse("1" + "092927" + "2" + "001" + "0" * 21)["registration"]
'PD092927'
>>> PESTICIDE_UNIT.check_batch(["4092927" + "2" + "0" * 24, "1092927" + "4" + "0" * 24, "1092927" + "2" + "0" * 23])
['TK-CODE-001', 'TK-CODE-001', 'TK-CODE-001']
>>> PESTICIDE_REG.registry_batch(["PD20040767", "PD85154-12"]), PESTICIDE_REG.is_valid("999999")
([None, 'TK-CODE-003'], False)
>>> VET_TRACE.parse("201512270003700019840759，注射用硫酸链霉素，兽药字（2015）220442658，某厂，0311-1234")["generic_name"]
'注射用硫酸链霉素'
>>> VET_TRACE.check_batch(["201512270003700019840759", "201513270003700019840759", "20151227000370001984075"])
[None, 'TK-CODE-001', 'TK-CODE-001']
>>> VET_APPROVAL.parse("兽药字（2015）220442658")
{'class': '兽药字', 'year': '2015', 'province': '22', 'enterprise': '044', 'product': '2658'}
>>> VET_APPROVAL.is_valid("兽药字（2024）010101")
False
>>> SEED_LABEL.validate("品种名称：郑单958\n生产经营者名称：某种业\n单元识别代码：0125727100017593\n追溯网址：http://t.example/")
'0125727100017593'
>>> SEED_LICENCE.validate("C（黑哈五）农种许字（2016）第6001号")
'C(黑哈五)农种许字(2016)第6001号'
>>> FERTILISER_REG.validate("微生物肥（2016）准字（1896号）")
'微生物肥(2016)准字1896号'
"""

import re
from collections.abc import Mapping

from tracekit.sdk.schemes import CODE, DIGITS, Scheme, as_printed, as_words, days, fields, form_of, groups, matching, where

REGISTRATIONS = {"1": "PD", "2": "WP", "3": "临时登记"}
"""Position 1 of a pesticide's unit code."""

PRODUCTIONS = {"1": "登记证持有人生产", "2": "委托加工", "3": "委托分装"}
"""Position 8 of a pesticide's unit code."""

_REG_OF_TODAY = "(?:PD|WP|LS|WL)(?:19|20)[0-9]{6}(?:F[0-9]{1,6})?"
_REG = (
    f"{_REG_OF_TODAY}|EX20[0-9]{{6}}"
    "|(?:PD|WP|LS|WL)[0-9]{5,6}(?:-[0-9]{1,3})?(?:F[0-9]{1,6})?"
    "|(?:PD|WP)N?[0-9]{1,3}-[0-9]{2}(?:F[0-9]{1,6})?"
)
_APPROVAL = r"(兽药[一-龥]{0,2}字)(?:\(([0-9]{4})\))?([0-9]{2})([0-9]{3})([0-9]{4})"
_LICENCE = r"([A-Z]{1,4})\(([一-龥]{1,6})\)农种许字\(([0-9]{4})\)第([0-9]{1,5})号"
_FERTILISER = r"([一-龥]{0,6}肥)(?:\(([0-9]{4})\))?([准临])字([0-9]{1,6}(?:-[0-9]{1,6})?)号"

_of_today = re.compile(_REG_OF_TODAY).fullmatch
_NUMBER = re.compile(r"字第?\(?([0-9]+(?:-[0-9]+)?)\)?(?:号\)?)?$")
"""The end of a fertiliser's number as printed: with or without 第, brackets and 号."""


def _unit_parts(value: str) -> dict[str, str]:
    kind, production = REGISTRATIONS[value[0]], PRODUCTIONS[value[7]]
    registration = {"registration": kind[:2] + value[1:7]} if value[0] != "3" else {"registration_end": value[1:7]}
    return {"kind": kind, **registration, "production": production, "specification": value[8:11], "random": value[11:]}


def _reg_parts(value: str) -> dict[str, str]:
    kind, of_today = value[:2], _of_today(value)
    return (
        {"kind": kind, "year": value[2:6], "serial": value[6:10], "packer": value[10:]} if of_today else {"kind": kind, "number": value[2:]}
    )


def _vet_trace_parts(value: str) -> dict[str, str]:
    return {"date": f"{value[:4]}-{value[4:6]}-{value[6:8]}", "enterprise": value[8:13], "random": value[13:]}


_four_lines = fields("\n", "variety", "operator", CODE, "url")


def _seed_label(text: str) -> Mapping[str, str]:
    found = _four_lines(text)
    return found if found.get("url", "").lower().startswith(("http://", "https://", "www.")) else {}


PESTICIDE_UNIT = Scheme(
    "pesticide-unit",
    ("农药单元识别代码", "Unit code of a pesticide pack"),
    "农业部公告第2579号; segments; CONFIRMED",
    "[123][0-9]{6}[123][0-9]{24}",
    form_of({32: ["".join(REGISTRATIONS), *[DIGITS] * 6, "".join(PRODUCTIONS), *[DIGITS] * 24]}),
    _unit_parts,
)

PESTICIDE_REG = Scheme(
    "pesticide-reg",
    ("农药登记证号", "Pesticide registration number"),
    "农药管理条例 art. 22; forms of printed numbers (rule not read); PARTIAL",
    _REG,
    matching(_REG),
    _reg_parts,
    lambda value: _of_today(value) is not None,
    as_words,
)

VET_TRACE = Scheme(
    "vet-trace",
    ("兽药追溯码", "Trace code of a veterinary drug pack"),
    "农业部公告第2210号; segments; CONFIRMED",
    "20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{16}",
    where(form_of({24: ["2", "0", *[DIGITS] * 22]}), lambda value: value[:8] in days("%Y%m%d")),
    _vet_trace_parts,
    reads=fields("[,，]", CODE, "generic_name", "approval", "maker", "telephone"),
)

VET_APPROVAL = Scheme(
    "vet-approval",
    ("兽药产品批准文号", "Veterinary drug approval number"),
    "农业部令2015年第4号; nine digits (classes not all read); CONFIRMED",
    _APPROVAL,
    matching(_APPROVAL),
    groups(_APPROVAL, "class", "year", "province", "enterprise", "product"),
    cleaning=as_words,
)

SEED_LABEL = Scheme(
    "seed-label",
    ("种子单元识别代码", "Unit code of a seed pack"),
    "农作物种子标签二维码编码规则; characters and length; CONFIRMED",
    "[0-9A-Za-z]{1,20}",
    matching("[0-9A-Za-z]{1,20}"),
    lambda value: {"unit": value},
    cleaning=as_printed,
    reads=_seed_label,
)

SEED_LICENCE = Scheme(
    "seed-licence",
    ("农作物种子生产经营许可证编号", "Seed production and business licence"),
    "农业部令2016年第5号 (not read); printed numbers; PARTIAL",
    _LICENCE,
    matching(_LICENCE),
    groups(_LICENCE, "kind", "issuer", "year", "serial"),
    lambda value: value[0] in "ABCDE" and value[1] == "(",
    as_words,
)

FERTILISER_REG = Scheme(
    "fertiliser-reg",
    ("肥料登记证号", "Fertiliser registration number"),
    "肥料登记管理办法 (not read); printed numbers; PARTIAL",
    _FERTILISER,
    matching(_FERTILISER),
    groups(_FERTILISER, "class", "year", "standing", "number"),
    cleaning=lambda value: _NUMBER.sub(r"字\1号", as_words(value)),
)

SCHEMES = (PESTICIDE_UNIT, PESTICIDE_REG, VET_TRACE, VET_APPROVAL, SEED_LABEL, SEED_LICENCE, FERTILISER_REG)
