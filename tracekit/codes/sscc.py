"""SSCC, the number of a logistic unit: 18 digits with a check digit.

Source: GS1 General Specifications; CONFIRMED on sample codes.

>>> validate("(00) 1 0614141 1234567897")
'106141411234567897'
>>> parse("106141411234567897")
{'extension': '1', 'body': '0614141123456789', 'check': '7'}
>>> validate("106141411234567890")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '106141411234567890': the check character of sscc is wrong
"""

from tracekit.codes._form import check_all, check_one, no_registry, no_registry_batch, settle
from tracekit.codes._gs1 import gs1_compact, gs1_form

SCHEME = "sscc"
NAME_ZH = "系列货运包装箱代码"
NAME_EN = "Serial shipping container code"
SOURCE = "GS1 General Specifications; check digit; CONFIRMED"
PATTERN = "[0-9]{18}"

_FORM = gs1_form(18)

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, hyphens or printed `(00)`."""
    return gs1_compact(value, "00")


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Extension digit, company prefix with serial (their border is not in the code), check digit."""
    value = validate(value)
    return {"extension": value[0], "body": value[1:17], "check": value[17]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({18: _FORM}, values)
