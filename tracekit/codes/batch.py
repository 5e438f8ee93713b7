"""批次号, the number of a goods-in batch: 16 digits, or 20 where a city uses the longer form; no check digit.

Both begin with the node's code where they are real. A value that begins with 1000 is a placeholder that a system
wrote because it had no number: no province begins with 10. It is a valid value and never a real lot: nothing may
be joined by it.

Source: length as implemented by several city platforms (CONFIRMED-IMPL); the split 9 + 7 is INFERRED from samples,
so `parse` names it and nothing is refused by it.

>>> validate("3706025690000058")
'3706025690000058'
>>> parse("3706025690000058")
{'placeholder': 'no', 'area': '370602', 'node': '370602569', 'serial': '0000058'}
>>> parse("1000000000000012")
{'placeholder': 'yes', 'serial': '000000000012'}
>>> is_placeholder("1000000000000012"), is_placeholder("3706025690000058")
(True, False)
>>> is_valid("37060256900000581")
False
"""

from tracekit.codes import area
from tracekit.codes._form import check_all, check_by_length, digits, settle
from tracekit.codes._text import clean

SCHEME = "batch"
NAME_ZH = "进货批次号"
NAME_EN = "Goods-in batch number"
SOURCE = "SB/T 10680-2012; clause 5 (not read, as implemented); CONFIRMED-IMPL"
PATTERN = "[0-9]{16}|[0-9]{20}"

PLACEHOLDER = "1000"
"""How a placeholder begins."""

_FORMS = {length: digits(length) for length in (16, 20)}


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens."""
    return clean(value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, check_by_length(_FORMS, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_by_length(_FORMS, compact(value)) is None


def is_placeholder(value: str) -> bool:
    """True if the compact value stands for no lot at all; it must never join two records."""
    return value.startswith(PLACEHOLDER) and check_by_length(_FORMS, value) is None


def parse(value: str) -> dict[str, str]:
    """Area, node and serial of a real batch, only the serial of a placeholder; raises like `validate`."""
    value = validate(value)
    if is_placeholder(value):
        return {"placeholder": "yes", "serial": value[4:]}
    return {"placeholder": "no", "area": value[:6], "node": value[:9], "serial": value[9:]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all(_FORMS, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid, real batch is not in the area history."""
    return None if value.startswith(PLACEHOLDER) else area.registry(value[:6])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return [registry(value) for value in values]
