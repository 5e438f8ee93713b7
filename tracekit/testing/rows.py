"""From a flat record back to the rows of an enterprise's table: the mapping table read the other way round.

Written apart from `tracekit.mapping`, so that reading the files back proves both.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tracekit.testing.xlsx import Cell

Row = dict[str, Cell]

LISTS = frozenset(("items", "documents", "measurements", "quantities"))

_PART = re.compile(r"(?P<name>[a-z_]+)(?:\[(?P<index>\d+)\]|:(?P<type>[\w.-]+))?")
_TOKENS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M"}


@dataclass(frozen=True)
class Column:
    """One row of the mapping table: the target, its column, the steps to undo, and `base` if it stands in the second sheet."""

    target: str
    name: str
    steps: tuple[tuple[str, str], ...]
    base: bool = False


@dataclass(frozen=True)
class Layout:
    """The columns of a table in order, the constants that tell lists apart, and whether cells are typed."""

    columns: tuple[Column, ...]
    units: Mapping[str, str]
    typed: bool

    def names(self, *, base: bool) -> list[str]:
        """The column names of the table, or of its second sheet."""
        keys = [one.steps[0][1] for one in self.columns if base and one.base]
        found = [one.name for one in self.columns if one.base == base]
        return list(dict.fromkeys([*keys, *found]))

    def base_row(self, flat: Mapping[str, Any]) -> Row:
        """What stands once a record in the second sheet."""
        return self._row(flat, 0, base=True)

    def rows(self, flat: Mapping[str, Any]) -> list[Row]:
        """One row an item."""
        return [self._row(flat, at, base=False) for at in range(len(flat["items"]))]

    def _row(self, flat: Mapping[str, Any], at: int, *, base: bool) -> Row:
        row: Row = {}
        for column in self.columns:
            if column.base == base:
                value = _undone(_found(flat, column.target, at, self.units), column.steps, self.typed)
                if value is not None or column.name not in row:
                    row[column.name] = value
            if base and column.base:
                row[column.steps[0][1]] = flat["key"]
        return row


def read_layout(path: Path, *, typed: bool) -> Layout:
    """Read a mapping table as a layout; `typed` for formats whose cells are numbers and dates."""
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    units = {
        row["target"].removesuffix(".unit"): row["args"] for row in table if row["target"].endswith(".unit") and row["transform"] == "const"
    }
    return Layout(tuple(_column(row) for row in table if row["transform"] != "const"), units, typed)


def _column(row: Mapping[str, str]) -> Column:
    names = [name.strip() for name in row["transform"].split(">")]
    args = [part.strip() for part in row["args"].split(" > ")] if len(names) > 1 else [row["args"]]
    steps = list(zip(names, [*args, *[""] * (len(names) - len(args))], strict=True))
    if names[0] != "lookup":
        return Column(row["target"], row["source"], tuple(steps))
    column = steps[0][1].partition("column=")[2]
    return Column(row["target"], column, (("lookup", row["source"]), *steps[1:]), base=True)


def _found(flat: Mapping[str, Any], target: str, at: int, units: Mapping[str, str]) -> Any:
    value: Any = flat
    for match in _PART.finditer(target):
        name = match["name"]
        value = _get(value, name)
        if name in LISTS and value is not None:
            value = _entry(value, match, at, units.get(target.removesuffix(".value"), ""))
    return _get(value, "ref") if target.startswith("documents:") else value


def _get(tree: Any, name: str) -> Any:
    return None if tree is None else tree.get(name)


def _entry(entries: Sequence[Any], match: "re.Match[str]", at: int, unit: str) -> Any:
    if match["name"] == "quantities":
        return next((one for one in entries if one["unit"] == unit), None)
    if match["type"]:
        typed = [one for one in entries if one["type"] == match["type"]]
        return None if not typed else typed[at] if at < len(typed) else typed[0] if len(typed) == 1 else None
    index = at if match["name"] == "items" else int(match["index"] or 1) - 1
    return entries[index] if index < len(entries) else None


def _undone(value: Any, steps: Sequence[tuple[str, str]], typed: bool) -> Cell:
    if value is None:
        return None
    found: Cell = value
    for name, args in reversed(steps):
        found = _UNDO[name](found, args, typed)
    return found


def _undo_ref(value: str, args: str, _typed: bool) -> str:
    scheme, _, more = args.partition(";")
    return value.removeprefix(f"{scheme.strip()}:{more.partition('prefix=')[2].strip()}")


def _undo_date(value: str, args: str, typed: bool) -> Cell:
    if "formats=" in args:
        return _in_form(_moment(value), args.partition("formats=")[2])
    if typed:
        return _moment(value) if "T" in value else date.fromisoformat(value)
    return value.replace("T", " ").removesuffix("+08:00")


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=None)


def _in_form(moment: datetime, form: str) -> str:
    plain = {"M": str(moment.month), "d": str(moment.day), "H": str(moment.hour)}
    parts = re.split(r"(yyyy|MM|dd|HH|mm|M|d|H)", form)
    return "".join(moment.strftime(_TOKENS[part]) if part in _TOKENS else plain.get(part, part) for part in parts)


def _undo_number(value: str, _args: str, typed: bool) -> Cell:
    return Decimal(value) if typed else value


def _undo_scale(value: str, args: str, typed: bool) -> Cell:
    number = Decimal(value) / Decimal(args.partition("factor=")[2])
    return number if typed else f"{number.normalize():f}"


def _undo_codeset(value: str, args: str, _typed: bool) -> str:
    pairs = (part.strip().partition("=") for part in args.split(";"))
    return {code: words for words, _, code in pairs}[value]


def _same(value: Cell, _args: str, _typed: bool) -> Cell:
    return value


def _undo_integer(value: int, _args: str, typed: bool) -> Cell:
    return value if typed else str(value)


_UNDO: Mapping[str, Callable[[Any, str, bool], Cell]] = {
    "copy": _same,
    "integer": _undo_integer,
    "decimal": _undo_number,
    "scale": _undo_scale,
    "ref": _undo_ref,
    "date": _undo_date,
    "codeset": _undo_codeset,
    "lookup": _same,
}
