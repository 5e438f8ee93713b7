"""CAS 登记号, the CAS registry number of a chemical: two to seven digits, two digits and a check digit, with hyphens.

The hyphens belong to the number: without them it is digits like any others. The check digit is the sum of the
digits before it, each times its place from the right, modulo ten.

Source: CAS check digit rule; CONFIRMED on real numbers.

>>> validate("CAS No. 7732-18-5")
'7732-18-5'
>>> parse("7757-79-1")
{'body': '7757-79', 'check': '1'}
>>> validate("7732-18-4")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '7732-18-4': the check character of cas is wrong
>>> is_valid("7732185"), is_valid("0732-18-5")
(False, False)
"""

import re

from tracekit.codes._form import DIGITS, Form, check_all, check_by_length, form, no_registry, no_registry_batch, settle
from tracekit.codes._text import HYPHENS_ALIKE, tidy

SCHEME = "cas"
NAME_ZH = "CAS 登记号"
NAME_EN = "CAS registry number"
SOURCE = "Chemical Abstracts Service; check digit; CONFIRMED"
PATTERN = "[1-9][0-9]{1,6}-[0-9]{2}-[0-9]"

_LABEL = re.compile(r"(?:CAS(?:RN)?(?:NO)?[.号:#]*)+", re.IGNORECASE)

registry, registry_batch = no_registry, no_registry_batch


def _form(body: int) -> Form:
    """The form of a number whose first part has so many digits; the check digit counts as minus one."""
    alphabets = [DIGITS[1:], *[DIGITS] * (body - 1), "-", DIGITS, DIGITS, "-", DIGITS]
    weights = [*range(body + 2, 2, -1), 0, 2, 1, 0, 9]
    return form(alphabets, weights, 10, DIGITS + "-")


_FORMS = {body + 5: _form(body) for body in range(2, 8)}


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, every hyphen the plain one, without a printed `CAS No.`."""
    value = tidy(value, HYPHENS_ALIKE)
    label = _LABEL.match(value)
    return value[label.end() :] if label else value


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, check_by_length(_FORMS, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_by_length(_FORMS, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The digits before the check digit, and the check digit; raises like `validate`."""
    value = validate(value)
    return {"body": value[:-2], "check": value[-1]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all(_FORMS, values)
