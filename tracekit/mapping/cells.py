"""Cells of any source as clean text: spreadsheets and JSON give numbers, dates and booleans, files give text."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

BROKEN = "#broken"
"""Column that marks a raw row its adapter could not read properly: such a row becomes no record, and neither does its group."""
LONGEST_SHOWN = 40
MEMO_ENTRIES = 4096
MEMO_KEY = 64

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = re.compile(r"\s*[\r\n\t]+\s*")
_INVISIBLE = str.maketrans("", "", "\ufeff\u200b\u200e\u200f")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WIDEST_INTEGER = 128


class BadCell(Exception):
    """A cell that its transform cannot take: the code of the finding and the parameters of its text."""

    def __init__(self, code: str, column: str = "", **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.params: Mapping[str, str] = params

    def at(self, column: str) -> "BadCell":
        """The same in a named column, where a transform reads several."""
        return BadCell(self.code, column, **self.params)


class Memo(dict[str, Any]):
    """A transform that remembers what it made of short texts; bounded, because a file may never repeat."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, cell: str) -> Any:
        value = self._make(cell)
        if len(cell) <= MEMO_KEY:
            if len(self) >= MEMO_ENTRIES:
                self.clear()
            self[cell] = value
        return value


def broken_row(cells: Mapping[str, Any], code: str, params: Mapping[str, str]) -> dict[str, Any]:
    """A raw row that stays with the others for the quarantine, and says why it can become no record."""
    return {**cells, BROKEN: {"code": code, "params": dict(params)}}


def shown(cell: Any) -> str:
    """A cell as a message may show it: short, on one line, control characters made visible."""
    text = cell if isinstance(cell, str) else _plain(cell)
    cut = text[:LONGEST_SHOWN]
    cut = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)
    return cut if len(text) <= LONGEST_SHOWN else f"{cut}… ({len(text)})"


def cell_text(cell: Any) -> str:
    """A cell as text without outer blanks, in NFC; empty text for an empty cell.

    Raises:
        BadCell: control characters, or a list or object where one value belongs.
    """
    text = cell if cell.__class__ is str else _plain(cell)
    text = text.strip()
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()
    if _CONTROL.search(text):
        raise BadCell("TK-MAP-109", value=shown(text))
    return text


def one_line(cell: Any) -> str:
    """`cell_text` with line breaks and tabs inside the cell turned into one blank."""
    if cell.__class__ is str and cell.isascii() and cell.isalnum():
        return cell
    text = cell_text(cell)
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def half_width(text: str) -> str:
    """Full-width digits, letters, punctuation and blanks as their ASCII twins."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def code_text(cell: Any) -> str:
    """A cell as a code: one line, half-width, no blanks at all."""
    if cell.__class__ is str and cell.isascii() and cell.isalnum():
        return cell
    return "".join(half_width(one_line(cell)).split())


def _plain(cell: Any) -> str:
    kind = cell.__class__
    if kind is str:
        return cell
    make = _TEXT_OF.get(kind)
    if make is None:
        raise BadCell("TK-MAP-112", type=kind.__name__)
    return make(cell)


def _integer(cell: int) -> str:
    if cell.bit_length() > _WIDEST_INTEGER:
        raise BadCell("TK-MAP-108", value=f"2^{cell.bit_length() - 1}")
    return str(cell)


def _float(cell: float) -> str:
    if not math.isfinite(cell):
        raise BadCell("TK-MAP-101", value=str(cell))
    # 15 digits is what a spreadsheet shows and a double can carry both ways.
    return format(Decimal(format(cell, ".15g")), "f")


def _datetime(cell: dt.datetime) -> str:
    if cell.time() == dt.time() and cell.tzinfo is None:
        return cell.date().isoformat()
    return cell.isoformat(" ")


def _timedelta(cell: dt.timedelta) -> str:
    seconds = int(cell.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_TEXT_OF: dict[type[Any], Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda cell: "true" if cell else "false",
    int: _integer,
    float: _float,
    Decimal: "{:f}".format,
    dt.datetime: _datetime,
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    dt.timedelta: _timedelta,
}
