"""节点编码, the code of a node (slaughterhouse, market, shop): 6 digits of area and 3 of registration serial.

The area may be a city or a county, current or historical; it does not prove where the node stands. No check digit.

Source: SB/T 10680-2012 clause 5, not read; as implemented by several city platforms (CONFIRMED-IMPL).

>>> validate("370600 004")
'370600004'
>>> parse("330212333")
{'area': '330212', 'serial': '333'}
>>> validate("37060000")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidFormat: TK-CODE-001: '37060000' does not have the form of node: [0-9]{9}
"""

from tracekit.codes import area
from tracekit.codes._form import check_all, check_one, digits, settle
from tracekit.codes._text import clean

SCHEME = "node"
NAME_ZH = "流通节点编码"
NAME_EN = "Node code"
SOURCE = "SB/T 10680-2012; clause 5 (not read, as implemented); CONFIRMED-IMPL"
PATTERN = "[0-9]{9}"

_FORM = digits(9)


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
    """Area and registration serial; raises like `validate`."""
    value = validate(value)
    return {"area": value[:6], "serial": value[6:]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({9: _FORM}, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid code is not in the area history."""
    return area.registry(value[:6])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return area.registry_batch([value[:6] for value in values])
