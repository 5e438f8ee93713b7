"""CSV: any delimiter, quotes, line ends inside quotes, and a way on after every broken line."""

import csv
from collections import Counter, deque
from collections.abc import Iterator

from tracekit.findings import Finding
from tracekit.sdk import Raw
from tracekit_files._lines import Decoder, Line, encoding_of, mark_after, read_lines, resumed, waits
from tracekit_files._stream import Mark, OpenFile, Problem, Row, Stream, excerpt, header_names, row_of

DELIMITERS = (",", "\t", ";", "|", "^", "，", "｜")
PREAMBLE = 100

csv.field_size_limit(1 << 30)  # our own limit is on the record's bytes


class _Pushback:
    """Lines with a way to put some back."""

    def __init__(self, lines: Iterator[Line | Finding]) -> None:
        self._lines = lines
        self._back: deque[Line | Finding] = deque()

    def __iter__(self) -> "_Pushback":
        return self

    def __next__(self) -> Line | Finding:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: list[Line | Finding]) -> None:
        self._back.extendleft(reversed(lines))


def read_csv(file: OpenFile, start: Mark) -> Stream:
    """Rows from a mark on; the header is read again first."""
    encoding, mark_length = encoding_of(file)
    utf16 = encoding.startswith("utf-16")
    decoder = Decoder("utf-8" if utf16 else encoding)
    begin = Mark(0, 0 if utf16 else mark_length, 0)
    header = _Header(file, decoder)
    lines = _Pushback(read_lines(file, begin, encoding))
    findings = header.read(lines)
    if not header.names:
        yield from findings
        return
    if start.record or start.line:
        lines = _Pushback(resumed(read_lines(file, start, encoding), start))
    else:
        yield from findings
        start = begin
    yield from _rows(file, header, decoder, lines, start)


class _Header:
    """The delimiter and the column names."""

    def __init__(self, file: OpenFile, decoder: Decoder) -> None:
        self._file, self._decoder = file, decoder
        self.delimiter = file.config.delimiter
        self.names: list[str] = []

    def read(self, lines: _Pushback) -> list[Finding]:
        """Read up to the header; findings if there is none, or names stand twice."""
        config, findings = self._file.config, list[Finding]()
        if not config.header:
            first = next((line for line in lines if isinstance(line, Line)), None)
            self.delimiter = self.delimiter or _sniff(self._decoder.text(first.content) or "" if first else "")
            lines.put_back([first] if first else [])
            self.names, findings = header_names(config.names, self._file, 0)
            return findings if first else [_empty(self._file)]
        for line in lines:
            if isinstance(line, Finding):
                findings.append(line)
            elif line.number >= config.header and line.content.strip():
                return findings + self._take(line, lines)
        return findings or [_empty(self._file)]

    def _take(self, line: Line, lines: _Pushback) -> list[Finding]:
        text = self._decoder.text(line.content)
        if text is None:
            code, params = self._decoder.problem(line.content)
            return [Finding(code, "error", "", params, self._file.where(line.number))]
        if "\0" in text:
            return [Finding("TK-SRC-117", "error", "", {"row": excerpt([text])}, self._file.where(line.number))]
        if not line.closed and waits(self._file):
            return [_waiting(self._file, line)]
        self.delimiter = self.delimiter or _sniff(text)
        cells, _ = _record(text, line, lines, self)
        self.names, findings = header_names(cells or [], self._file, line.number)
        return findings

    def decode(self, line: Line) -> str | None:
        """The text of a further line of a quoted record."""
        return self._decoder.text(line.content)

    @property
    def file(self) -> OpenFile:
        """The file that is read."""
        return self._file


def _rows(file: OpenFile, header: _Header, decoder: Decoder, lines: _Pushback, start: Mark) -> Stream:
    names, width, ignore = header.names, len(header.names), set(file.config.ignore)
    record, last = start.record, None
    for item in _cells(file, header, decoder, lines):
        if isinstance(item, Finding):
            yield item
            continue
        cells, where, last, problem = item
        if (ignore or not cells[0]) and _is_passed(cells, ignore):
            continue
        record += 1
        if len(cells) == width and not problem:
            yield Row(Raw(dict(zip(names, cells, strict=True)), where), mark_after(last, record))
            continue
        raw, finding = row_of(names, cells, where, problem)
        if finding:
            yield finding
        yield Row(raw, mark_after(last, record))
    if last is not None:
        yield mark_after(last, record)


def _cells(
    file: OpenFile, header: _Header, decoder: Decoder, lines: _Pushback
) -> Iterator[tuple[list[str], str, Line, Problem | None] | Finding]:
    """Cells of each record with its place, its last line, and what is wrong with it."""
    prefix, delimiter = f"{file.name}:", header.delimiter
    for line in lines:
        if isinstance(line, Finding):
            yield line
            continue
        text, last, problem = decoder.text(line.content), line, None
        if text is None:
            problem, text = decoder.problem(line.content), decoder.some_text(line.content)
            cells = text.split(delimiter)
        elif '"' in text:
            cells, last = _record(text, line, lines, header)
        else:
            cells = text.rstrip("\r").split(delimiter)
        if not last.closed and waits(file):
            yield _waiting(file, line)
            return
        if cells is None:
            problem, last, cells = ("TK-SRC-105", {"row": excerpt([text])}), line, text.rstrip("\r").split(delimiter)
        yield cells, f"{prefix}{line.number}", last, problem


def _is_passed(cells: list[str], words: set[str]) -> bool:
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return not first or first in words


def _record(text: str, line: Line, lines: _Pushback, header: _Header) -> tuple[list[str] | None, Line]:
    """Cells of a record with quotes, and its last line.

    No cells if the quotes do not close: then only this line is lost, the next ones are read again as lines of their own;
    the line returned is unfinished if it was the end of the file that came too early.
    """
    taken: list[Line | Finding] = []
    limit, at_end = header.file.config.limits.line_bytes, False

    def feed() -> Iterator[str]:
        nonlocal at_end
        size = len(line.content)
        yield text.rstrip("\r") + "\n"
        for more in lines:
            taken.append(more)
            size += len(more.content) if isinstance(more, Line) else limit
            following = header.decode(more) if isinstance(more, Line) else None
            if following is None or size > limit:
                return
            yield following.rstrip("\r") + "\n"
        at_end = True

    try:
        cells = next(csv.reader(feed(), delimiter=header.delimiter, strict=True))
    except csv.Error:
        lines.put_back(taken)
        return None, line._replace(closed=line.closed and not at_end)
    ends = [one for one in taken if isinstance(one, Line)]
    return cells, ends[-1] if ends else line


def _sniff(header: str) -> str:
    outside = "".join(header.split('"')[::2]) if header.count('"') % 2 == 0 else header
    counts = Counter(c for c in outside if c in DELIMITERS)
    return counts.most_common(1)[0][0] if counts else ","


def _empty(file: OpenFile) -> Finding:
    return Finding("TK-SRC-115", "warning", "", {}, file.where(1))


def _waiting(file: OpenFile, line: Line) -> Finding:
    return Finding("TK-SRC-116", "info", "", {}, file.where(line.number))
