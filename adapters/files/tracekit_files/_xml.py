"""XML by expat, streaming: no document type, no entities, no network, bounded depth and record size."""

import codecs
import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from tracekit.findings import Finding
from tracekit.sdk import Raw
from tracekit_files._lines import CHUNK, MARKS, decoded, sample_of
from tracekit_files._stream import Mark, OpenFile, Row, Stream, expanded

_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)", re.ASCII)


class _Refused(Exception):
    """The document is not read any further."""

    def __init__(self, code: str, line: int, **params: str) -> None:
        super().__init__(code)
        self.code, self.line, self.params = code, line, params


class _Element:
    """One element of a record while it is open."""

    __slots__ = ("fields", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.fields: dict[str, Any] = {f"@{_local(k)}": v for k, v in attributes.items()}
        self.text: list[str] = []


class _Reader:
    """Collects the record elements of a document."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._path = [name for name in file.config.row.split("/") if name]
        self._limits = file.config.limits
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._open: list[str] = []
        self._record: list[_Element] = []
        self._began = (0, 0)
        self._too_long = False
        self._fed = 0
        self.found: list[tuple[int, dict[str, Any] | None]] = []

    def _doctype(self, *_: Any) -> None:
        raise _Refused("TK-SRC-110", self.parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(_local(name))
        if len(self._open) > self._limits.depth:
            raise _Refused("TK-SRC-111", self.parser.CurrentLineNumber, limit=str(self._limits.depth))
        if self._record or self._is_record():
            if not self._record:
                self._began = (self.parser.CurrentLineNumber, self.parser.CurrentByteIndex)
                self._too_long = False
            self._check_size()
            self._record.append(_Element(self._open[-1], attributes))

    def _is_record(self) -> bool:
        if not self._path:
            return len(self._open) == 2
        return self._open[-len(self._path) :] == self._path and (len(self._path) == 1 or len(self._open) == len(self._path))

    def _text(self, data: str) -> None:
        if self._record:
            self._check_size()
            if not self._too_long:
                self._record[-1].text.append(data)

    def _check_size(self) -> None:
        if self.parser.CurrentByteIndex - self._began[1] > self._limits.line_bytes and not self._too_long:
            self._too_long = True
            for element in self._record:
                element.fields.clear()
                element.text.clear()

    def check_progress(self, text: str) -> None:
        """Refuse a single tag that has no end within the limit: expat would keep it whole."""
        self._fed += len(text.encode())
        if self._fed - max(self.parser.CurrentByteIndex, 0) > self._limits.line_bytes + CHUNK:
            raise _Refused("TK-SRC-101", self.parser.CurrentLineNumber, limit=str(self._limits.line_bytes))

    def _end(self, _name: str) -> None:
        self._open.pop()
        if not self._record:
            return
        element = self._record.pop()
        value = _value(element)
        if self._record:
            if not self._too_long:
                _add(self._record[-1].fields, element.name, value)
        else:
            record: dict[str, Any] = {"#text": value} if isinstance(value, str) else value
            self.found.append((self._began[0], None if self._too_long else record))


def read_xml(file: OpenFile, start: Mark) -> Stream:
    """The record elements in order; where a document breaks, what stood before is kept and the rest is a finding."""
    reader, record = _Reader(file), 0
    for line, value in _records(file, reader):
        if isinstance(value, Finding):
            yield value
        elif value is None:
            yield Finding("TK-SRC-101", "error", "", {"limit": str(file.config.limits.line_bytes)}, file.where(line))
        else:
            for row in expanded(value, file.config.expand):
                record += 1
                if record > start.record:
                    yield Row(Raw(row, file.where(line)), Mark(record))
    yield Mark(record, file.size)


def _records(file: OpenFile, reader: _Reader) -> Iterator[tuple[int, dict[str, Any] | Finding | None]]:
    refused: Finding | None = None
    for text in _texts(file):
        refused = text if isinstance(text, Finding) else _feed(file, reader, text)
        yield from reader.found
        reader.found.clear()
        if refused:
            yield 0, refused
            return


def _feed(file: OpenFile, reader: _Reader, text: str) -> Finding | None:
    parser = reader.parser
    try:
        parser.Parse(text, not text)
        reader.check_progress(text)
    except _Refused as refused:
        return Finding(refused.code, "error", "", refused.params, file.where(refused.line))
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and parser.CurrentByteIndex <= 0:
            return Finding("TK-SRC-115", "warning", "", {}, file.where(1))
        return Finding("TK-SRC-109", "error", "", {"detail": expat.ErrorString(error.code)}, file.where(error.lineno))
    return None


def _texts(file: OpenFile) -> Iterator[str | Finding]:
    """The document as text, whatever encoding it declares; empty text at its end."""
    encoding = _encoding(file)
    try:
        decode = codecs.getincrementaldecoder(encoding)().decode
    except LookupError:
        yield Finding("TK-SRC-102", "error", "", {"encoding": encoding}, file.where(1))
        return
    file.handle.seek(0)
    left, skip_mark = file.size, True
    while left > 0:
        data = file.handle.read(min(CHUNK, left))
        left -= len(data) or left
        text, broken = decoded(decode, data, left <= 0)
        text, skip_mark = text.removeprefix("\ufeff") if skip_mark else text, False
        if text:
            yield text
        if broken:
            yield Finding("TK-SRC-102", "error", "", {"encoding": encoding, "detail": broken.reason}, file.where(1))
            return
    yield ""


def _encoding(file: OpenFile) -> str:
    if file.config.encoding != "auto":
        return file.config.encoding
    sample = sample_of(file)[:1024]
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    declared = _DECLARED.search(sample)
    name = declared[1].decode().lower() if declared else "utf-8"
    return "gb18030" if name in ("gb2312", "gbk", "cp936") else name


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _value(element: _Element) -> str | dict[str, Any]:
    text = "".join(element.text).strip()
    if not element.fields:
        return text
    return {**element.fields, "#text": text} if text else element.fields


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]
