"""The rows of a mapping table: `target,source,transform,args,default,note`, read and checked one by one."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from tracekit.errors import MappingError

COLUMNS = ("target", "source", "transform", "args", "default", "note")
STEP_MARK = ">"

_STEPS = re.compile(rf"(?:^|\s+){STEP_MARK}(?:\s+|$)")
_ARGUMENTS = re.compile(r"(?<!\\);")


class Column(NamedTuple):
    """A column of the source; an optional one (`单价?`) may be missing from the file."""

    name: str
    optional: bool = False


@dataclass
class Args:
    """Arguments of one transform (`kg; places=2; sep=" "`); what nobody takes is an error."""

    positional: list[str] = field(default_factory=list[str])
    named: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, name: str, default: str = "") -> str:
        """The named argument, or the first positional one if `name` is absent, and forget it."""
        return self.named.pop(name, default)

    def first(self, name: str, default: str = "") -> str:
        """The named argument, else the next positional one."""
        if name in self.named:
            return self.named.pop(name)
        return self.positional.pop(0) if self.positional else default

    def rest(self) -> dict[str, str]:
        """All named arguments left, and forget them."""
        left, self.named = self.named, {}
        return left


class Field(NamedTuple):
    """One row of the table: how one element is made."""

    target: str
    columns: tuple[Column, ...]
    steps: tuple[str, ...]
    args: tuple[str, ...]
    default: str
    row: int

    @property
    def place(self) -> str:
        """Where messages say the row stands."""
        return f"mapping:{self.row}:{self.target}"


def read_mapping(content: bytes) -> list[dict[str, str]]:
    """The rows of a `mapping.csv` (UTF-8); lines that start with `#` are notes."""
    lines = [line for line in io.StringIO(content.decode("utf-8-sig"), newline="") if not line.startswith("#")]
    return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(lines) if any(row.values())]


def read_fields(table: Iterable[Mapping[str, str]], transforms: Iterable[str]) -> list[Field]:
    """Check the rows' columns and transforms; rows are numbered as a reader of the CSV sees them (header is 1).

    Raises:
        MappingError: naming row, target and what was expected.
    """
    known = tuple(transforms)
    return [_read_field(number, row, known) for number, row in enumerate(table, start=2) if any(row.values())]


def parse_args(text: str) -> Args:
    """Split `a; b=c; d=" "` into positional and named arguments."""
    args = Args()
    for part in (one.strip().replace("\\;", ";") for one in _ARGUMENTS.split(text)):
        name, found, value = part.partition("=")
        if found and name.strip():
            args.named[name.strip()] = _unquoted(value)
        elif part:
            args.positional.append(_unquoted(part))
    return args


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to one that is not known, or empty text."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def fail(code: str, place: str, value: str, known: Sequence[str] = (), **more: str) -> NoReturn:
    """Raise a `MappingError` that names the place, the value, and what it may have meant."""
    hint = nearest(value, known)
    params = {"place": place, "value": value, "nearest": hint, "known": " ".join(known), **more}
    detail = f"{place}: {value!r}" + (f", nearest is {hint!r}" if hint else "") + (f" ({more['detail']})" if "detail" in more else "")
    raise MappingError(detail, code=code, params={k: v for k, v in params.items() if v})


def _read_field(number: int, row: Mapping[str, str], known: tuple[str, ...]) -> Field:
    cells = {name: (value or "").strip() for name, value in row.items() if name}
    for name in cells:
        if name not in COLUMNS:
            fail("TK-MAP-002", f"mapping:{number}", name, COLUMNS)
    target = cells.get("target", "")
    place = f"mapping:{number}:{target}"
    steps = tuple(step.strip() for step in (cells.get("transform") or "copy").split(STEP_MARK))
    for step in steps:
        if step not in known:
            fail("TK-MAP-003", place, step, known)
    args = cells.get("args", "")
    parts = tuple(part.strip() for part in _STEPS.split(args)) if len(steps) > 1 else (args,)
    if len(parts) > len(steps):
        fail("TK-MAP-004", place, args, detail=f"{len(parts)} groups of arguments for {len(steps)} transforms")
    columns = tuple(_column(name) for name in cells.get("source", "").split("|") if name.strip())
    return Field(target, columns, steps, parts + ("",) * (len(steps) - len(parts)), cells.get("default", ""), number)


def _column(text: str) -> Column:
    name = text.strip()
    return Column(name[:-1].strip(), True) if name.endswith("?") else Column(name)


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value
