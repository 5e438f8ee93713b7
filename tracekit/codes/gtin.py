"""GTIN, the number of a trade item: 8, 12, 13 or 14 digits with a check digit.

One item may be written with 8 to 14 digits; `parse` names the 14-digit form that all of them share. The prefix
says which GS1 office gave the number, not where the goods were made.

Source: GS1 General Specifications; CONFIRMED on real codes.

>>> validate("6 921168 509256")
'6921168509256'
>>> parse("6921168509256")["gtin14"]
'06921168509256'
>>> validate("6921168555841")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '6921168555841': the check character of gtin is wrong
>>> is_valid("692116850925")
False
"""

from tracekit.codes._form import check_all, check_by_length, no_registry, no_registry_batch, settle
from tracekit.codes._gs1 import gs1_compact, gs1_form

SCHEME = "gtin"
NAME_ZH = "商品条码 (GTIN)"
NAME_EN = "Global trade item number"
SOURCE = "GS1 General Specifications; check digit; CONFIRMED"
PATTERN = "[0-9]{8}|[0-9]{12,14}"

_FORMS = {length: gs1_form(length) for length in (8, 12, 13, 14)}

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, hyphens or printed `(01)`; the length stays as it was."""
    return gs1_compact(value, "01")


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, check_by_length(_FORMS, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_by_length(_FORMS, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The 14-digit form, body and check digit; raises like `validate`."""
    value = validate(value)
    return {"gtin14": value.zfill(14), "body": value[:-1], "check": value[-1]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all(_FORMS, values)
