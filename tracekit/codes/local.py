"""内部编号, a number that is unique only within its issuer: `<issuer>/<type>/<value>`.

The issuer is a code of a node, a subject or a platform; the type is a lower-case word; the value is up to 128
visible characters without blanks and may hold further slashes.

Source: design section 5; project-defined.

>>> validate("370600002/quarantine/3712345")
'370600002/quarantine/3712345'
>>> parse("370600002/lot/A/7")
{'issuer': '370600002', 'type': 'lot', 'value': 'A/7'}
>>> is_valid("370600002/3712345")
False
"""

import re

from tracekit.codes._form import FORMAT, no_registry, no_registry_batch, settle
from tracekit.codes._text import is_tidy, tidy

SCHEME = "local"
NAME_ZH = "内部编号"
NAME_EN = "Number of one issuer"
SOURCE = "tracekit design; section 5; project-defined"
PATTERN = r"[A-Za-z0-9._-]{1,64}/[a-z][a-z0-9_-]{0,31}/\S{1,128}"

_LONGEST = 64 + 1 + 32 + 1 + 128
_MATCH = re.compile(PATTERN).fullmatch

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks; case stays."""
    return tidy(value)


def _check(value: str) -> str | None:
    return None if is_tidy(value, _LONGEST) and _MATCH(value) else FORMAT


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Issuer, type and value; raises like `validate`."""
    issuer, kind, number = validate(value).split("/", 2)
    return {"issuer": issuer, "type": kind, "value": number}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [_check(value) for value in values]
