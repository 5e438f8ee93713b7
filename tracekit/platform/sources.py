"""The platform's own sources: read from where they were left, mapped, sealed, and let in by the same reception."""

import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import orjson

from tracekit.config import SourceSection
from tracekit.findings import Finding, is_problem
from tracekit.ids import canonical, sha256_hex
from tracekit.loader import load as load_registry
from tracekit.mapping import BadRow
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.judged import Judged
from tracekit.pipeline.times import wire_time
from tracekit.platform.ahead import Task, clock_ahead, read_ahead
from tracekit.platform.memory import resting_collector
from tracekit.platform.office import Clock, Office
from tracekit.platform.reception import Reception, annotate
from tracekit.platform.setup import load as load_setup
from tracekit.platform.source_files import OpenedSource, open_settings
from tracekit.platform.supplied import with_supplied
from tracekit.registry import Registry
from tracekit.sdk import RawBatch, Record

BATCH = 2000
"""Records that are let in together; a source's own batch is never cut, because its cursor stands at its end."""


@dataclass
class Batch:
    """Records of a source ready for the reception, with what the mapping said of each and where each stood."""

    records: list[Record] = field(default_factory=list[Record])
    places: list[str] = field(default_factory=list[str])
    findings: list[Sequence[Finding]] = field(default_factory=list[Sequence[Finding]])
    cursor: str = ""
    sealed_here: bool = True
    """All group digests in it were made by us."""

    def add(self, record: Record, place: str, findings: Sequence[Finding] = ()) -> None:
        """Add one record."""
        self.records.append(record)
        self.places.append(place)
        self.findings.append(findings)


class Prepared(NamedTuple):
    """A batch checked record by record, the cursor behind it, and the number of rows it was made from."""

    judged: list[Judged]
    cursor: str
    rows: int


class Reader(NamedTuple):
    """What reading needs of a platform: no store."""

    checks: Checks
    secret: bytes
    clock: Clock

    def now(self) -> int:
        """Epoch seconds of the clock."""
        return int(self.clock().timestamp())


@dataclass
class SourceCounts:
    """What a run of one source came to."""

    source: str
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    receipts: list[str] = field(default_factory=list[str])
    worst: dict[str, int] = field(default_factory=dict[str, int])

    def count(self, rows: int, findings: Sequence[Sequence[Finding]]) -> None:
        """Count records that were only checked."""
        self.rows += rows
        problems = sum(is_problem(list(found)) for found in findings)
        for name, more in {"total": len(findings), "problem": problems, "valid": len(findings) - problems}.items():
            self.counts[name] = self.counts.get(name, 0) + more
        for finding in (one for found in findings for one in found):
            self.worst[finding.code] = self.worst.get(finding.code, 0) + 1

    def add(self, rows: int, receipt: dict[str, Any]) -> None:
        """Count one receipt."""
        self.rows += rows
        self.receipts.append(receipt["id"])
        for name, count in receipt["counts"].items():
            self.counts[name] = self.counts.get(name, 0) + count
        for result in receipt["results"]:
            for finding in result.get("findings", ()):
                self.worst[finding["code"]] = self.worst.get(finding["code"], 0) + 1


def open_configured(office: Office, section: SourceSection) -> OpenedSource:
    """Open a source of the configuration.

    Raises:
        ConfigError, MappingError, SourceError: what is wrong with it.
    """
    return open_settings(office.setup.folder / section.settings, office.registry.adapters, office.code)


def run_source(
    office: Office,
    reception: Reception,
    section: SourceSection,
    progress: Callable[[int], None] = lambda _rows: None,
    *,
    stop: Callable[[], bool] = lambda: False,
    processes: int = 1,
    registry: Callable[[], Registry] | None = None,
) -> SourceCounts:
    """Read a source from its cursor to its end; the cursor is saved in the transaction that stores the records.

    Args:
        processes: with 2, a process of its own reads, maps and checks, while this one judges and stores.
        registry: makes the registry in that process; without it, what is installed.
    """
    done = SourceCounts(section.name)
    name = f"source:{section.name}"
    cursor = office.store.cursor(name)
    if processes > 1:
        opened = registry or partial(load_registry, tuple(office.setup.config.plugins.required))
        read = read_ahead(Task(office.setup.file, section, cursor, office.clock() - datetime.now(UTC), opened))
    else:
        read = prepared_batches(reader_of(office), open_configured(office, section), cursor)
    with closing(read), resting_collector() as rest:
        for judged, after, rows in read:
            receipt = reception.take_checked(judged, uuid.uuid4().hex, (name, after))
            done.add(rows, orjson.loads(receipt))
            progress(rows)
            del judged
            rest()
            if stop():
                break
    return done


