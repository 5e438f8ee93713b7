"""A set of tables as objects: kinds with their fields, elements, code sets, conditions, link and forward rows.

A plugin's folder is laid over the core: `load_set(folder, base=core_set())`. What the base has stays, rows add to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tracekit.errors import SpecError
from tracekit.spec.joining import BalanceRow, LinkRow, MarkRow
from tracekit.spec.tables import Row, core_folder, specs_root

MANY = 1_000_000
EVENT_PARTS = {"": "event", "items": "item", "documents": "document", "measurements": "measurement"}


class Code(NamedTuple):
    """One code of a code set; empty dates mean always."""

    code: str
    name_zh: str
    name_en: str
    valid_from: str
    valid_to: str
    row: Row


@dataclass(frozen=True)
class Codeset:
    """A code set: its codes by code, and those that are valid on every date."""

    id: str
    codes: Mapping[str, Code]
    timeless: frozenset[str]


class Element(NamedTuple):
    """A data element: one row of `elements.csv`."""

    id: str
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    datatype: str
    format: str
    max_length: int
    unit: str
    codeset: str
    schemes: tuple[str, ...]
    sensitivity: str
    source: str
    grade: str


class Condition(NamedTuple):
    """A condition that tables can say: `test` at `path` with `value`, if `when_test` holds at `when_path`.

    An empty `level` is the test's own: a ratio warns, all others refuse.
    """

    id: str
    code: str
    when_path: str
    when_test: str
    when_value: str
    test: str
    path: str
    value: str
    note: str
    level: str = ""


@dataclass(frozen=True)
class Field:
    """An element at its place in a kind: obligation, occurrences, conditions, and its own fields if it is an object."""

    path: str
    name: str
    element: Element
    obligation: str
    low: int
    high: int
    many: bool
    conditions: tuple[str, ...]
    note: str
    envelope: bool
    children: "tuple[Field, ...]" = ()

    @property
    def group(self) -> str:
        """The group that holds it on the wire, empty for a public element."""
        return "" if self.element.sensitivity == "public" else self.element.sensitivity

    @property
    def due(self) -> bool:
        """Whether it must stand in flat form: mandatory, or an `extension` with a mandatory element, even a sensitive one."""
        return self.obligation == "M" or (self.element.id == "extension" and any(one.obligation == "M" for one in self.children))

    def walk(self) -> "Iterator[Field]":
        """This field and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class Occurrence(NamedTuple):
    """How often a list must hold entries of one sort: `documents:<type>[@direction]` or `items@<role>`."""

    path: str
    where: tuple[tuple[str, str], ...]
    low: int
    high: int
    label: str


@dataclass(frozen=True)
class Kind:
    """A kind of record with everything that its tables say."""

    id: str
    record_type: str
    shape: str
    name_zh: str
    name_en: str
    business_key: tuple[str, ...]
    window_hours: int
    grade: str
    source: str
    top: tuple[Field, ...]
    occurrences: tuple[Occurrence, ...]
    conditions: tuple[Condition, ...]
    rules: tuple[str, ...]
    codesets: Mapping[str, Codeset]
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    sensitive: Mapping[str, str] = field(default_factory=dict[str, str])
    department: str = ""
    """The competent department (`department.csv`) where it is not the category's."""

    @property
    def docked(self) -> bool:
        """False for measurements: they are kept for analysis and never travel up."""
        return self.record_type != "measurement"


class ForwardRow(NamedTuple):
    """Whether a group (or the `record` itself) of a kind goes up to a level; `*` stands for all."""

    kind: str
    group: str
    to_level: str
    forward: bool


@dataclass(frozen=True)
class SpecSet:
    """All tables of a folder laid over its base; `hash` covers the table texts of both."""

    folder: Path
    kinds: Mapping[str, Kind]
    own_kinds: tuple[str, ...]
    elements: Mapping[str, Element]
    codesets: Mapping[str, Codeset]
    conditions: Mapping[str, Condition]
    links: tuple[LinkRow, ...]
    forward: tuple[ForwardRow, ...]
    records: Mapping[str, tuple[Row, ...]]
    hash: str
    marks: tuple[MarkRow, ...] = ()
    balance: tuple[BalanceRow, ...] = ()

    def kind(self, kind_id: str) -> Kind:
        """The kind of that id.

        Raises:
            SpecError: there is none; the message lists the known ones.
        """
        found = self.kinds.get(kind_id)
        if found is None:
            known = ", ".join(sorted(self.kinds))
            raise SpecError(
                f"no kind named {kind_id!r}; known: {known}",
                code="TK-SPEC-005",
                params={"what": "kind", "id": kind_id, "known": known},
            )
        return found


def load_set(folder: Path, base: SpecSet | None = None) -> SpecSet:
    """Read a folder of tables, laid over a base set.

    Raises:
        SpecError: a table is malformed or names something that does not exist; file and row are named.
    """
    from tracekit.spec import reading  # the reader builds these classes, so it is imported late

    national = specs_root() / "national" / "v1" if base is None and folder == core_folder() else None
    return reading.read_set(folder, base, forward_folder=national)


@cache
def core_set() -> SpecSet:
    """The core's set with the forward table of the national interface, read once."""
    return load_set(core_folder())
