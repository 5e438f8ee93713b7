"""行政区划代码, the code of an administrative division: two digits each for province, prefecture and county.

A code is retired when a division changes (before 1990 some were given out again); it stays printed on goods and
inside node codes for years. So every code that was ever in force is known here, with its names by date and its
successor, and an unknown code is only worth a warning: development zones use codes that no list has.

Source: GB/T 2260; structure CONFIRMED. History from 1980-12; see the note of `codesets/area/periods.csv`.

>>> validate(" 370602 ")
'370602'
>>> name("340203"), name("340203", date(1990, 1, 1))
('弋江区', '马塘区')
>>> parent("110108"), parent("370602"), parent("370000")
('110000', '370600', '')
>>> successor("110103")
'110101'
>>> registry("321392"), registry("110103")
('TK-CODE-003', None)
>>> is_valid("000000"), is_valid("1101"), is_valid("11010A")
(False, False, False)
"""

from datetime import date

from tracekit.codes._area_tables import Period, Successor, known, periods, rollups, successors
from tracekit.codes._form import DIGITS, REGISTRY, check_all, check_one, form, settle
from tracekit.codes._text import clean

SCHEME = "area"
NAME_ZH = "行政区划代码"
NAME_EN = "Administrative division code"
SOURCE = "GB/T 2260; layers and history; CONFIRMED"
PATTERN = "[1-9][0-9]{5}"

_FORM = form([DIGITS[1:], *[DIGITS] * 5], values=DIGITS)


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens."""
    return clean(value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`; an unknown code passes."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no by form alone."""
    return check_one(_FORM, compact(value)) is None


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({6: _FORM}, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if a valid code never was in force as far as the history goes."""
    return None if value in known() else REGISTRY


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    codes = known()
    return [None if value in codes else REGISTRY for value in values]


def level(code: str) -> str:
    """`province`, `city` or `county`, by the layers of the code."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def history(code: str) -> tuple[Period, ...]:
    """The names that a code bore, oldest first; empty for an unknown code."""
    return periods().get(code, ())


def _period(code: str, on: date | None) -> Period | None:
    found = history(code)
    if not found or on is None:
        return found[-1] if found else None
    begun = [one for one in found if one.since <= on.isoformat()]
    return begun[-1] if begun else None


def name(code: str, on: date | None = None) -> str:
    """The name of a code on a day, or its last; empty if it bore none then."""
    period = _period(code, on)
    if period is None:
        return rollups().get(code, "")
    ended = on is not None and not period.covers(on.isoformat()) and period == history(code)[-1]
    return "" if ended else period.name


def in_force(code: str, on: date | None = None) -> bool:
    """True if a code is in force on a day, or in the newest list."""
    period = _period(code, on)
    if period is None:
        return code in rollups()
    return not period.until if on is None else bool(name(code, on))


def parent(code: str, on: date | None = None) -> str:
    """The division above on a day, or in the last list that held the code: its prefecture, else its province.

    A province has none. Counties of a municipality and those directly under a province have the province.
    """
    if code.endswith("0000"):
        return ""
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    if code == city or not history(city):
        return province if history(province) else ""
    last = _period(code, on)
    day = on.isoformat() if on else (last.until if last else "")
    return city if (in_force(city, date.fromisoformat(day)) if day else in_force(city)) else province


def became(code: str) -> Successor | None:
    """What an abolished code became in the first step, with year and grade."""
    return successors().get(code)


def successor(code: str) -> str:
    """The code in force today that an abolished code ended in; empty if it is in force or nothing is known."""
    seen = {code}
    while (step := became(code)) and step.code not in seen:
        code = step.code
        seen.add(code)
    return code if len(seen) > 1 and in_force(code) else ""


def parse(value: str) -> dict[str, str]:
    """Level, parent, name, periods, and what an abolished code became; raises like `validate`."""
    code = validate(value)
    above, now = parent(code), successor(code)
    parts = {
        "level": level(code),
        "name": name(code),
        "parent": above,
        "parent_name": name(above) if above else "",
        "state": ("in_force" if in_force(code) else "abolished") if code in known() else "unknown",
        "history": "; ".join(f"{one.name} {one.since or '…'}/{one.until or '…'}" for one in history(code)),
    }
    return {**parts, "successor": now, "successor_name": name(now)} if now else parts
