"""商品编号 (HS), the customs commodity code: 6 digits of the Harmonized System, 8 of the tariff, 10 or 13 with suffixes.

Digits 9 and 10 are the supervision suffix, 11 to 13 the inspection and quarantine suffix that declarations carry.
No check digit. Chapter 00 does not exist and 77 is kept free.

Source: Harmonized System and the customs tariff; CONFIRMED.

>>> validate("2805.30.2900.101")
'2805302900101'
>>> parse("2846909910")
{'chapter': '28', 'heading': '2846', 'subheading': '284690', 'tariff': '28469099', 'supervision': '10'}
>>> is_valid("2846909"), is_valid("770110"), is_valid("001110")
(False, False, False)
"""

from tracekit.codes._form import FORMAT, check_all, check_by_length, digits, no_registry, no_registry_batch, settle
from tracekit.codes._text import NO_PRINT_MARKS, clean

SCHEME = "hs"
NAME_ZH = "海关商品编号"
NAME_EN = "Customs commodity code"
SOURCE = "Harmonized System; layers and lengths; CONFIRMED"
PATTERN = "(?!00|77)(?:[0-9]{6}|[0-9]{8}|[0-9]{10}|[0-9]{13})"

_FORMS = {length: digits(length) for length in (6, 8, 10, 13)}
_NO_CHAPTER = ("00", "77")

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, hyphens or printed dots."""
    return clean(value, NO_PRINT_MARKS)


def _check(value: str) -> str | None:
    return FORMAT if value.startswith(_NO_CHAPTER) else check_by_length(_FORMS, value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Chapter, heading, subheading and, where they are there, tariff item and both suffixes; raises like `validate`."""
    value = validate(value)
    parts = {"chapter": value[:2], "heading": value[:4], "subheading": value[:6]}
    longer = {"tariff": value[:8], "supervision": value[8:10], "inspection": value[10:]}
    ends = {"tariff": 8, "supervision": 10, "inspection": 13}
    return parts | {name: part for name, part in longer.items() if len(value) >= ends[name]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    codes = check_all(_FORMS, values)
    return [code or (FORMAT if value.startswith(_NO_CHAPTER) else None) for value, code in zip(values, codes, strict=True)]
