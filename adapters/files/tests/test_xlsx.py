"""Workbooks: several sheets, text kept as text, dates as dates, bombs refused before they go off."""

import datetime as dt
import io
import resource
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tracekit_files import FilesConfig

Read = Callable[..., Any]
# a spreadsheet knows no offset
MOMENT = dt.datetime.fromisoformat("2026-11-20 06:30")


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if part in name else old.read(name))
    return out.getvalue()


TRADES = [
    ["单号", "品名", "单价", "日期"],
    ["007", "猪肉", 12.5, dt.date(2026, 11, 20)],
    [None] * 4,
    ["008", "鱼", 3, MOMENT],
]


def test_text_stays_text_and_dates_are_dates(read: Read) -> None:
    result = read("a.xlsx", workbook(批发=TRADES))
    assert result.values[0] == {"单号": "007", "品名": "猪肉", "单价": 12.5, "日期": dt.date(2026, 11, 20)}
    assert result.values[1]["日期"] == MOMENT
    assert [raw.where for raw in result.rows] == ["a.xlsx[批发]:2", "a.xlsx[批发]:4"]


def test_sheets_are_chosen(read: Read) -> None:
    content = workbook(甲=TRADES, 乙=TRADES, 丙=TRADES)
    assert {raw.where.split("]")[0] for raw in read("a.xlsx", content).rows} == {"a.xlsx[甲"}
    assert len(read("a.xlsx", sheet="*").rows) == 6
    assert {raw.where.split("]")[0] for raw in read("a.xlsx", sheet=["丙", "乙"]).rows} == {"a.xlsx[丙", "a.xlsx[乙"}
    missing = read("a.xlsx", sheet=["批发", "乙"])
    assert (missing.codes, len(missing.rows)) == (["TK-SRC-114"], 2)
    assert missing.findings[0].params["known"] == "甲、乙、丙"


def test_a_workbook_goes_on_over_its_sheets(read: Read, tmp_path: Path, read_files: Read) -> None:
    content = workbook(甲=TRADES, 乙=TRADES)
    whole = read("a.xlsx", content, sheet="*", batch_rows=1)
    again = read("a.xlsx", sheet="*", cursor=whole.cursor)
    assert (len(whole.rows), again.rows, again.findings) == (4, [], [])
    (tmp_path / "a.xlsx").rename(tmp_path / "b.xlsx")
    assert read_files(FilesConfig(path="b.xlsx", sheet="*"), tmp_path, whole.cursor).rows == []


def test_ragged_and_duplicate_columns(read: Read) -> None:
    result = read("a.xlsx", workbook(s=[["a", "a", None], [1, 2, 3], [4]]))
    assert result.codes == ["TK-SRC-106", "TK-SRC-103"]
    assert [row["a"] for row in result.values] == [4]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_a_finding(read: Read, content: bytes) -> None:
    assert read("a.xlsx", content).codes == ["TK-SRC-113" if content else "TK-SRC-115"]


def test_every_cut_of_a_workbook_is_a_finding(read: Read) -> None:
    content = workbook(s=TRADES)
    for length in range(1, len(content), 97):
        result = read("a.xlsx", content[:length])
        assert (result.rows, result.codes) == ([], ["TK-SRC-113"])


def bomb() -> bytes:
    """About 150 MiB of blanks in a sheet of a couple of hundred kilobytes."""
    return changed(workbook(s=TRADES), "sheet1", lambda data: data.replace(b"</sheetData>", b" " * (150 << 20) + b"</sheetData>"))


def test_a_zip_bomb_is_refused_in_bounded_memory(read: Read) -> None:
    content = bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = read("bomb.xlsx", content)
    assert (result.rows, result.codes) == ([], ["TK-SRC-112"])
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64


def test_a_bomb_that_declares_a_small_size_is_counted(read: Read) -> None:
    data = b" " * (8 << 20)
    content = bytearray(changed(workbook(s=TRADES), "sheet1", lambda old: old + data))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = bytes(content).replace(struct.pack("<I", real), struct.pack("<I", 1000))
    assert lie != bytes(content)
    result = read("lie.xlsx", lie, limits={"xlsx_bytes": 1 << 20})
    assert result.codes == ["TK-SRC-112"]
    assert result.findings[0].params["limit"] == "xlsx_bytes"


def test_one_cell_in_the_far_corner_is_refused(read: Read) -> None:
    content = changed(workbook(s=TRADES), "sheet1", lambda data: data.replace(b'r="D4"', b'r="XFD1048576"'))
    result = read("far.xlsx", content)
    assert result.codes == ["TK-SRC-112"]
    assert result.findings[0].params["limit"] == "xlsx_cells"


def test_shared_strings_have_their_own_limit(read: Read) -> None:
    content = workbook(s=TRADES)
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * 1000 + b"</sst>")
    result = read("a.xlsx", out.getvalue(), limits={"xlsx_strings": 1024})
    assert result.findings[0].params["limit"] == "xlsx_strings"
