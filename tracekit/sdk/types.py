"""The values that hooks return, and what their functions receive."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from tracekit.findings import Finding

Record = dict[str, Any]
"""A record in wire form: a JSON tree (design section 5)."""


@dataclass(frozen=True)
class Category:
    """A product category and the folder of its tables (`kinds.csv`, `elements.csv`, `records/`, `codesets/` …)."""

    id: str
    name_zh: str
    name_en: str
    department: str
    specs: Path


class LinkKey(NamedTuple):
    """A key that an event offers downstream or seeks upstream; equal keys of both sides make an edge."""

    side: Literal["offer", "seek"]
    rung: str
    key: str
    line: int = 0


class LinkEntry(NamedTuple):
    """The other side's entry for a key: the stored record and its interval (epoch seconds)."""

    record_id: int
    key: str
    rung: str
    line: int
    start: int
    end: int


class MarkKey(NamedTuple):
    """A mark that a record sets on something (until a second, epoch), or that its rules read: a row of `marks.csv`."""

    side: Literal["set", "read"]
    mark: str
    key: str
    line: int = 0
    until: int = 0


class Mark(NamedTuple):
    """A mark that stands: who set it (a record id, or below 0 a record of the same batch), from when and until when."""

    record_id: int
    start: int
    until: int


class Move(NamedTuple):
    """What a record adds to a ledger or takes from it, in millionths of the unit at the end of the key."""

    ledger: str
    key: str
    line: int
    came: int
    went: int
    counted: int | None = None
    """What was counted of the ledger, where the record is a stock count: it moves nothing."""


class Balance(NamedTuple):
    """What came into a ledger and went out of it, in millionths."""

    came: int
    went: int


@dataclass
class Own:
    """What the tables say of the record that is being checked: its interval (epoch), what it reads, what it moves."""

    start: int = 0
    end: int = 0
    reads: Mapping[str, Sequence[MarkKey]] = field(default_factory=dict[str, Sequence["MarkKey"]])
    """By mark what its rules read, each key once."""
    moves: Sequence[Move] = ()


@dataclass
class Facts:
    """What a batch's rules may know of the world, fetched by one query per kind of key for the whole batch."""

    filed: dict[str, str] = field(default_factory=dict[str, str])
    """ref → filing state (`approved`, `pending`, `known` …) of the nodes, merchants, subjects named in the batch."""
    offers: dict[str, list[LinkEntry]] = field(default_factory=dict[str, list[LinkEntry]])
    """key → stored events that offer it."""
    seekers: dict[str, list[LinkEntry]] = field(default_factory=dict[str, list[LinkEntry]])
    """key → stored events that seek it."""
    business: dict[str, str] = field(default_factory=dict[str, str])
    """business key → origin that reported it first."""
    marks: dict[str, list[Mark]] = field(default_factory=dict[str, list[Mark]])
    """key → marks that other records set, those of the same batch before this one included."""
    balance: dict[str, Balance] = field(default_factory=dict[str, Balance])
    """key → what came and went by other records, those of the same batch before this one included."""
    own: Own = field(default_factory=Own)
    """The record that is being checked."""


@dataclass(frozen=True)
class Rule:
    """A check that tables cannot say: pure, `check(record, facts)` yields findings. Its row stands in `rules.csv`.

    Without `kinds` it holds for those whose record tables name its id.
    """

    id: str
    kinds: tuple[str, ...]
    check: Callable[[Record, Facts], Iterable[Finding]]
    needs: tuple[Literal["filed", "offers", "seekers", "business", "marks", "balance"], ...] = ()


@dataclass(frozen=True)
class LinkRule:
    """Keys that join events, where `links.csv` cannot say them: pure, `keys(record)` yields them."""

    id: str
    kinds: tuple[str, ...]
    keys: Callable[[Record], Iterable[LinkKey]]


class Raw(NamedTuple):
    """One record of a source as it came: a mapping of column or field to value, and where it stood."""

    value: Mapping[str, Any]
    where: str


@dataclass
class RawBatch:
    """Rows read together, what could not be read, and the cursor after them (opaque text, saved with the records)."""

    rows: list[Raw]
    cursor: str
    findings: list[Finding] = field(default_factory=list[Finding])


class SourceAdapter(Protocol):
    """A source system, opened with its configuration."""

    def fetch(self, cursor: str | None) -> Iterator[RawBatch]:
        """Read on from a cursor (None: from the start). Raises `SourceError` if the source cannot be read at all."""
        ...


@dataclass(frozen=True)
class Adapter:
    """A kind of source: `config` is a pydantic model class, `open(config, folder)` gives the adapter.

    `folder` is where relative paths of the configuration start.
    """

    id: str
    name_zh: str
    name_en: str
    config: type[Any]
    open: Callable[[Any, Path], SourceAdapter]


class Suite(Protocol):
    """A signature suite. Keys travel as PEM text; signatures as bytes."""

    id: str

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        ...

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        ...

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign a message."""
        ...

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message; never raises for bad input."""
        ...


@dataclass(frozen=True)
class Chain:
    """A synthetic chain of a category for the generator: `grow(world)` adds its records and their truth."""

    id: str
    category: str
    grow: Callable[[Any], None]
