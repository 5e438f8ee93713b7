"""报关单海关编号, the number of a customs declaration: office (4), year (4), direction (1), serial (9); no check digit.

Direction 1 is import and 0 export; I and E stand on the lists of goods that are declared together.
The older number of nine digits is another one.

Source: public notes with a worked number; CONFIRMED.

>>> validate("0202 2008 0 525641690")
'020220080525641690'
>>> parse("020220080525641690")
{'office': '0202', 'year': '2008', 'direction': 'export', 'serial': '525641690'}
>>> is_valid("020220082525641690"), is_valid("020221080525641690"), is_valid("02022008052564169")
(False, False, False)
"""

from tracekit.codes._form import DIGITS, FORMAT, check_all, check_one, form, no_registry, no_registry_batch, settle
from tracekit.codes._text import clean

SCHEME = "customs-decl"
NAME_ZH = "报关单海关编号"
NAME_EN = "Customs declaration number"
SOURCE = "customs declaration number, public notes; segments of the 18 places; CONFIRMED"
PATTERN = "[0-9]{4}(?:19|20)[0-9]{2}[01IE][0-9]{9}"

DIRECTIONS = {"1": "import", "0": "export", "I": "import", "E": "export"}
"""Position 9."""

_FORM = form([DIGITS] * 8 + ["01IE"] + [DIGITS] * 9, values=DIGITS + "IE")
_CENTURIES = ("19", "20")

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens, upper case."""
    return clean(value)


def _check(value: str) -> str | None:
    return check_one(_FORM, value) or (None if value[4:6] in _CENTURIES else FORMAT)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Office, year, direction and serial; raises like `validate`."""
    value = validate(value)
    return {"office": value[:4], "year": value[4:8], "direction": DIRECTIONS[value[8]], "serial": value[9:]}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    codes = check_all({18: _FORM}, values)
    return [code or (None if value[4:6] in _CENTURIES else FORMAT) for value, code in zip(values, codes, strict=True)]
