"""GLN, the number of a party or place: 13 digits with a check digit.

Source: GS1 General Specifications; CONFIRMED (the check digit of all GS1 keys).

>>> validate("(414) 0614141 00000 5")
'0614141000005'
>>> parse("0614141000005")
{'body': '061414100000', 'check': '5'}
>>> validate("0614141000006")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '0614141000006': the check character of gln is wrong
"""

from tracekit.codes._form import check_all, check_one, no_registry, no_registry_batch, settle
from tracekit.codes._gs1 import gs1_compact, gs1_form

SCHEME = "gln"
NAME_ZH = "全球位置码"
NAME_EN = "Global location number"
SOURCE = "GS1 General Specifications; check digit; CONFIRMED"
PATTERN = "[0-9]{13}"

_FORM = gs1_form(13)

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, hyphens or printed `(414)`."""
    return gs1_compact(value, "414")


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Company prefix with location number (their border is not in the code), and check digit."""
    value = validate(value)
    return {"body": value[:12], "check": value[12]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({13: _FORM}, values)
