"""组织机构代码, the organisation code: eight digits or letters and a check character, printed `XXXXXXXX-X`.

It lives on as positions 10 to 17 of the unified social credit code (9 to 17 with its check character).
Check: weights 3 7 9 10 5 8 4 2 over the values 0-35, modulo 11; ten is written X.

Source: GB 11714; the algorithm CONFIRMED on real codes, the text of the standard not read.

>>> validate("33035219-9")
'330352199'
>>> parse("M000100Y-4")
{'body': 'M000100Y', 'check': '4'}
>>> validate("33035219-8")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '330352198': the check character of org is wrong
>>> is_valid("3303521")
False
"""

from string import ascii_uppercase

from tracekit.codes._form import DIGITS, check_all, check_one, form, no_registry, no_registry_batch, settle
from tracekit.codes._text import clean

SCHEME = "org"
NAME_ZH = "组织机构代码"
NAME_EN = "Organisation code"
SOURCE = "GB 11714; check character (text not read); CONFIRMED"
PATTERN = "[0-9A-Z]{8}[0-9X]"

# the check character's values are 0-10, so X counts ten there and 33 elsewhere
_BODY = form([DIGITS + ascii_uppercase] * 8, weights=[3, 7, 9, 10, 5, 8, 4, 2], modulus=11)
_CHECK = form([DIGITS + "X"], weights=[1], modulus=11)
_FORM = _BODY._replace(columns=_BODY.columns + _CHECK.columns)

registry, registry_batch = no_registry, no_registry_batch


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
    """Body and check character; raises like `validate`."""
    value = validate(value)
    return {"body": value[:8], "check": value[8]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({9: _FORM}, values)
