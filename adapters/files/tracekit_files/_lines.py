"""Lines of a file in bounded memory, and their encoding."""

import codecs
import hashlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from tracekit.findings import Finding
from tracekit_files._stream import Mark, OpenFile

CHUNK = 1 << 18
SAMPLE = 1 << 18
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
MOSTLY = 0.9


class Line(NamedTuple):
    """One line without its end; `end` is the offset behind it, `closed` False for a last line without line end."""

    content: bytes
    number: int
    end: int
    closed: bool = True


def sample_of(file: OpenFile) -> bytes:
    """The beginning of the file."""
    file.handle.seek(0)
    return file.handle.read(min(SAMPLE, file.size))


def encoding_of(file: OpenFile) -> tuple[str, int]:
    """The encoding of a file and the length of its byte order mark.

    Stated wins over detected; detection is the mark, else UTF-8 if nearly every line with other than ASCII is, else GB18030.
    An empty name means: all ASCII so far, the first other line decides.
    """
    sample = sample_of(file)
    stated = file.config.encoding
    for mark, name in MARKS:
        if sample.startswith(mark) and stated in ("auto", name, "utf-16"):
            return name, len(mark)
    if stated != "auto":
        return ("utf-16-le" if stated == "utf-16" else stated), 0
    return _guess(sample), 0


def _guess(sample: bytes) -> str:
    foreign = [line for line in sample.split(b"\n") if not line.isascii()]
    if len(foreign) > 1 and len(sample) >= SAMPLE:
        # The sample may cut its last character in two.
        foreign.pop()
    if not foreign:
        return ""
    good = sum(1 for line in foreign if _decodes(line, "utf-8"))
    return "utf-8" if good >= MOSTLY * len(foreign) else "gb18030"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class Decoder:
    """Text of lines; while all was ASCII the encoding is open, and the first other line settles it."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding

    def text(self, line: bytes) -> str | None:
        """The line as text, None if it is not of the encoding."""
        if not self.encoding and not line.isascii():
            self.encoding = "utf-8" if _decodes(line, "utf-8") else "gb18030"
        try:
            return line.decode(self.encoding or "ascii")
        except UnicodeDecodeError:
            return None

    def problem(self, line: bytes) -> tuple[str, dict[str, str]]:
        """What to say of a line that is not of the encoding."""
        other = next((name for name in ("utf-8", "gb18030") if name != self.encoding and _decodes(line, name)), "")
        return "TK-SRC-102", {"encoding": self.encoding} | ({"nearest": other} if other else {})

    def some_text(self, line: bytes) -> str:
        """The line with what is not of the encoding replaced, to show and keep it."""
        return line.decode(self.encoding or "ascii", "replace")


def decoded(decode: Callable[[bytes, bool], str], data: bytes, final: bool) -> tuple[str, UnicodeDecodeError | None]:
    """The text of a chunk up to its first byte that is not of the encoding, and what is wrong there."""
    try:
        return decode(data, final), None
    except UnicodeDecodeError as error:
        return error.object[: error.start].decode(error.encoding), error


def read_lines(file: OpenFile, start: Mark, encoding: str) -> Iterator[Line | Finding]:
    """Lines from a mark to the size at open; a line above the limit is skipped with a finding, in bounded memory."""
    chunks = _chunks(file, start.offset) if not encoding.startswith("utf-16") else _transcoded(file, start.offset, encoding)
    limit = file.config.limits.line_bytes
    number, offset, rest, skipping = start.line, start.offset, b"", False
    for chunk in chunks:
        parts = (rest + chunk if rest else chunk).split(b"\n")
        rest = parts.pop()
        for part in parts:
            number += 1
            offset += len(part) + 1
            if skipping or len(part) > limit:
                skipping = False
                yield _too_long(file, number)
            else:
                yield Line(part, number, offset)
        if len(rest) > limit:
            offset += len(rest)
            rest, skipping = b"", True
    if skipping:
        yield _too_long(file, number + 1)
    elif rest:
        yield Line(rest, number + 1, offset + len(rest), closed=False)


def waits(file: OpenFile) -> bool:
    """True if a last line without its end is to be left for later."""
    return file.config.tail if file.config.tail is not None else file.grew()


def resumed(lines: Iterator[Line | Finding], start: Mark) -> Iterator[Line | Finding]:
    """The lines without the first one, if it is the unfinished line that was read before and did not grow."""
    first = next(lines, None) if start.open else None
    if first is not None and not (isinstance(first, Line) and line_digest(first.content) == start.open):
        return chain((first,), lines)
    return lines


def mark_after(line: Line, record: int) -> Mark:
    """Where reading goes on after a line; an unfinished one is looked at again."""
    if line.closed:
        return Mark(record, line.end, line.number)
    return Mark(record, line.end - len(line.content), line.number - 1, line_digest(line.content))


def line_digest(line: bytes) -> str:
    """Stands for a last line that had no end yet."""
    return hashlib.sha256(line).hexdigest()[:16]


def _too_long(file: OpenFile, number: int) -> Finding:
    return Finding("TK-SRC-101", "error", "", {"limit": str(file.config.limits.line_bytes)}, file.where(number))


def _chunks(file: OpenFile, offset: int) -> Iterator[bytes]:
    file.handle.seek(offset)
    while offset < file.size:
        chunk = file.handle.read(min(CHUNK, file.size - offset))
        if not chunk:
            return
        offset += len(chunk)
        yield chunk


def _transcoded(file: OpenFile, offset: int, encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8, so that lines can be split as bytes; offsets then count the bytes of the UTF-8 text."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in _chunks(file, 2 if encoding_of(file)[1] else 0):
        data = decoder.decode(chunk).encode("utf-8", "replace")
        if offset >= len(data):
            offset -= len(data)
            continue
        yield data[offset:]
        offset = 0
