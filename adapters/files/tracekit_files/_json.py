"""JSON Lines line by line, and JSON documents element by element of their list, in bounded memory."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import orjson

from tracekit.findings import Finding
from tracekit.sdk import Raw
from tracekit_files._lines import CHUNK, Decoder, Line, decoded, encoding_of, mark_after, read_lines, resumed, waits
from tracekit_files._stream import Mark, OpenFile, Row, Stream, depth_of, expanded, text_row

LONGEST_INTEGER = 32

_BLANK = re.compile(r"[ \t\r\n]*")


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_INTEGER else digits


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=str)


def read_jsonl(file: OpenFile, start: Mark) -> Stream:
    """One record a line; a broken line is a finding, the next one is read."""
    encoding, mark_length = encoding_of(file)
    decoder = Decoder("utf-8" if encoding.startswith("utf-16") else encoding)
    begin = start if start.offset or start.line else Mark(0, 0 if encoding.startswith("utf-16") else mark_length, 0)
    record, last = start.record, None
    name, utf8 = file.name, encoding.startswith("utf") and not file.config.expand
    for line in resumed(read_lines(file, begin, encoding), start):
        if isinstance(line, Finding):
            yield line
            continue
        if not line.closed and waits(file):
            yield Finding("TK-SRC-116", "info", "", {}, file.where(line.number))
            return
        last = line
        content = line.content
        # one brace and no bracket: a flat object, which needs no flattening (a third of the time of a line)
        flat = _flat_value(content) if utf8 and content.count(b"{") == 1 and b"[" not in content else None
        if flat is not None:
            record += 1
            yield Row(Raw(flat, f"{name}:{line.number}"), mark_after(line, record))
            continue
        if not content.strip():
            continue
        for raw in _raws(file, _line_value(file, decoder, line), file.where(line.number)):
            record += 1
            yield Row(raw, mark_after(line, record))
    if last is not None:
        yield mark_after(last, record)


def _flat_value(content: bytes) -> dict[str, Any] | None:
    """The object of a line that is known to be flat, or None if the long way is to say what is wrong with it."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return value if value.__class__ is dict else None


def _raws(file: OpenFile, value: dict[str, Any] | Raw, where: str) -> Iterator[Raw]:
    if isinstance(value, Raw):
        yield value
        return
    for row in expanded(value, file.config.expand):
        yield Raw(row, where)


def _line_value(file: OpenFile, decoder: Decoder, line: Line) -> dict[str, Any] | Raw:
    text, where = decoder.text(line.content), file.where(line.number)
    if text is None:
        return text_row(decoder.some_text(line.content), where, decoder.problem(line.content))
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return text_row(text, where, ("TK-SRC-107", {"detail": str(error)}))
    return _object(file, value, where)


def _object(file: OpenFile, value: Any, where: str) -> dict[str, Any] | Raw:
    if not isinstance(value, dict):
        return text_row(str(value), where, ("TK-SRC-108", {"type": type(value).__name__}))
    if not depth_of(cast("dict[str, Any]", value), file.config.limits.depth):
        return text_row(str(cast("dict[str, Any]", value)), where, ("TK-SRC-111", {"limit": str(file.config.limits.depth)}))
    return value  # pyright: ignore[reportUnknownVariableType]


class _Broken(Exception):
    """The text is no JSON from here on."""

    def __init__(self, detail: str, code: str = "TK-SRC-107", **params: str) -> None:
        super().__init__(detail)
        self.code, self.params = code, params


class _Text:
    """A window over the decoded file: values are taken from its front, more is read only as one needs it."""

    def __init__(self, file: OpenFile) -> None:
        encoding, skip = encoding_of(file)
        file.handle.seek(skip)
        self._file, self._left = file, file.size - skip
        self._decode = codecs.getincrementaldecoder(encoding or "utf-8")().decode
        self._limit = file.config.limits.line_bytes
        self._buffer, self._at = "", 0
        self._broken: UnicodeDecodeError | None = None

    def _more(self) -> bool:
        if self._broken:
            raise _Broken(self._broken.reason, "TK-SRC-102", encoding=self._broken.encoding)
        if self._left <= 0:
            return False
        data = self._file.handle.read(min(CHUNK, self._left))
        self._left -= len(data) or self._left
        text, self._broken = decoded(self._decode, data, self._left <= 0)
        self._buffer, self._at = self._buffer[self._at :] + text, 0
        return True

    def peek(self) -> str:
        """The next character that is not blank, empty text at the end."""
        while True:
            match = _BLANK.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one character of punctuation."""
        found = self.peek()
        if found not in expected or not found:
            raise _Broken(f"expected one of {expected!r}, found {found or 'the end'!r}")
        self._at += 1

    def value(self) -> Any:
        """The next whole value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise _Broken("nested too deep", "TK-SRC-111") from None
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._at > self._limit:
                    raise _Broken("a record above the limit", "TK-SRC-101") from None
                if not self._more():
                    raise _Broken(error.msg) from None
                continue
            # A number at the very end of the window may go on behind it.
            if end < len(self._buffer) or not self._more():
                self._at = end
                return value


def read_json(file: OpenFile, start: Mark) -> Stream:
    """The entries of the document's list; they are numbered from 1."""
    text, record, number = _Text(file), 0, 0
    try:
        if not text.peek():
            yield Finding("TK-SRC-115", "warning", "", {}, file.where(1))
            return
        _find_list(text, [name for name in file.config.records.split(".") if name])
        for number, value in enumerate(_entries(text), start=1):
            where = file.where(number)
            for raw in _raws(file, _object(file, value, where), where):
                record += 1
                if record > start.record:
                    yield Row(raw, Mark(record))
    except _Broken as broken:
        limit = file.config.limits.depth if broken.code == "TK-SRC-111" else file.config.limits.line_bytes
        params = {"detail": str(broken), "limit": str(limit), "records": file.config.records, **broken.params}
        yield Finding(broken.code, "error", "", {k: v for k, v in params.items() if v}, file.where(number + 1))
    yield Mark(record, file.size)


def _find_list(text: _Text, path: list[str]) -> None:
    for depth, name in enumerate(path):
        if text.peek() != "{":
            raise _Broken(f"no object at {'.'.join(path[:depth]) or 'the top'}", "TK-SRC-117")
        _find_name(text, name)
    if text.peek() != "[":
        raise _Broken(f"no list at {'.'.join(path) or 'the top'}", "TK-SRC-117")


def _find_name(text: _Text, name: str) -> None:
    text.take("{")
    seen: list[str] = []
    while text.peek() != "}":
        found = text.value()
        text.take(":")
        if found == name:
            return
        seen.append(str(found))
        text.value()
        if text.peek() == ",":
            text.take(",")
    raise _Broken(f"no {name!r} among {'、'.join(seen[:12])}", "TK-SRC-117")


def _entries(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.peek() == "]":
        return
    while True:
        yield text.value()
        if text.peek() == "]":
            return
        text.take(",")
