"""Times in exact lexical form: one form per precision, with offset, as sections 5 of the design and the wire demand."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tracekit.mapping.cells import BadCell, cell_text, half_width, shown

DEFAULT_OFFSET = "+08:00"
PRECISIONS = ("day", "minute", "second")
FIRST_YEAR, LAST_YEAR = 1900, 2999
LONGEST = 40
WIDEST_OFFSET = "14:00"

_TIME = r"(?P<H>\d{1,2})[:时点](?P<m>\d{1,2})(?:[:分](?P<s>\d{1,2})(?:\.(?P<f>\d{1,9}))?秒?|分)?"
_OFFSET = r"(?P<o>Z|[+-]\d{2}:?\d{2})?"
_NATURAL = re.compile(
    rf"(?P<y>\d{{4}})(?P<sep>[-/.年])(?P<M>\d{{1,2}})(?:(?P=sep)|月)(?P<d>\d{{1,2}})日?(?:[T ]?\s*{_TIME}\s*{_OFFSET})?",
    re.ASCII,
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<M>\d{2})(?P<d>\d{2})(?:[T ]?(?P<H>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_TOKENS = {
    "yyyy": r"(?P<y>\d{4})",
    "MM": r"(?P<M>\d{2})",
    "M": r"(?P<M>\d{1,2})",
    "dd": r"(?P<d>\d{2})",
    "d": r"(?P<d>\d{1,2})",
    "HH": r"(?P<H>\d{2})",
    "H": r"(?P<H>\d{1,2})",
    "mm": r"(?P<m>\d{2})",
    "ss": r"(?P<s>\d{2})",
    "f": r"(?P<f>\d{1,9})",
}
_TOKEN = re.compile("|".join(_TOKENS))
# Local clock time of whatever office wrote the sheet: it gets its offset when it becomes a wire time.
_EPOCHS = {"1900": dt.datetime.fromisoformat("1899-12-30"), "1904": dt.datetime.fromisoformat("1904-01-01")}


@lru_cache(maxsize=256)
def pattern_of(form: str) -> re.Pattern[str]:
    """A stated format (`yyyy年M月d日 HH:mm`) as a pattern; unknown letters stand for themselves."""
    parts: list[str] = []
    position = 0
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[position : token.start()]), _TOKENS[token[0]]]
        position = token.end()
    return re.compile("".join([*parts, re.escape(form[position:])]), re.ASCII)


def time_reader(
    forms: tuple[str, ...] = (), *, offset: str = DEFAULT_OFFSET, precision: str = "", serial: str = "1900"
) -> Callable[[Any], str]:
    """Make a function from a cell to a wire time (empty text for an empty cell).

    Args:
        forms: stated formats, tried in order; none means every unambiguous form people write.
        offset: of times that state none.
        precision: cut to `day`, `minute` or `second`; a time that is coarser stays as it is.
        serial: epoch of spreadsheet serial numbers, `1900` or `1904`.
    """
    patterns = tuple(pattern_of(form) for form in forms) or (_NATURAL, _COMPACT)
    epoch = _EPOCHS[serial]

    def read(cell: Any) -> str:
        if isinstance(cell, dt.date):
            return _of_date(cell, offset, precision)
        text = half_width(cell_text(cell))
        if not text:
            return ""
        if cell.__class__ is not str and _SERIAL.fullmatch(text):
            return _of_date(_of_serial(float(text), epoch), offset, precision)
        for pattern in patterns if len(text) <= LONGEST else ():
            match = pattern.fullmatch(text)
            if match:
                return _of_match({k: v for k, v in match.groupdict().items() if v}, text, offset, precision)
        raise BadCell("TK-MAP-102", value=shown(text))

    return read


def write_time(value: str, form: str = "", offset: str = DEFAULT_OFFSET) -> str:
    """A wire time as text of a file: in the stated format, else as `yyyy-MM-dd HH:mm:ss` with a foreign offset kept."""
    day, _, rest = value.partition("T")
    clock, own = (rest[:-6], rest[-6:]) if rest else ("", offset)
    if not form:
        return f"{day} {clock}{own if own != offset else ''}" if rest else day
    parts = dict(zip(("yyyy", "MM", "dd"), day.split("-"), strict=True))
    hour, minute, second, *_ = [*clock.split(":"), "", "", ""]
    parts |= {"HH": hour, "mm": minute, "ss": second.partition(".")[0], "f": second.partition(".")[2]}
    parts |= {token: parts[token * 2].lstrip("0") or "0" for token in "MdH"}
    return _TOKEN.sub(lambda token: parts[token[0]], form)


def _of_serial(number: float, epoch: dt.datetime) -> dt.date:
    whole = epoch + dt.timedelta(seconds=round(number * 86400))
    return whole if number % 1 else whole.date()


def _of_date(cell: dt.date, offset: str, precision: str) -> str:
    fields = {"y": f"{cell.year:04d}", "M": str(cell.month), "d": str(cell.day)}
    if isinstance(cell, dt.datetime):
        fields |= {"H": str(cell.hour), "m": str(cell.minute), "s": str(cell.second)}
        fields |= {"f": f"{cell.microsecond:06d}"} if cell.microsecond else {}
        fields |= {"o": cell.isoformat()[-6:]} if cell.tzinfo else {}
    return _of_match(fields, str(cell), offset, precision)


def _of_match(fields: dict[str, str], text: str, offset: str, precision: str) -> str:
    year = int(fields["y"])
    try:
        day = dt.date(year, int(fields["M"]), int(fields["d"])).isoformat()
        clock = dt.time(int(fields.get("H", 0)), int(fields.get("m", 0)), int(fields.get("s", 0)))
    except (ValueError, KeyError):
        raise BadCell("TK-MAP-103", value=shown(text)) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadCell("TK-MAP-103", value=shown(text))
    if "H" not in fields or precision == "day":
        return day
    own = fields.get("o", offset).replace("Z", "+00:00")
    own = own if ":" in own else f"{own[:3]}:{own[3:]}"
    if own[1:] > WIDEST_OFFSET:
        raise BadCell("TK-MAP-103", value=shown(text))
    if "s" not in fields or precision == "minute":
        return f"{day}T{clock:%H:%M}{own}"
    fraction = fields.get("f", "")[:6].rstrip("0")
    return f"{day}T{clock:%H:%M:%S}{'.' + fraction if fraction else ''}{own}"
