"""Batches out of a stream: so many rows, so many bytes, and never the end of a batch inside a group."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracekit.findings import Finding
from tracekit.sdk import Raw
from tracekit_files._stream import Mark, Row, Stream
from tracekit_files.config import FilesConfig


@dataclass
class Batch:
    """Rows read together, and the mark behind them."""

    rows: list[Raw] = field(default_factory=list[Raw])
    findings: list[Finding] = field(default_factory=list[Finding])
    mark: Mark | None = None


def cut(stream: Stream, config: FilesConfig, start: Mark) -> Iterator[Batch]:
    """Cut a stream into batches; the last one may hold findings only."""
    if config.group and config.group_window:
        stream = gather(stream, config.group, config.group_window, start)
    batch, begin = Batch(), start.offset
    for item in stream:
        if isinstance(item, Mark):
            batch.mark = item
        elif isinstance(item, Finding):
            batch.findings.append(item)
        else:
            full = len(batch.rows) >= config.batch_rows or (batch.mark and batch.mark.offset - begin > config.limits.batch_bytes)
            if full and config.group and batch.rows:
                full = key_of(item.raw, config.group) != key_of(batch.rows[-1], config.group)
            if full or len(batch.rows) >= config.batch_rows + config.limits.group_rows:
                yield batch
                begin = batch.mark.offset if batch.mark else begin
                batch = Batch(mark=batch.mark)
            batch.rows.append(item.raw)
            batch.mark = item.after
    if batch.rows or batch.findings or batch.mark:
        yield batch


def key_of(raw: Raw, columns: list[str]) -> tuple[object, ...]:
    """The group a row belongs to."""
    return tuple(raw.value.get(column) for column in columns)


def gather(stream: Stream, columns: list[str], window: int, start: Mark) -> Stream:
    """Bring rows of one group together that stand apart by no more than a window of rows."""
    waiting: deque[tuple[Row, Mark]] = deque()
    ahead, last, end = set(start.done), start, None
    for item in stream:
        if isinstance(item, Row):
            if item.after.record not in ahead:
                waiting.append((item, last))
            last = item.after
            if len(waiting) > window:
                yield from _take_group(waiting, columns, ahead, last)
        elif isinstance(item, Finding):
            yield item
        else:
            end = item
    while waiting:
        yield from _take_group(waiting, columns, ahead, last)
    if end is not None:
        yield end


def _take_group(waiting: deque[tuple[Row, Mark]], columns: list[str], ahead: set[int], last: Mark) -> Stream:
    key = key_of(waiting[0][0].raw, columns)
    taken = [row for row, _ in waiting if key_of(row.raw, columns) == key]
    rest = [pair for pair in waiting if key_of(pair[0].raw, columns) != key]
    waiting.clear()
    waiting.extend(rest)
    ahead.update(row.after.record for row in taken)
    mark = waiting[0][1] if waiting else last
    ahead.intersection_update([number for number in ahead if number > mark.record])
    mark = mark._replace(done=tuple(sorted(ahead)))
    for row in taken:
        yield Row(row.raw, mark)
