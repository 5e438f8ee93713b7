"""统一社会信用代码, the unified social credit code of a legal person.

Eighteen characters of a set of 31 (no I, O, S, V, Z): registering authority, kind of entity, six digits of the
registering authority's area, the organisation code of nine characters, a check character with weights 3^i mod 31.

Source: GB 32100-2015, as reprinted; CONFIRMED on real codes. The kinds of entity under an authority were not read
whole, so any character of the set stands there. Letters for authority (A, N, Y) are in the standard, so the first
two places are not bound to digits as in some libraries.

>>> validate("91350100M000100Y43")
'91350100M000100Y43'
>>> validate("９１１１００００６０００３７３４１ｌ")
'91110000600037341L'
>>> parse("911101083303521997")["area"]
'110108'
>>> validate("91350100M000100Y4Z")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidFormat: TK-CODE-001: '91350100M000100Y4Z' does not have the form of uscc: ...
>>> validate("91310115MA1H8R7C6D")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '91310115MA1H8R7C6D': the check character of uscc is wrong
"""

from tracekit.codes import area
from tracekit.codes._form import DIGITS, check_all, check_one, form, settle
from tracekit.codes._text import clean

SCHEME = "uscc"
NAME_ZH = "统一社会信用代码"
NAME_EN = "Unified social credit code"
SOURCE = "GB 32100-2015; coding rule and check character; CONFIRMED"
PATTERN = "[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}"

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
AUTHORITIES = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监管",
    "A": "中央军委改革和编制办公室",
    "N": "农业",
    "Y": "其他",
}
"""Position 1: the registering authority."""

NATIONAL_AREA = "100000"
"""Stands in codes that the national authority registers; no division of GB/T 2260 has it."""

_FORM = form(
    [ALPHABET] * 2 + [DIGITS] * 6 + [ALPHABET] * 10,
    weights=[*(pow(3, place, 31) for place in range(17)), 1],
    modulus=31,
)


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens, upper case."""
    return clean(value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Authority, kind of entity, area, organisation code, check character; raises like `validate`."""
    value = validate(value)
    return {
        "authority": value[0],
        "authority_name": AUTHORITIES.get(value[0], ""),
        "kind": value[1],
        "area": value[2:8],
        "org": value[8:17],
        "check": value[17],
    }


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({18: _FORM}, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid code is not in the area history."""
    return None if value[2:8] == NATIONAL_AREA else area.registry(value[2:8])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return [registry(value) for value in values]
