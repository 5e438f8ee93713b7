"""Numbers of Chinese herbs: `herb` of the classification, and four codes of one vendor's platform.

`herb` (GB/T 31774-2015): 17 digits beginning with 06, the division of herbs in GB/T 7635.1. Its annex on the check digit
was not read, and one known value agrees with the rule of GS1 keys by luck or by law: so nothing is computed. PARTIAL.

The codes of the Shandong herb platform (CONFIRMED-IMPL, not proven to be the national rule): an enterprise has 14 digits
(101, industry 3, number 7, one digit that is stored with it), a product 20, a batch 25, a pack's trace code 35. The last
digit of the longer ones names the stage and is no check digit; dates are `yyMMdd`.

>>> HERB.validate("06220640100199002")
'06220640100199002'
>>> HERB.check_batch(["06220640100199001", "07220640100199002", "0622064010019900"])
[None, 'TK-CODE-001', 'TK-CODE-001']
>>> HERB_PRODUCT.parse("27300007841010520022")
{'industry': '273', 'industry_name': '中药饮片', 'number': '0000784', 'goods': '101052002', 'stage': '2', 'stage_name': '产地初加工'}
>>> HERB_TRACE.parse("40170000784101052002118121800000011")["product"]
'01700007841010520021'
>>> HERB_TRACE.is_valid("40170000784101052002118123200000011"), HERB_TRACE.is_valid("90170000784101052002118121800000011")
(False, False)
>>> HERB_ENTERPRISE.registry_batch(["10127300007841", "10199900007841"])
[None, 'TK-CODE-003']
"""

from tracekit.sdk.schemes import DIGITS, Scheme, days, form_of, where

GROUPS = {"061": "植物类", "062": "动物类"}
"""The groups of GB/T 7635.1 that were read."""

INDUSTRIES = {"017": "中药材种植", "273": "中药饮片"}
"""The industries that the vendor's code names."""

STAGES = {"1": "种植", "2": "产地初加工", "3": "其他"}
"""The last digit."""

PACKS = {"4": "药材", "5": "饮片小袋", "6": "饮片中盒", "7": "饮片大箱"}
"""The first digit of a trace code."""

_ENTERPRISE = "101"
_SOURCE = "herb platform of Shandong (S20); code-making function; CONFIRMED-IMPL"
_DAYS = "%y%m%d"
_TAIL = "".join(STAGES)


def _herb_parts(value: str) -> dict[str, str]:
    return {"group": value[:3], "group_name": GROUPS.get(value[:3], ""), "body": value[3:16], "last": value[16]}


def _industry(code: str) -> dict[str, str]:
    return {"industry": code, "industry_name": INDUSTRIES.get(code, "")}


def _stage(value: str) -> dict[str, str]:
    return {"stage": value[-1], "stage_name": STAGES[value[-1]]}


def _day(digits: str) -> str:
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}"


def _enterprise_parts(value: str) -> dict[str, str]:
    return {**_industry(value[3:6]), "number": value[6:13], "last": value[13]}


def _product_parts(value: str) -> dict[str, str]:
    if value.startswith(_ENTERPRISE):
        return {"enterprise": value[:14], "goods": value[14:19], **_stage(value)}
    return {**_industry(value[:3]), "number": value[3:10], "goods": value[10:19], **_stage(value)}


def _batch_parts(value: str) -> dict[str, str]:
    return {"enterprise": value[1:15], "date": _day(value[15:21]), "serial": value[21:24], **_stage(value)}


def _trace_parts(value: str) -> dict[str, str]:
    pack = {"pack": value[0], "pack_name": PACKS[value[0]], "product": value[1:21]}
    return {**pack, "date": _day(value[21:27]), "serial": value[27:34], **_stage(value)}


def _product_known(value: str) -> bool:
    return (value[3:6] if value.startswith(_ENTERPRISE) else value[:3]) in INDUSTRIES


HERB = Scheme(
    "herb",
    ("中药编码", "Code of a herb or decoction piece"),
    "GB/T 31774-2015; length and division (check digit not read); PARTIAL",
    "06[0-9]{15}",
    form_of({17: ["0", "6", *[DIGITS] * 15]}),
    _herb_parts,
    lambda value: value[:3] in GROUPS,
)

HERB_ENTERPRISE = Scheme(
    "herb-enterprise",
    ("中药材追溯企业代码", "Enterprise code of a herb platform"),
    _SOURCE,
    "101[0-9]{11}",
    form_of({14: [*_ENTERPRISE, *[DIGITS] * 11]}),
    _enterprise_parts,
    lambda value: value[3:6] in INDUSTRIES,
)

HERB_PRODUCT = Scheme(
    "herb-product",
    ("中药材追溯商品代码", "Product code of a herb platform"),
    _SOURCE,
    "[0-9]{19}[123]",
    form_of({20: [*[DIGITS] * 19, _TAIL]}),
    _product_parts,
    _product_known,
)

HERB_BATCH = Scheme(
    "herb-batch",
    ("中药材追溯批次码", "Batch code of a herb platform"),
    _SOURCE,
    "1101[0-9]{13}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[123]",
    where(form_of({25: ["1", *_ENTERPRISE, *[DIGITS] * 20, _TAIL]}), lambda value: value[15:21] in days(_DAYS)),
    _batch_parts,
    lambda value: value[4:7] in INDUSTRIES,
)

HERB_TRACE = Scheme(
    "herb-trace",
    ("中药材追溯码", "Trace code of a pack of a herb platform"),
    _SOURCE,
    "[4-7][0-9]{19}[123][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{7}[123]",
    where(form_of({35: ["".join(PACKS), *[DIGITS] * 19, _TAIL, *[DIGITS] * 13, _TAIL]}), lambda value: value[21:27] in days(_DAYS)),
    _trace_parts,
    lambda value: _product_known(value[1:21]),
)

SCHEMES = (HERB, HERB_ENTERPRISE, HERB_PRODUCT, HERB_BATCH, HERB_TRACE)
