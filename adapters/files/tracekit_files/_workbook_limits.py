"""What a workbook would cost, measured before anything of it is kept: sizes are counted, never believed."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from tracekit_files.config import MIB, Limits

CHUNK = 1 << 18
PARTS = 2000

_LOCAL = struct.Struct("<4s22xHH")
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,10})[\"']")
_OVERLAP = 64


class TooCostly(Exception):
    """A limit that the workbook would pass: which, its value, and the part."""

    def __init__(self, limit: str, value: int, part: str) -> None:
        super().__init__(limit)
        self.limit, self.value, self.part = limit, value, part


def check_workbook(handle: IO[bytes], limits: Limits) -> None:
    """Decompress every part into nothing and count.

    Raises:
        TooCostly: a limit would be passed.
        zipfile.BadZipFile: not a workbook, or its parts are damaged.
    """
    with zipfile.ZipFile(handle) as archive:
        parts = archive.infolist()
    if len(parts) > PARTS:
        raise TooCostly("parts", PARTS, "")
    _check_declared(parts, limits)
    total = 0
    for part in parts:
        total += _measure(handle, part, limits, limits.xlsx_bytes - total)


def _check_declared(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if sum(part.file_size for part in parts) > limits.xlsx_bytes:
        raise TooCostly("xlsx_bytes", limits.xlsx_bytes, "")
    for part in parts:
        _check_part(part, part.file_size, limits)


def _check_part(part: zipfile.ZipInfo, size: int, limits: Limits) -> None:
    if size > MIB and size > limits.xlsx_ratio * max(part.compress_size, 1):
        raise TooCostly("xlsx_ratio", limits.xlsx_ratio, part.filename)
    if "sharedstrings" in part.filename.lower() and size > limits.xlsx_strings:
        raise TooCostly("xlsx_strings", limits.xlsx_strings, part.filename)


def _measure(handle: IO[bytes], part: zipfile.ZipInfo, limits: Limits, left: int) -> int:
    size, rows, width, tail = 0, 0, 0, b""
    is_sheet = "worksheets/" in part.filename.lower()
    for data in _inflated(handle, part):
        size += len(data)
        if size > left:
            raise TooCostly("xlsx_bytes", limits.xlsx_bytes, part.filename)
        _check_part(part, size, limits)
        if is_sheet:
            found = _CELL.findall(tail + data)
            rows = max(rows, max((int(row) for row in {row for _, row in found}), default=0))
            width = max(width, max((_column(name) for name in {name for name, _ in found}), default=0))
            tail = data[-_OVERLAP:]
            if rows * width > limits.xlsx_cells:
                raise TooCostly("xlsx_cells", limits.xlsx_cells, part.filename)
    return size


def _inflated(handle: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, from its compressed data alone: the declared size is not trusted."""
    handle.seek(part.header_offset)
    header = handle.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04" or part.flag_bits & 1:
        raise zipfile.BadZipFile(part.filename)
    _, name_length, extra_length = _LOCAL.unpack(header)
    handle.seek(name_length + extra_length, 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (data := handle.read(min(CHUNK, left))):
            left -= len(data)
            yield data
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"{part.filename}: compression {part.compress_type}")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and (data := handle.read(min(CHUNK, left))):
        left -= len(data)
        while data:
            try:
                yield inflate.decompress(data, CHUNK)
            except zlib.error as error:
                raise zipfile.BadZipFile(f"{part.filename}: {error}") from None
            data = inflate.unconsumed_tail


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
