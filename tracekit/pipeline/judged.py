"""What checking works with: a record with its findings and verdict, the facts a batch wants, and the batch's outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tracekit.findings import Finding
from tracekit.pipeline.link import Edge
from tracekit.pipeline.refs import Goods
from tracekit.pipeline.seal import join_body
from tracekit.sdk import LinkKey, MarkKey, Move, Record

Verdict = Literal["accepted", "problem", "duplicate", "pending"]
Identity = tuple[str, str, str]
"""Origin, kind and key."""


class Known(NamedTuple):
    """An accepted (or pending) version of an identity that the store holds."""

    record_id: int
    revision: int
    content_id: str
    receipt: str
    current: bool
    verdict: str


@dataclass(slots=True)
class Judged:
    """A record on its way into the store, with all that was found out about it."""

    tree: Record | None
    """Asked for as `record`; a reading process sends only the bytes."""
    kind: str
    origin: str
    key: str
    revision: int
    action: str
    body: bytes
    aside: bytes
    content_id: str
    identity: bytes
    findings: list[Finding]
    refs: Sequence[str] = ()
    party: str = ""
    filed: Sequence[str] = ()
    named: Sequence[str] = ()
    goods: Sequence[Goods] = ()
    day: int = 0
    start: int = 0
    end: int = 0
    node: str = ""
    region: str = ""
    category: str = ""
    business_key: str = ""
    backfill: bool = False
    measurement: bool = False
    filing: bool = False
    lines: int = 0
    keys: list[LinkKey] = field(default_factory=list[LinkKey])
    marks: Sequence[MarkKey] = ()
    moves: Sequence[Move] = ()
    verdict: Verdict = "accepted"
    first_receipt: str = ""
    replaces: int = 0
    broken: bool = False

    @property
    def record(self) -> Record:
        """The wire record."""
        if self.tree is None:
            self.tree = join_body(self.body, self.aside)
        return self.tree


@dataclass
class Wanted:
    """The facts a batch needs: sets of refs and keys, fetched by one query each."""

    identities: set[Identity] = field(default_factory=set[Identity])
    filed: set[str] = field(default_factory=set[str])
    business: set[str] = field(default_factory=set[str])
    offers: set[str] = field(default_factory=set[str])
    seekers: set[str] = field(default_factory=set[str])
    marks: set[str] = field(default_factory=set[str])
    balance: set[str] = field(default_factory=set[str])


@dataclass
class Outcome:
    """A judged batch: the records, the edges among them and to stored ones, and stored records no longer broken."""

    judged: list[Judged]
    edges: list[Edge] = field(default_factory=list[Edge])
    healed: set[int] = field(default_factory=set[int])
