"""The enterprises' own files: what their systems export, and the few lines of TOML and the table that read it."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tracekit.testing.rows import Layout, Row, read_layout
from tracekit.testing.world import Enterprise, Event, Flat, World
from tracekit.testing.xlsx import Sheet, write_workbook

MARK = "\ufeff"


class SourceFile(NamedTuple):
    """A written source: its settings file, and the events that it holds in the order of its rows."""

    settings: Path
    kind: str
    events: tuple[Event, ...]


@dataclass
class _Workbooks:
    sheets: dict[Path, dict[str, Sheet]] = field(default_factory=dict[Path, dict[str, Sheet]])

    def put(self, path: Path, sheet: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        self.sheets.setdefault(path, {})[sheet] = (names, rows)

    def write(self) -> None:
        for path, sheets in self.sheets.items():
            write_workbook(path, sheets)


def write_enterprises(folder: Path, world: World) -> dict[str, list[SourceFile]]:
    """Write every enterprise that delivers into a folder of its own; by origin code."""
    by_origin: dict[str, list[Event]] = {}
    for event in world.delivered():
        by_origin.setdefault(event.flat["origin"], []).append(event)
    found: dict[str, list[SourceFile]] = {}
    for enterprise in world.enterprises:
        own = by_origin.get(enterprise.code, [])
        found[enterprise.code] = write_sources(folder / enterprise.code, enterprise, own)
    return found


def write_sources(folder: Path, enterprise: Enterprise, events: Sequence[Event]) -> list[SourceFile]:
    """Write one enterprise's files, one source a kind."""
    folder.mkdir(parents=True, exist_ok=True)
    books = _Workbooks()
    kinds = dict.fromkeys(event.flat["kind"] for event in events)
    written = [_write_kind(folder, enterprise, kind, _in_order(events, kind), books) for kind in kinds]
    books.write()
    return written


def write_correction(folder: Path, event: Event) -> Path:
    """Write the mended row of a spoiled record as a file of its own beside the others; the path of its settings."""
    name = event.flat["kind"].partition(".")[2]
    style = event.enterprise.style
    options = tomllib.loads((style / f"{name}.toml").read_text(encoding="utf-8"))["source"]
    path = str(options["path"])
    mended = f"{path.rpartition('.')[0]}-更正.{path.rpartition('.')[2]}"
    settings = _settings(style / f"{name}.toml", event.enterprise).replace(f'path = "{path}"', f'path = "{mended}"')
    file = folder / f"{name}-correction.toml"
    file.write_text(settings, encoding="utf-8", newline="\n")
    books = _Workbooks()
    layout = read_layout(style / f"{name}.csv", typed=_is_typed(path))
    _write_table(folder / mended, options, layout, [event.whole or event.flat], books)
    books.write()
    return file


def _in_order(events: Sequence[Event], kind: str) -> list[Event]:
    """By time as the system wrote them; what is sent twice stands a second time where no row of its own is beside it."""
    own = sorted((event for event in events if event.flat["kind"] == kind), key=lambda one: (one.flat["time"], one.flat["key"]))
    again = [event for event in own if event.copies > 1]
    return [*own, *again] if not again or own[-1] is not again[0] else [*again, *own]


def _write_kind(folder: Path, enterprise: Enterprise, kind: str, events: Sequence[Event], books: _Workbooks) -> SourceFile:
    name = kind.partition(".")[2]
    template = enterprise.style / f"{name}.toml"
    options = tomllib.loads(template.read_text(encoding="utf-8"))["source"]
    table = (enterprise.style / f"{name}.csv").read_text(encoding="utf-8")
    node = enterprise.nodes[0].code if enterprise.nodes else ""
    (folder / f"{name}.csv").write_text(table.replace("@node", node), encoding="utf-8", newline="\n")
    settings = folder / f"{name}.toml"
    settings.write_text(_settings(template, enterprise), encoding="utf-8", newline="\n")
    layout = read_layout(folder / f"{name}.csv", typed=_is_typed(str(options["path"])))
    _write_table(folder / str(options["path"]), options, layout, [event.flat for event in events], books)
    return SourceFile(settings, kind, tuple(events))


def _settings(template: Path, enterprise: Enterprise) -> str:
    text = template.read_text(encoding="utf-8").replace("@origin", enterprise.code)
    text = text.replace("@reporter", f"uscc:{enterprise.uscc}")
    for node in enterprise.nodes[:1]:
        text = text.replace("@place", node.ref).replace("@region", node.county)
    return text


def _is_typed(path: str) -> bool:
    return path.endswith((".xlsx", ".jsonl"))


def _write_table(path: Path, options: Mapping[str, Any], layout: Layout, flats: Iterable[Flat], books: _Workbooks) -> None:
    flats = list(flats)
    names = layout.names(base=False)
    rows = [row for flat in flats for row in layout.rows(flat)]
    if path.suffix == ".xlsx":
        if base := options.get("tables", {}).get("base"):
            heads = {flat["key"]: layout.base_row(flat) for flat in flats}
            books.put(path, base["sheet"], layout.names(base=True), list(heads.values()))
        books.put(path, str(options["sheet"]), names, rows)
    elif path.suffix == ".jsonl":
        path.write_bytes(b"".join(orjson.dumps(_json_row(row)) + b"\n" for row in rows))
    else:
        path.write_bytes(_csv_bytes(names, rows, options))


def _json_row(row: Row) -> dict[str, object]:
    return {name: _json_cell(value) for name, value in row.items() if value is not None}


def _json_cell(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def _csv_bytes(names: Sequence[str], rows: Sequence[Row], options: Mapping[str, Any]) -> bytes:
    """UTF-8 comes with a mark and CRLF, as spreadsheets write it; GB18030 without."""
    encoding = str(options.get("encoding", "utf-8"))
    marked = encoding == "utf-8"
    out = io.StringIO(newline="")
    delimiter = "\t" if options.get("delimiter") == "tab" else ","
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if marked else "\n")
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return ((MARK if marked else "") + out.getvalue()).encode(encoding)
