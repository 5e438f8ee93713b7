"""流通服务卡号, the number of a service card: 13 digits. Its parts are not known.

Source: record layout of a market scale (CONFIRMED-IMPL for the length only).

>>> validate("3706 0000 20017")
'3706000020017'
>>> is_valid("370600002001")
False
>>> parse("3706000020017")
{'number': '3706000020017'}
"""

from tracekit.codes._form import check_all, check_one, digits, no_registry, no_registry_batch, settle
from tracekit.codes._text import clean

SCHEME = "card"
NAME_ZH = "流通服务卡号"
NAME_EN = "Service card number"
SOURCE = "card header of a market scale (S17); length; CONFIRMED-IMPL"
PATTERN = "[0-9]{13}"

_FORM = digits(13)

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens."""
    return clean(value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The number alone; raises like `validate`."""
    return {"number": validate(value)}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({13: _FORM}, values)