def reader_of(office: Office) -> Reader:
    """What reading needs of an office."""
    return Reader(office.checks, office.setup.keys.origin_secret, office.clock)


def reader_of_task(task: Task) -> tuple[Reader, OpenedSource]:
    """What reading needs, opened in a process of its own."""
    setup = load_setup(task.file)
    registry = with_supplied(task.registry(), setup.config, setup.folder)
    reader = Reader(Checks(registry), setup.keys.origin_secret, clock_ahead(task.ahead))
    return reader, open_settings(setup.folder / task.section.settings, registry.adapters, setup.code)


def prepared_batches(reader: Reader, source: OpenedSource, cursor: str | None) -> Generator[Prepared]:
    """Read, map, seal and check: batches of judged records, without verdicts yet."""
    for batch, rows in batches(reader, source, cursor):
        judged = reader.checks.prepare(batch.records, reader.now(), sealed_here=batch.sealed_here)
        annotate(judged, batch.places, batch.findings)
        prepared = [Prepared(judged, batch.cursor, rows)]
        # one batch alive at a time: a generator must not hold what it gave
        del batch, judged
        yield prepared.pop()


def dry_run_source(
    office: Office,
    section: SourceSection,
    progress: Callable[[int], None] = lambda _rows: None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> SourceCounts:
    """Read and check a source from its cursor to its end; nothing is stored, so what only the store knows is not found."""
    done = SourceCounts(section.name)
    source = open_configured(office, section)
    for batch, rows in batches(reader_of(office), source, office.store.cursor(f"source:{section.name}")):
        done.count(rows, judge_alone(office, batch))
        progress(rows)
        if stop():
            break
    return done


def judge_alone(office: Office, batch: Batch) -> list[list[Finding]]:
    """The findings of a batch without any fact of the store."""
    from tracekit.dock.offline import check_sealed

    checked = check_sealed(batch.records, office.registry, office.now())
    return [list(mapped) if is_problem(list(mapped)) else [*found, *mapped] for found, mapped in zip(checked, batch.findings, strict=True)]


def batches(reader: Reader, source: OpenedSource, cursor: str | None) -> Iterator[tuple[Batch, int]]:
    """Mapped and sealed batches of about `BATCH` records, each with the number of rows it was made from."""
    batch, rows = Batch(), 0
    for raw in source.adapter.fetch(cursor):
        rows += len(raw.rows)
        _map(reader, source, raw, batch)
        batch.cursor = raw.cursor
        if len(batch.records) >= BATCH:
            full = [(batch, rows)]
            batch, rows = Batch(), 0
            yield full.pop()
    if batch.cursor:
        yield batch, rows


def _map(reader: Reader, source: OpenedSource, raw: RawBatch, batch: Batch) -> None:
    mapped = source.to_records(raw)
    now = wire_time(reader.clock())
    flats = [flat for flat, _ in mapped.records]
    batch.sealed_here = batch.sealed_here and not any("groups" in flat for flat in flats)
    sealed = seal_flat(flats, reader.checks.registry, reader.secret, now)
    for record, (_, place) in zip(sealed, mapped.records, strict=True):
        batch.add(record, place)
    for bad in mapped.bad:
        batch.add(_unmapped(source, bad, now), bad.where, bad.findings)
    for finding in raw.findings:
        if finding.level == "error":
            batch.add(_unmapped(source, BadRow((), finding.where, [finding]), now), finding.where, [finding])


def _unmapped(source: OpenedSource, bad: BadRow, now: str) -> Record:
    """What could not become a record is refused like any other: as it came, with what the source says of all its rows."""
    rows = [{str(column): _plain(cell) for column, cell in value.items()} for value, _ in bad.rows]
    kept = {"source_rows": rows}
    return {
        **source.shared,
        "key": bad.where[:128] or "?",
        "time": now[:10],
        # rows may hold prices and persons, so they stand where nothing shows or forwards them unasked
        "source_digest": sha256_hex(canonical(kept)),
        "internal": {"values": kept},
    }


def _plain(cell: Any) -> Any:
    return cell if isinstance(cell, str | int | bool) or cell is None else str(cell)
