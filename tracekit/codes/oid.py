"""对象标识符, an object identifier: arcs joined by dots, at most 100 characters; no check digit.

China's national arc is `1.2.156`. Under it an arc is a positive number, or up to 63 letters, digits and hyphens not
beginning with 0, case not told apart (so upper case here). Elsewhere arcs are numbers.

Source: GB/T 26231-2017 (status CONFIRMED) and the guidance of the OID centre; details PARTIAL.

>>> validate("urn:oid:1.2.156.20009")
'1.2.156.20009'
>>> parse("1.2.156.20009.1.7")
{'root': '1.2.156', 'organisation': '20009', 'rest': '1.7'}
>>> is_valid("1.2.156.007"), is_valid("1.2.156..1"), is_valid("3.1.2")
(False, False, False)
"""

import re

from tracekit.codes._form import FORMAT, no_registry, no_registry_batch, settle
from tracekit.codes._text import UPPER, tidy

SCHEME = "oid"
NAME_ZH = "对象标识符 (OID)"
NAME_EN = "Object identifier"
SOURCE = "GB/T 26231-2017; arcs and length; PARTIAL"
_NATIONAL = r"1\.2\.156(?:\.[1-9A-Z][0-9A-Z-]{0,62})+"
_OTHER = r"(?!1\.2\.156(?:\.|$))(?:[01]\.(?:[12]?[0-9]|3[0-9])|2\.(?:0|[1-9][0-9]{0,9}))(?:\.(?:0|[1-9][0-9]{0,38}))+"
PATTERN = rf"(?!.{{101}})(?:{_NATIONAL}|{_OTHER})"

NATIONAL = "1.2.156"
"""China's arc."""

_MATCH = re.compile(PATTERN).fullmatch
_LABELS = ("URN:", "OID:", "OID")

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, upper case, without a printed `urn:oid:`."""
    value = tidy(value, UPPER)
    while label := next((one for one in _LABELS if value.startswith(one)), ""):
        value = value.removeprefix(label)
    return value


def _check(value: str) -> str | None:
    return None if _MATCH(value) else FORMAT


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Under the national arc root, organisation and the rest, elsewhere the first three arcs; raises like `validate`."""
    value = validate(value)
    arcs = value.split(".")
    if not value.startswith(f"{NATIONAL}."):
        return {"root": ".".join(arcs[:3]), "rest": ".".join(arcs[3:])}
    return {"root": NATIONAL, "organisation": arcs[3], "rest": ".".join(arcs[4:])}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [_check(value) for value in values]
