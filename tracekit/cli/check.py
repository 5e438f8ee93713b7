"""`tracekit check`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.output import describe_finding, put, put_finding, put_json, say
from tracekit.errors import TracekitError
from tracekit.findings import Finding

if TYPE_CHECKING:
    from tracekit.registry import Registry

app = typer.Typer(rich_markup_mode=None)

_BATCH = 1000
_MAX_ARRAY = 64 * 1024 * 1024
_MAX_LINE = 1024 * 1024

Checked = tuple[str, str, list[Finding]]
"""Where it stands, the record's key, and its findings."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Records as a JSON array or JSON Lines, or a source's TOML.")],
    limit: Annotated[int, typer.Option(help="Show at most so many findings.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check records offline: what is wrong, where, by which clause, and what to do. Nothing is stored or sent."""
    from tracekit.findings import is_problem

    told: list[dict[str, Any]] = []
    counts = {"records": 0, "problem": 0, "findings": 0}
    for place, key, findings in _checked(file):
        counts["records"] += 1
        counts["problem"] += is_problem(findings)
        for finding in findings:
            counts["findings"] += 1
            if counts["findings"] > limit:
                continue
            if as_json:
                told.append({"record": key, **describe_finding(finding._replace(where=finding.where or place))})
            else:
                put_finding(finding._replace(where=finding.where or place), key)
    if as_json:
        put_json({**counts, "list": told})
    else:
        put(
            say(
                "共 {records} 条，问题 {problem} 条，检查结果 {findings} 项",
                "{records} records, {problem} with problems, {findings} findings",
            ).format(**counts)
        )
    raise typer.Exit(1 if counts["problem"] else 0)


def _checked(file: Path) -> Iterator[Checked]:
    from tracekit.loader import installed

    registry = installed()
    if file.suffix == ".toml":
        yield from _source(file, registry)
        return
    batch: list[tuple[str, Any]] = []
    for entry in _records(file):
        batch.append(entry)
        if len(batch) >= _BATCH:
            yield from _records_checked(batch, registry)
            batch = []
    yield from _records_checked(batch, registry)


def _records_checked(batch: list[tuple[str, Any]], registry: "Registry") -> Iterator[Checked]:
    import time

    from tracekit.dock.offline import check_sealed
    from tracekit.dock.sealing import time_text
    from tracekit.pipeline.intake import seal_flat

    now = time.time()
    sealed = seal_flat([record for _, record in batch], registry, b"check", time_text(now))
    for (place, record), findings in zip(batch, check_sealed(sealed, registry, now), strict=True):
        yield place, str(record.get("key", "")), findings


def _source(file: Path, registry: "Registry") -> Iterator[Checked]:
    from tracekit.platform.source_files import open_settings

    source = open_settings(file, registry.adapters, "check")
    for raw in source.adapter.fetch(None):
        mapped = source.to_records(raw)
        yield from ((finding.where, "", [finding]) for finding in raw.findings)
        yield from ((bad.where, "", bad.findings) for bad in mapped.bad)
        yield from _records_checked([(place, flat) for flat, place in mapped.records], registry)


def _records(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        with file.open("rb") as stream:
            head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
            stream.seek(0)
            yield from _array(file, stream.read(_MAX_ARRAY + 1)) if head.startswith(b"[") else _lines(file, stream)
    except OSError as error:
        raise _unreadable(file, str(error)) from error


def _array(file: Path, text: bytes) -> Iterator[tuple[str, Any]]:
    import orjson

    if len(text) > _MAX_ARRAY:
        raise _unreadable(file, f"above {_MAX_ARRAY} bytes: use JSON Lines")
    try:
        records = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise _unreadable(file, str(error)) from error
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise _unreadable(file, f"[{number}]: not an object")
        yield f"{file.name}[{number}]", record


def _lines(file: Path, stream: Any) -> Iterator[tuple[str, Any]]:
    import orjson

    number = 0
    while line := stream.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise _unreadable(file, f"line {number}: above {_MAX_LINE} bytes")
        if not line.strip(b"\xef\xbb\xbf \t\r\n"):
            continue
        try:
            record = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            raise _unreadable(file, f"line {number}: {error}") from error
        if not isinstance(record, dict):
            raise _unreadable(file, f"line {number}: not an object")
        yield f"{file.name}:{number}", record


def _unreadable(file: Path, reason: str) -> TracekitError:
    return TracekitError(f"{file}: {reason}", code="TK-CLI-003", params={"file": str(file), "reason": reason})
