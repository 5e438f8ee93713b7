"""The source: documents in a folder, in the order of their names, read on from a cursor.

A cursor says how many documents and events were read, with a digest of those documents. If they changed since
(a name slipped in before, a content differs), reading starts again: what was read before comes as duplicates.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tracekit.errors import SourceError
from tracekit.findings import Finding
from tracekit.sdk import RawBatch
from tracekit_epcis._document import Found, read_document
from tracekit_epcis.config import EpcisConfig

SUFFIXES = (".json", ".jsonld")


class Cursor(NamedTuple):
    """Documents read whole, events read of the next one, and the digest over all of them."""

    documents: int = 0
    events: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.documents}:{self.events}:{self.digest}"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read a cursor; one that is not ours means from the start."""
        parts = (text or "").split(":")
        if len(parts) != 3 or not (parts[0].isdigit() and parts[1].isdigit()):
            return cls()
        return cls(int(parts[0]), int(parts[1]), parts[2])


class EpcisAdapter:
    """Capture documents of a file, a folder or a pattern."""

    def __init__(self, config: EpcisConfig, folder: Path) -> None:
        self.config = config
        self.folder = folder

    def fetch(self, cursor: str | None) -> Iterator[RawBatch]:
        """Read on from a cursor; a batch never holds events of two documents.

        Raises:
            SourceError: there is no such file or folder, or it cannot be read.
        """
        files = self._files()
        start = Cursor.parse(cursor)
        sums = _Sums(self.config.max_bytes)
        if start != Cursor() and sums.over(files[: start.documents + bool(start.events)]) != start.digest:
            start, sums = Cursor(), _Sums(self.config.max_bytes)
        if not start.events:
            sums.over(files[: start.documents])
        for at, path in enumerate(files[start.documents :], start.documents):
            skip = start.events if at == start.documents else 0
            yield from self._read(path, at, skip, sums)

    def _files(self) -> list[Path]:
        given = self.folder / self.config.path
        try:
            if given.is_dir():
                return sorted(path for path in given.rglob("*") if path.suffix in SUFFIXES and path.is_file())
            found = [given] if given.is_file() else sorted(self.folder.glob(self.config.path))
        except (OSError, ValueError, NotImplementedError) as error:
            raise SourceError(f"{given}: {error}") from error
        if not found:
            raise SourceError(f"{given}: there is no such file or folder", params={"file": str(given)})
        return found

    def _read(self, path: Path, at: int, skip: int, sums: "_Sums") -> Iterator[RawBatch]:
        name = path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else path.name
        size = path.stat().st_size
        digest = sums.over([path]) if not skip else sums.current
        if size > self.config.max_bytes:
            found = iter([Found(None, [_too_large(name, size, self.config.max_bytes)])])
        else:
            found = read_document(_content(path), name, self.config)
        batch, count = RawBatch([], ""), 0
        for count, one in enumerate(found, 1):
            if count <= skip:
                continue
            batch.findings += one.findings
            if one.record:
                batch.rows.append(one.record)
            if (count - skip) % self.config.batch == 0:
                batch.cursor = str(Cursor(at, count, digest))
                yield batch
                batch = RawBatch([], "")
        batch.cursor = str(Cursor(at + 1, 0, digest))
        yield batch


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error}") from error


def _too_large(name: str, size: int, limit: int) -> Finding:
    return Finding("TK-EPCIS-002", params={"bytes": str(size), "limit": str(limit)}, where=name)


class _Sums:
    """A running digest over documents' names and contents; of one that is too large, over its size."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.current = ""

    def over(self, paths: list[Path]) -> str:
        for path in paths:
            size = path.stat().st_size
            content = _content(path) if size <= self.limit else str(size).encode()
            self.current = hashlib.sha256(f"{self.current}\n{path.name}\n".encode() + content).hexdigest()[:32]
        return self.current
