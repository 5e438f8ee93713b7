"""Where the tables of the standard lie, and how one is read: CSV with a note of `#` lines on top."""

import csv
import hashlib
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tracekit.errors import SpecError

Row = dict[str, str]


@cache
def specs_root() -> Path:
    """The folder of the standard's tables: `specs/` of a checkout, else the copy inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "specs"
    return checkout if (checkout / "core" / "v1").is_dir() else package / "_specs"


def core_folder() -> Path:
    """The folder of the core's tables."""
    return specs_root() / "core" / "v1"


def table_text(path: Path) -> str:
    r"""A table's text with `\\n` line ends, without a byte order mark.

    Raises:
        SpecError: the file cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot be read as UTF-8: {error}", code="TK-SPEC-002", params={"file": str(path)}) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def table_note(path: Path) -> list[str]:
    """The `#` lines on top of a table: publisher, document, date, licence."""
    notes: list[str] = []
    for line in table_text(path).split("\n"):
        if not line.startswith("#"):
            break
        notes.append(line[1:].strip())
    return notes


def read_table(path: Path) -> list[Row]:
    """The rows of a table as mappings from column to stripped text; a missing cell is empty text.

    Raises:
        SpecError: unreadable, no header, a column twice, or a row longer than the header.
    """
    lines = table_text(path).split("\n")
    skipped = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(io.StringIO("\n".join(lines[skipped:])), strict=True)
    try:
        return _rows(path, reader, skipped)
    except csv.Error as error:
        raise _table_error(path, skipped + reader.line_num, str(error)) from error


def _rows(path: Path, reader: Iterable[list[str]], skipped: int) -> list[Row]:
    header: list[str] = []
    rows: list[Row] = []
    for number, cells in enumerate(reader, skipped + 1):
        if not any(cells):
            continue
        if not header:
            header = [cell.strip() for cell in cells]
            if len(set(header)) != len(header):
                raise _table_error(path, number, "a column stands twice")
        elif len(cells) > len(header):
            raise _table_error(path, number, f"{len(cells)} cells under {len(header)} columns")
        else:
            padded = [*cells, *[""] * (len(header) - len(cells))]
            rows.append({name: cell.strip() for name, cell in zip(header, padded, strict=True)})
    if not header:
        raise _table_error(path, skipped + 1, "no header line")
    return rows


def _table_error(path: Path, line: int, problem: str) -> SpecError:
    return SpecError(f"{path}:{line}: {problem}", code="TK-SPEC-003", params={"file": f"{path}:{line}", "problem": problem})


def read_optional(path: Path) -> list[Row]:
    """Like `read_table`, but no rows where there is no file."""
    return read_table(path) if path.is_file() else []


def tables_digest(folder: Path) -> str:
    """SHA-256 (hex) over the names and texts of all tables under a folder, the same for every line ending."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv"), key=lambda one: one.relative_to(folder).as_posix()):
        relative = path.relative_to(folder).as_posix()
        text = table_text(path).encode()
        digest.update(f"{relative}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()
