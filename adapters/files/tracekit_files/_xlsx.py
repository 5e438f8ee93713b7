"""XLSX by calamine: text stays text, dates are dates; the workbook is measured before it is opened."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from tracekit.findings import Finding
from tracekit.mapping.table import nearest
from tracekit.sdk import Raw
from tracekit_files._stream import Mark, OpenFile, Row, Stream, header_names, row_of
from tracekit_files._workbook_limits import TooCostly, check_workbook

Cell = str | float | int | bool | dt.date | dt.time | dt.timedelta | None


def read_xlsx(file: OpenFile, start: Mark) -> Stream:
    """Rows of the configured sheets in order; records are counted over all of them."""
    refused = _refusal(file)
    if refused:
        yield refused
        return
    file.handle.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file.handle)
    except CalamineError as error:
        yield _unreadable(file, str(error))
        return
    with book:
        record = 0
        for name in _sheets(file, book.sheet_names):
            if isinstance(name, Finding):
                yield name
                continue
            for item in _read_sheet(file, book, name):
                if isinstance(item, Finding):
                    if record >= start.record:
                        yield item
                    continue
                record += 1
                if record > start.record:
                    yield Row(item, Mark(record))
        yield Mark(record, file.size)


def _refusal(file: OpenFile) -> Finding | None:
    if not file.size:
        return Finding("TK-SRC-115", "warning", "", {}, file.where(1))
    try:
        check_workbook(file.handle, file.config.limits)
    except TooCostly as costly:
        params = {"limit": costly.limit, "value": str(costly.value), "part": costly.part}
        return Finding("TK-SRC-112", "error", "", {k: v for k, v in params.items() if v}, file.name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError) as error:
        return _unreadable(file, str(error))
    return None


def _unreadable(file: OpenFile, detail: str) -> Finding:
    return Finding("TK-SRC-113", "error", "", {"detail": detail[:200]}, file.name)


def _sheets(file: OpenFile, names: list[str]) -> Iterator[str | Finding]:
    wanted = file.config.sheet
    if not wanted or wanted == "*":
        yield from names if wanted else names[:1]
        return
    for name in [wanted] if isinstance(wanted, str) else wanted:
        if name in names:
            yield name
        else:
            params = {"sheet": name, "known": "、".join(names), "nearest": nearest(name, names)}
            yield Finding("TK-SRC-114", "error", "", {k: v for k, v in params.items() if v}, file.where(0, name))


def _read_sheet(file: OpenFile, book: CalamineWorkbook, sheet: str) -> Iterator[Raw | Finding]:
    try:
        rows: list[list[Cell]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        yield _unreadable(file, f"{sheet}: {error}")
        return
    header = file.config.header
    if len(rows) < max(header, 1):
        yield Finding("TK-SRC-115", "warning", "", {}, file.where(1, sheet))
        return
    titles = [str(cell) for cell in rows[header - 1]] if header else file.config.names
    while titles and not titles[-1].strip():
        titles.pop()
    names, findings = header_names(titles, file, header, sheet)
    yield from findings
    ignore = set(file.config.ignore)
    for number in range(max(header, 0), len(rows)):
        cells: list[Any] = rows[number]
        rows[number] = []  # what was read is let go
        where = file.where(number + 1, sheet)
        if all(cell == "" or cell is None for cell in cells):
            continue
        if ignore and next((str(cell).strip() for cell in cells if cell not in ("", None)), "") in ignore:
            continue
        raw, finding = row_of(names, cells, where)
        if finding:
            yield finding
        yield raw
