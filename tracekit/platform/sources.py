"""The platform's own sources: read from where they were left, mapped, sealed, and let in by the same reception."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracekit.config import SourceSection
from tracekit.dock.offline import check_sealed
from tracekit.findings import Finding, is_problem
from tracekit.ids import canonical, sha256_hex
from tracekit.mapping import BadRow
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.times import wire_time
from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.platform.source_files import OpenedSource, open_settings
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

    def add(self, record: Record, place: str, findings: Sequence[Finding] = ()) -> None:
        """Add one record."""
        self.records.append(record)
        self.places.append(place)
        self.findings.append(findings)


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
) -> SourceCounts:
    """Read a source from its cursor to its end; the cursor is saved in the transaction that stores the records."""
    done = SourceCounts(section.name)
    source = open_configured(office, section)
    name = f"source:{section.name}"
    for batch, rows in batches(office, source, office.store.cursor(name)):
        receipt = reception.take_in(
            batch.records, uuid.uuid4().hex, cursor=(name, batch.cursor), places=batch.places, findings=batch.findings
        )
        done.add(rows, orjson.loads(receipt))
        progress(rows)
        if stop():
            break
    return done


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
    for batch, rows in batches(office, source, office.store.cursor(f"source:{section.name}")):
        done.count(rows, judge_alone(office, batch))
        progress(rows)
        if stop():
            break
    return done


def judge_alone(office: Office, batch: Batch) -> list[list[Finding]]:
    """The findings of a batch without any fact of the store."""
    checked = check_sealed(batch.records, office.registry, office.now())
    return [list(mapped) if is_problem(list(mapped)) else [*found, *mapped] for found, mapped in zip(checked, batch.findings, strict=True)]


def batches(office: Office, source: OpenedSource, cursor: str | None) -> Iterator[tuple[Batch, int]]:
    """Mapped and sealed batches of about `BATCH` records, each with the number of rows it was made from."""
    batch, rows = Batch(), 0
    for raw in source.adapter.fetch(cursor):
        rows += len(raw.rows)
        _map(office, source, raw, batch)
        batch.cursor = raw.cursor
        if len(batch.records) >= BATCH:
            yield batch, rows
            batch, rows = Batch(), 0
    if batch.cursor:
        yield batch, rows


def _map(office: Office, source: OpenedSource, raw: RawBatch, batch: Batch) -> None:
    mapped = source.to_records(raw)
    now = wire_time(office.clock())
    flats = [flat for flat, _ in mapped.records]
    sealed = seal_flat(flats, office.registry, office.setup.keys.origin_secret, now)
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
