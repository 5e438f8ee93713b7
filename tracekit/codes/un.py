"""联合国编号, the UN number of a kind of dangerous goods: four digits, printed with `UN` before them; no check digit.

Source: GB 12268, which takes over the UN recommendations; PARTIAL (its list was not read, so no number is unknown).

>>> validate("UN 1203")
'1203'
>>> parse("1203")
{'number': '1203', 'printed': 'UN1203'}
>>> is_valid("UN120"), is_valid("12030")
(False, False)
"""

from tracekit.codes._form import check_all, check_one, digits, no_registry, no_registry_batch, settle
from tracekit.codes._text import clean

SCHEME = "un"
NAME_ZH = "联合国危险货物编号"
NAME_EN = "UN number of dangerous goods"
SOURCE = "GB 12268; UN number; PARTIAL"
PATTERN = "[0-9]{4}"

_FORM = digits(4)

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens, without a printed `UN` or `UN No.`."""
    value = clean(value)
    while value.startswith("UN"):
        value = value.removeprefix("UN").removeprefix("NO").lstrip(".:")
    return value


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The number and how it is printed; raises like `validate`."""
    value = validate(value)
    return {"number": value, "printed": f"UN{value}"}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({4: _FORM}, values)
