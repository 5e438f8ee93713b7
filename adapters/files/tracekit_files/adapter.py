"""The files adapter: files in the order of their names, each by its format, batch by batch, with a cursor."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tracekit.errors import SourceError
from tracekit.findings import Finding
from tracekit.sdk import RawBatch
from tracekit_files._batches import cut
from tracekit_files._csv import read_csv
from tracekit_files._cursor import Cursor, Head
from tracekit_files._json import read_json, read_jsonl
from tracekit_files._stream import Mark, OpenFile, Stream
from tracekit_files._xlsx import read_xlsx
from tracekit_files._xml import read_xml
from tracekit_files.config import FilesConfig

READERS: dict[str, Callable[[OpenFile, Mark], Stream]] = {
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "xlsx": read_xlsx,
    "xml": read_xml,
}
GROWING = frozenset({"csv", "jsonl"})
"""Formats that a writer appends to."""


class FilesAdapter:
    """Reads the files of a `FilesConfig`; relative paths start at `folder`."""

    def __init__(self, config: FilesConfig, folder: Path) -> None:
        self._config, self._folder = config, folder
        self.total_bytes = 0
        """Size of all files, known once `fetch` began."""
        self.read_bytes = 0
        """Bytes of the files that are read or passed over, for a progress bar."""

    def paths(self) -> list[Path]:
        """The files, in the order of their names."""
        found = {path for pattern in self._config.patterns for path in self._matching(pattern)}
        return sorted(found, key=lambda path: (path.name, str(path)))

    def fetch(self, cursor: str | None) -> Iterator[RawBatch]:
        """Read on from a cursor; what cannot be read is a finding and the next file follows.

        Raises:
            SourceError: no file is there, or the cursor is of another adapter.
        """
        paths = self.paths()
        if not paths:
            pattern = ", ".join(self._config.patterns)
            raise SourceError(f"no file at {pattern}", code="TK-SRC-001", params={"path": pattern})
        known, text = Cursor(cursor), cursor or ""
        sizes = {path: path.stat().st_size for path in paths}
        self.total_bytes, self.read_bytes = sum(sizes.values()), 0
        marks: dict[Path, tuple[Head, Mark]] = {}
        for path in paths:
            try:
                marks[path] = known.find(path, sizes[path], grows=self._config.format_of(path.name) in GROWING)
            except OSError as error:
                yield RawBatch([], text, [self._cannot_open(path, error)])
        known.heads(head for head, _ in marks.values())
        done: set[Head] = set()
        for path, (head, mark) in marks.items():
            whole = self._config.format_of(path.name) not in GROWING and mark.offset >= sizes[path] > 0
            if head not in done and not whole:
                for batch in self._read(path, sizes[path], (head, mark), known, text):
                    text = batch.cursor
                    yield batch
            done.add(head)
            self.read_bytes = sum(sizes[one] for one in paths[: paths.index(path) + 1])

    def _read(self, path: Path, size: int, place: tuple[Head, Mark], known: Cursor, text: str) -> Iterator[RawBatch]:
        head, start = place
        before = self.read_bytes
        try:
            handle = path.open("rb")
        except OSError as error:
            yield RawBatch([], text, [self._cannot_open(path, error)])
            return
        with handle:
            file = OpenFile(handle, self._name(path), size, self._config)
            stream = READERS[self._config.format_of(path.name)](file, start)
            for batch in cut(stream, self._config, start):
                if batch.mark is not None and (batch.rows or batch.mark != start):
                    text = known.text_with(head, batch.mark)
                    self.read_bytes = before + min(batch.mark.offset, size)
                elif not batch.findings:
                    continue
                yield RawBatch(batch.rows, text, batch.findings)

    def _matching(self, pattern: str) -> list[Path]:
        path = self._folder / pattern
        if path.is_file():
            return [path]
        root = Path(path.anchor) if Path(pattern).is_absolute() else self._folder
        relative = Path(pattern).relative_to(path.anchor) if Path(pattern).is_absolute() else Path(pattern)
        return [one for one in root.glob(str(relative)) if one.is_file()] if pattern else []

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix() if path.is_relative_to(self._folder) else path.name

    def _cannot_open(self, path: Path, error: OSError) -> Finding:
        return Finding("TK-SRC-119", "error", "", {"detail": error.strerror or str(error)}, self._name(path))
