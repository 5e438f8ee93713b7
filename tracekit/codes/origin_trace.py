"""种养殖追溯码, the origin variant of the trace code: node (9), date `yyMMdd` (6), serial of the day (5) from 00001.

No check digit. It has 20 digits like a trade slip number: only the scheme tells them apart.

Source: one city's origin client (CONFIRMED-IMPL, Maoming only).

>>> validate("44098100218121800001")
'44098100218121800001'
>>> parse("44098100218121800001")
{'area': '440981', 'node': '440981002', 'date': '2018-12-18', 'serial': '00001'}
>>> is_valid("44098100218130100001"), is_valid("44098100218121800000")
(False, False)
"""

from datetime import date, timedelta
from functools import cache

from tracekit.codes import area
from tracekit.codes._form import FORMAT, check_all, check_one, digits, settle
from tracekit.codes._text import clean

SCHEME = "origin-trace"
NAME_ZH = "种养殖追溯码"
NAME_EN = "Origin trace code"
SOURCE = "origin client of Maoming (S12); code-making function; CONFIRMED-IMPL"
PATTERN = "[0-9]{9}[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?!0{5})[0-9]{5}"

_FORM = digits(20)
_NO_SERIAL = "00000"


@cache
def _days() -> frozenset[str]:
    first = date(2000, 1, 1)
    return frozenset(f"{first + timedelta(day):%y%m%d}" for day in range(36525))


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens."""
    return clean(value)


def _check(value: str) -> str | None:
    return check_one(_FORM, value) or (FORMAT if value[9:15] not in _days() or value.endswith(_NO_SERIAL) else None)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Area, node, date (in the century from 2000) and serial of the day; raises like `validate`."""
    value = validate(value)
    day = f"20{value[9:11]}-{value[11:13]}-{value[13:15]}"
    return {"area": value[:6], "node": value[:9], "date": day, "serial": value[15:]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    days = _days()
    codes = check_all({20: _FORM}, values)
    return [
        code or (FORMAT if value[9:15] not in days or value.endswith(_NO_SERIAL) else None)
        for value, code in zip(values, codes, strict=True)
    ]


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the area of a valid code is not in the area history."""
    return area.registry(value[:6])


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return area.registry_batch([value[:6] for value in values])
