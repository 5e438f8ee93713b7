"""All the I/O: text into raw rows, batch by batch, with a cursor."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tracekit.errors import SourceError
from tracekit.sdk import Raw, RawBatch
from tracekit_template.config import TemplateConfig


class TemplateAdapter:
    """Reads the file of a `TemplateConfig`; the cursor is the number of records read."""

    def __init__(self, config: TemplateConfig, folder: Path) -> None:
        self._config, self._path = config, folder / config.path

    def fetch(self, cursor: str | None) -> Iterator[RawBatch]:
        """Read on from a cursor.

        Raises:
            SourceError: the file is not there.
        """
        if not self._path.is_file():
            raise SourceError(f"no file at {self._path}", code="TK-SRC-001", params={"path": str(self._path)})
        done = int(cursor or 0)
        rows = islice(self._rows(), done, None)
        while batch := list(islice(rows, self._config.batch_rows)):
            done += len(batch)
            yield RawBatch(batch, str(done))

    def _rows(self) -> Iterator[Raw]:
        value: dict[str, str] = {}
        with self._path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                name, found, content = line.rstrip("\n").partition("=")
                if found:
                    value[name] = content
                elif value:
                    yield Raw(value, f"{self._config.path}:{number - len(value)}")
                    value = {}
        if value:
            yield Raw(value, f"{self._config.path}:end")
