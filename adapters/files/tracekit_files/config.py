"""Options of the files adapter, as they stand in `source.toml`."""

from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MIB = 1 << 20

Format = Literal["auto", "csv", "xlsx", "json", "jsonl", "xml"]

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "xml",
}
ENCODINGS = {
    "auto": "auto",
    "utf8": "utf-8",
    "utf8sig": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5": "big5",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
}


class Limits(BaseModel):
    """What one file may ask of the machine; above it the line, record or file is refused with its code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    line_bytes: int = Field(default=MIB, ge=1024)
    """One line, one quoted CSV record, one JSON or XML record."""
    batch_bytes: int = Field(default=8 * MIB, ge=1024)
    """A batch is closed early when its rows took so much of the file."""
    group_rows: int = Field(default=5000, ge=1)
    """Rows of one record."""
    depth: int = Field(default=64, ge=2)
    """Nesting of JSON and XML."""
    xlsx_bytes: int = Field(default=512 * MIB, ge=1024)
    """All parts of a workbook, decompressed."""
    xlsx_ratio: int = Field(default=200, ge=1)
    """Decompressed size of a part over its compressed size; parts under 1 MiB are not judged."""
    xlsx_strings: int = Field(default=128 * MIB, ge=1024)
    """The shared strings of a workbook, decompressed."""
    xlsx_cells: int = Field(default=20_000_000, ge=1)
    """Rows times columns of the used area of one sheet."""


class FilesConfig(BaseModel):
    """One set of files of one layout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | list[str]
    """Path or glob (`in/交易*.csv`), relative to the folder of the TOML; read in the order of their names."""
    format: Format = "auto"
    """`auto`: by the suffix of each file."""
    encoding: str = "auto"
    """`auto`: byte order mark, else UTF-8 if the beginning is, else GB18030."""
    delimiter: str = ""
    """One character; empty: found from the header line."""
    header: int = Field(default=1, ge=0)
    """Line (CSV) or row (XLSX) of the column names; 0: there is none, `names` gives them."""
    names: list[str] = []
    """Column names where the file has none."""
    sheet: str | list[str] = ""
    """Sheet or sheets of a workbook; empty: the first; `*`: all, in their order."""
    records: str = ""
    """JSON: dotted path of the list of records; empty: the document itself is the list."""
    row: str = ""
    """XML: the element that is a record, a name or a path (`交易清单/交易`)."""
    expand: str = ""
    """JSON, XML: a list inside the record whose entries become rows of their own, with the record's other fields."""
    ignore: list[str] = []
    """Rows whose first filled cell is one of these words (`合计`) are no records."""
    group: list[str] = []
    """Columns that make rows into one record: a batch never ends inside a group."""
    group_window: int = Field(default=0, ge=0, le=100_000)
    """Rows to look ahead for others of the same group; 0: they stand together."""
    tail: bool | None = None
    """The last line without its line end: `true` waits for the rest, `false` reads it; unset waits only if the file is growing."""
    batch_rows: int = Field(default=2000, ge=1, le=50_000)
    limits: Limits = Limits()

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        name = ENCODINGS.get(value.lower().replace("-", "").replace("_", ""))
        if name is None:
            raise ValueError(f"expected one of {', '.join(ENCODINGS)}")
        return name

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        value = {"\\t": "\t", "tab": "\t"}.get(value, value)
        if len(value) > 1 or value in ('"', "\n", "\r"):
            raise ValueError("expected one character, not a quote or line end")
        return value

    @property
    def patterns(self) -> tuple[str, ...]:
        """The paths or globs."""
        return (self.path,) if isinstance(self.path, str) else tuple(self.path)

    @property
    def columns_are(self) -> Literal["fixed", "free"]:
        """`fixed` if every file is a table with a header."""
        kinds = {self.format_of(pattern) for pattern in self.patterns}
        return "fixed" if kinds <= {"csv", "xlsx"} else "free"

    def format_of(self, name: str) -> Format:
        """The format of a file by its name, unless it is stated."""
        return self.format if self.format != "auto" else SUFFIXES.get(PurePath(name).suffix.lower(), "csv")
