r"""The one lexical form of each data type on the wire (design section 5); every check gives a finding code or empty text.

Patterns avoid look-around and `\\d`, so that JSON Schema, XSD and this module can share them.
"""

import calendar
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

SAFE_INTEGER = 2**53
MAX_DEPTH = 32
MAX_TEXT = 10_000
MAX_KEY = 64
NOTE_LENGTH = 500

DECIMAL = r"0|-?(?:0\.[0-9]{0,5}[1-9]|[1-9][0-9]{0,14}(?:\.[0-9]{0,5}[1-9])?)"
DAY = r"(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_LEAP = r"(?:(?:19|2[0-9])(?:0[48]|[2468][048]|[13579][26])|2[048]00)"
_SHORT = r"(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
_LONG = r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
CALENDAR_DAY = rf"(?:(?:19|2[0-9])[0-9]{{2}}-(?:{_LONG}|{_SHORT})|{_LEAP}-02-29)"
"""Real days only, 1900 to 2999, for forms that have nothing but patterns."""
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
OFFSET = r"[+-](?:0[0-9]|1[0-4]):[0-5][0-9]"
TIME = rf"{DAY}(?:T{CLOCK}{OFFSET})?"
REF = r"[a-z][a-z0-9-]*:[^\s](?:.{0,254}[^\s])?"
TEXT = r"[^\x00-\x1f\x7f]+"
NOTE = r"[^\x00-\x08\x0b-\x1f\x7f]+"
HEX_DIGEST = r"[0-9a-f]{64}"
HEX_SALT = r"[0-9a-f]{32}"

_decimal = re.compile(DECIMAL).fullmatch
_time = re.compile(TIME).fullmatch
_time_shape = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?[+-][0-9]{2}:[0-9]{2})?").fullmatch
_ref = re.compile(REF).fullmatch
_bad = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]").search
_bad_note = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]").search
_key = re.compile(r"[!-~]{1,64}").fullmatch

is_decimal = _decimal
CHINA = timezone(timedelta(hours=8))


def text_fault(text: str, *, note: bool = False) -> str:
    """Empty, control characters or lone surrogates, or not NFC; a note may hold line ends and tabs."""
    if not text:
        return "TK-REC-014"
    if text.isascii() and text.isprintable():
        return ""
    if (_bad_note if note else _bad)(text):
        return "TK-REC-012"
    return "" if unicodedata.is_normalized("NFC", text) else "TK-REC-011"


def key_fault(key: str) -> str:
    """A key of an object is 1 to 64 visible ASCII characters."""
    return "" if _key(key) else "TK-REC-026"


def decimal_fault(text: str) -> str:
    """The one decimal form: no exponent, no plus, no needless zeros.

    >>> decimal_fault("12.5"), decimal_fault("12.50"), decimal_fault("-0")
    ('', 'TK-REC-008', 'TK-REC-008')
    """
    return "" if _decimal(text) else "TK-REC-008"


def time_fault(text: str) -> str:
    """One of the three time forms and a real date of the calendar.

    >>> time_fault("2026-11-20T06:30+08:00"), time_fault("2026-02-30"), time_fault("2026-11-20T06:30Z")
    ('', 'TK-REC-010', 'TK-REC-009')
    """
    if not _time_shape(text) or not text.isascii():
        return "TK-REC-009"
    return "" if _time(text) and _is_calendar_day(text) else "TK-REC-010"


def day_fault(text: str) -> str:
    """A real date of the calendar in the form `2026-11-20`."""
    return time_fault(text) if len(text) == 10 else "TK-REC-009"


def _is_calendar_day(text: str) -> bool:
    return int(text[8:10]) <= calendar.monthrange(int(text[:4]), int(text[5:7]))[1]


def ref_fault(text: str) -> str:
    """`scheme:value` and the rules of text."""
    return text_fault(text) or ("" if _ref(text) else "TK-REC-018")


def interval(text: str) -> tuple[datetime, datetime]:
    """First and last moment of a valid time: a day is the whole day at +08:00, a minute the whole minute."""
    if len(text) == 10:
        start = datetime.fromisoformat(text).replace(tzinfo=CHINA)
        return start, start + timedelta(days=1)
    start = datetime.fromisoformat(text).astimezone(UTC)
    return start, start + timedelta(seconds=1 if text.count(":") > 2 else 60)


def decimal_text(value: Decimal | int | str) -> str:
    """The one decimal form of a number; text is given back as it is, for the validator to judge.

    Raises:
        ValueError: a number without such a form (NaN, infinity, too long).
        TypeError: a float or boolean.
    """
    if isinstance(value, str):
        return value
    if type(value) not in (Decimal, int):
        raise TypeError("a decimal is given as Decimal, int or text, never float")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text in ("-0", "") else text
    if not _decimal(text):
        raise ValueError("more than 15 digits before or 6 after the point")
    return text
