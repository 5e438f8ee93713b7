"""交易凭证号 (追溯码), the number of a trade slip: the seller's merchant code (13) and a serial (7) from 0000001.

No check digit. An origin trace code has 20 digits too: only the scheme tells them apart, never the digits.

Source: SB/T 10680-2012 clause 5, not read; as implemented by several city platforms (CONFIRMED-IMPL).

>>> validate("37060000400010000003")
'37060000400010000003'
>>> parse("37060000200000000007")
{'area': '370600', 'node': '370600002', 'merchant': '3706000020000', 'serial': '0000007'}
>>> is_valid("37060000400010000000")
False
"""

from tracekit.codes import area
from tracekit.codes._form import FORMAT, check_all, check_one, digits, settle
from tracekit.codes._text import clean

SCHEME = "tran"
NAME_ZH = "交易凭证号"
NAME_EN = "Trade slip number"
SOURCE = "SB/T 10680-2012; clause 5 (not read, as implemented); CONFIRMED-IMPL"
PATTERN = "[0-9]{13}(?!0{7})[0-9]{7}"

_FORM = digits(20)
_NO_SERIAL = "0000000"


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens."""
    return clean(value)


def _check(value: str) -> str | None:
    return FORMAT if value.endswith(_NO_SERIAL) else check_one(_FORM, value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Area, node and merchant code of the seller, and the serial; raises like `validate`."""
    value = validate(value)
    return {"area": value[:6], "node": value[:9], "merchant": value[:13], "serial": value[13:]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    codes = check_all({20: _FORM}, values)
    return [FORMAT if value.endswith(_NO_SERIAL) else code for value, code in zip(values, codes, strict=True)]


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid code is not in the area history."""
    return area.registry(value[:6])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return area.registry_batch([value[:6] for value in values])
