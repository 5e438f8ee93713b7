"""What every format's reader yields: rows and findings in order, each row with the mark from which reading goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, cast

from tracekit.findings import Finding
from tracekit.mapping import broken_row
from tracekit.sdk import Raw
from tracekit_files.config import FilesConfig

KEPT = 1 << 14


class Mark(NamedTuple):
    """A place between two records: records before it, and where the next line begins (0 where formats cannot seek)."""

    record: int = 0
    offset: int = 0
    line: int = 0
    open: str = ""
    """Digest of a last line that was read without its line end; if the line grew since, it is read again."""
    done: tuple[int, ...] = ()
    """Numbers of records behind the mark that were read already, with others of their group."""


class Row(NamedTuple):
    """One raw row, and the mark behind it."""

    raw: Raw
    after: Mark


Stream = Iterator[Row | Finding | Mark]
"""A bare mark says how far was read when what came last was no row."""


@dataclass
class OpenFile:
    """A file as it was when it was opened: nothing behind `size` is read, whatever is appended meanwhile."""

    handle: IO[bytes]
    name: str
    size: int
    config: FilesConfig

    def where(self, place: object, sheet: str = "", column: str = "") -> str:
        """`交易.xlsx[批发]:17:单价`."""
        text = f"{self.name}[{sheet}]:{place}" if sheet else f"{self.name}:{place}"
        return f"{text}:{column}" if column else text

    def grew(self) -> bool:
        """True if bytes were appended since it was opened."""
        position = self.handle.tell()
        grown = self.handle.seek(0, 2) > self.size
        self.handle.seek(position)
        return grown


def header_names(cells: list[str], file: OpenFile, place: object, sheet: str = "") -> tuple[list[str], list[Finding]]:
    """Column names that are all different and not empty; the second `单价` is `单价#2`, a nameless one `#3`."""
    names: list[str] = []
    twice: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = "".join(c for c in cell.strip() if c.isprintable()) or f"#{number}"
        count = 1
        while (unique := name if count == 1 else f"{name}#{count}") in names:
            count += 1
        if count > 1:
            twice.append(name)
        names.append(unique)
    params = {"columns": "、".join(dict.fromkeys(twice))}
    return names, [Finding("TK-SRC-106", "warning", "", params, file.where(place, sheet))] if twice else []


Problem = tuple[str, dict[str, str]]
"""Why a row can become no record: code and parameters of the finding."""


def row_of(names: list[str], cells: list[Any], where: str, problem: Problem | None = None) -> tuple[Raw, Finding | None]:
    """A raw row of a table.

    Surplus cells that are empty are cut, missing ones are filled with a warning. A row with other surplus cells, or with a
    problem of its reader, is kept as it came but marked broken, so that it and its group become no record.
    """
    width = len(names)
    if len(cells) > width and any(cell is not None and cell != "" for cell in cells[width:]):
        problem = problem or ("TK-SRC-103", {"cells": str(len(cells)), "columns": str(width), "row": excerpt(cells)})
        names = names + [f"#{number}" for number in range(width + 1, len(cells) + 1)]
    short = len(cells) < width and not problem
    value = dict(zip(names, cells + [""] * (width - len(cells)), strict=False))
    if problem:
        return Raw(broken_row(value, *problem), where), None
    params = {"cells": str(len(cells)), "columns": str(width)}
    return Raw(value, where), Finding("TK-SRC-104", "warning", "", params, where) if short else None


def text_row(text: str, where: str, problem: Problem) -> Raw:
    """A record that has no cells, only text: kept for the quarantine, marked broken."""
    return Raw(broken_row({"#text": text[:KEPT]}, *problem), where)


def excerpt(cells: list[Any], longest: int = 400) -> str:
    """A row that is given up, short, for its finding."""
    text = " | ".join(str(cell)[:longest] for cell in cells[:100])[:longest]
    return "".join(c if c.isprintable() else "␀" if c == "\0" else " " for c in text)


def flattened(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects as dotted names; lists stay as they are."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value:
            flat.update(flattened(value, f"{prefix}{name}."))  # pyright: ignore[reportUnknownArgumentType]  a JSON tree
        else:
            flat[prefix + name] = value
    return flat


def expanded(record: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """One row per entry of the list at `path`, named `path.field`, each with the record's other fields."""
    flat = flattened(record)
    entries: Any = flat.pop(path, None) if path else None
    if entries is None or entries == []:
        return [flat]
    listed: list[Any] = cast("list[Any]", entries) if isinstance(entries, list) else [entries]
    return [{**flat, **_entry(path, entry)} for entry in listed]


def _entry(path: str, entry: Any) -> dict[str, Any]:
    return flattened(entry, f"{path}.") if isinstance(entry, dict) else {path: entry}  # pyright: ignore[reportUnknownArgumentType]


def depth_of(value: Any, limit: int) -> bool:
    """True if a JSON tree is nested no deeper than the limit."""
    level: list[Any] = [value]
    for _ in range(limit):
        level = [child for one in level if isinstance(one, dict | list) for child in (one.values() if isinstance(one, dict) else one)]  # pyright: ignore[reportUnknownVariableType]
        if not level:
            return True
    return False
