"""经营者编码 (商户编码), the code of a merchant at a node: the node's 9 digits and 4 of serial; no check digit.

Serial 0000 is the node itself acting as merchant.

Source: SB/T 10680-2012 clause 5, not read; as implemented by several city platforms (CONFIRMED-IMPL).

>>> validate("4409810020001")
'4409810020001'
>>> parse("3706000020000")
{'area': '370600', 'node': '370600002', 'serial': '0000', 'self': 'yes'}
>>> is_node_itself("3706000020000"), is_node_itself("4409810020001")
(True, False)
>>> validate("440981002001")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidFormat: TK-CODE-001: '440981002001' does not have the form of merchant: [0-9]{13}
"""

from tracekit.codes import area
from tracekit.codes._form import check_all, check_one, digits, settle
from tracekit.codes._text import clean

SCHEME = "merchant"
NAME_ZH = "经营者编码"
NAME_EN = "Merchant code"
SOURCE = "SB/T 10680-2012; clause 5 (not read, as implemented); CONFIRMED-IMPL"
PATTERN = "[0-9]{13}"

_FORM = digits(13)


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


def is_node_itself(value: str) -> bool:
    """True if the compact value stands for its node acting as merchant."""
    return value[9:] == "0000"


def parse(value: str) -> dict[str, str]:
    """Area, node, serial, and whether it is the node itself; raises like `validate`."""
    value = validate(value)
    own = "yes" if is_node_itself(value) else "no"
    return {"area": value[:6], "node": value[:9], "serial": value[9:], "self": own}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({13: _FORM}, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid code is not in the area history."""
    return area.registry(value[:6])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return area.registry_batch([value[:6] for value in values])
