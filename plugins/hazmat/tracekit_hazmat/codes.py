"""Numbers of hazardous goods: `detonator` on its shell, `radio-source` of a sealed source. Neither has a check digit.

`detonator` (工业雷管编码, GA 441-2003 by the text of its predecessor; CONFIRMED): maker 01 to 99, last digit of the year,
month and day, a mark, and a serial (5): 13 characters. The mark is a digit or a letter and case tells marks apart; of the
small letters c, o, s, u, v, w, x and z are not used. Only the decade is unknown, so 29 February passes in even years.

`radio-source` (放射源编码, 环发〔2004〕118号; CONFIRMED, its lists of makers, countries and nuclides not read): maker (2
digits) or country (2 letters), year (2) or NN, nuclide (2) or NN, serial (5), and the category 1 to 5 or N: 12 characters.
Serials were never seen, so letters pass in them.

>>> DETONATOR.validate("0140829A12345")
'0140829A12345'
>>> DETONATOR.parse("0140829a12345")
{'maker': '01', 'year': '4', 'month': '08', 'day': '29', 'mark': 'a', 'serial': '12345'}
>>> DETONATOR.check_batch(["0141329A12345", "0140829o12345", "014082912345", "0030229A12345"])
['TK-CODE-001', 'TK-CODE-001', 'TK-CODE-001', 'TK-CODE-001']
>>> RADIO_SOURCE.parse("0104CO000014")
{'maker': '01', 'year': '04', 'nuclide': 'CO', 'serial': '00001', 'category': '4'}
>>> RADIO_SOURCE.is_valid("US NN NN 00001 N"), RADIO_SOURCE.is_valid("0104CO000016"), RADIO_SOURCE.is_valid("0104CO00001")
(True, False, False)
"""

from functools import cache

from tracekit.sdk.schemes import DIGITS, Scheme, as_printed, days, form_of, matching, where

MARKS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghijklmnpqrty"
"""Position 8 of a detonator."""

_SOURCE_CODE = "(?:[0-9]{2}|[A-Z]{2})(?:[0-9]{2}|NN)[A-Z][0-9A-Z][0-9A-Z]{5}[1-5N]"


@cache
def _days() -> frozenset[str]:
    """With the last digit of the year only: the days that any year with that digit has."""
    return frozenset(day[1:] for day in days("%y%m%d"))


def _detonator_holds(value: str) -> bool:
    return not value.startswith("00") and value[2:7] in _days()


def _detonator_parts(value: str) -> dict[str, str]:
    return {"maker": value[:2], "year": value[2], "month": value[3:5], "day": value[5:7], "mark": value[7], "serial": value[8:]}


def _source_parts(value: str) -> dict[str, str]:
    return {
        "country" if value[0].isalpha() else "maker": value[:2],
        "year": value[2:4],
        "nuclide": value[4:6],
        "serial": value[6:11],
        "category": value[11],
    }


DETONATOR = Scheme(
    "detonator",
    ("工业雷管编码", "Detonator code"),
    "GA 441-2003 (not read, its predecessor was); 13 characters on the shell; CONFIRMED",
    f"(?!00)[0-9]{{3}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[{MARKS}][0-9]{{5}}",
    where(form_of({13: [*[DIGITS] * 7, MARKS, *[DIGITS] * 5]}), _detonator_holds),
    _detonator_parts,
    cleaning=as_printed,
)

RADIO_SOURCE = Scheme(
    "radio-source",
    ("放射源编码", "Radioactive source code"),
    "环发〔2004〕118号; 12 characters (lists not read); CONFIRMED",
    _SOURCE_CODE,
    matching(_SOURCE_CODE),
    _source_parts,
)

SCHEMES = (DETONATOR, RADIO_SOURCE)
