"""What the store takes and gives: plain values.

A *reference* is a record id: > 0 is a stored record, < 0 the batch's (-1: its first), as in `pipeline.link.Edge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracekit.findings import Finding

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged
    from tracekit.pipeline.link import Edge

FilingState = Literal["draft", "pending", "approved", "returned", "suspended", "cancelled", "known"]
Direction = Literal["forward", "backward", "both"]
Level = Literal["day", "node", "kind"]


class Receipt(NamedTuple):
    """A receipt as it went out: `digest` is the records digest that it answers."""

    id: str
    package: str
    sender: str
    digest: str
    body: bytes
    received_at: int = 0


@dataclass
class Filing:
    """The filing of a subject, node, merchant, product, device or asset; `refs` are the numbers it is known by."""

    record_id: int
    kind: str
    applicant: str
    refs: tuple[str, ...]
    state: FilingState = "pending"
    reason: str = ""
    assigned_code: str = ""
    reviewer: str = ""
    seq: int = 0
    changed_at: int = 0


@dataclass
class Written:
    """One judged batch, to be stored in one transaction.

    `up` names, per peer above, the references of the records to forward; `healed` are stored records whose missing
    link has come; `cursor` is (source, text).
    """

    sender: str
    received_at: int
    judged: Sequence[Judged] = ()
    edges: Sequence[Edge] = ()
    healed: frozenset[int] | set[int] = frozenset()
    receipt: Receipt | None = None
    cursor: tuple[str, str] | None = None
    up: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])
    filings: Sequence[Filing] = ()


class Stored(NamedTuple):
    """A stored record: `body` and `aside` are the two parts of its canonical form (`pipeline.seal.join_body`)."""

    record_id: int
    origin: str
    kind: str
    key: str
    revision: int
    content_id: str
    sender: str
    receipt: str
    verdict: str
    current: bool
    received_at: int
    body: bytes
    aside: bytes


class Rollup(NamedTuple):
    """One row of counters; `by` holds the values of the asked grouping, in its order."""

    by: tuple[str | int, ...]
    total: int
    valid: int
    problem: int
    pending: int
    duplicate: int
    correction: int
    void: int
    backfilled: int
    broken: int
    lines: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """Count and digest of one day, node and kind (empty where the level is above)."""

    day: int
    node: str
    kind: str
    count: int
    digest: str


class StatementKey(NamedTuple):
    """One record of a statement."""

    record_id: int
    origin: str
    key: str
    revision: int
    content_id: str


class Outgoing(NamedTuple):
    """A batch on its way up; `header` is empty until it is sealed."""

    id: int
    peer: str
    package: str
    header: str
    record_ids: tuple[int, ...]
    state: str
    attempts: int
    next_at: int
    created_at: int
    last_error: str


class Refused(NamedTuple):
    """A record of the quarantine, as it came, with its reasons."""

    id: int
    kind: str
    origin: str
    key: str
    revision: int
    content_id: str
    sender: str
    receipt: str
    place: str
    state: str
    seen: int
    day: int
    node: str
    received_at: int
    findings: tuple[Finding, ...]
    body: bytes
    aside: bytes


class Vertex(NamedTuple):
    """An event of a chain; `depth` counts steps from the ref that was asked (backward negative)."""

    record_id: int
    kind: str
    origin: str
    key: str
    start: int
    end: int
    node: str
    region: str
    category: str
    broken: bool
    depth: int
    body: bytes
    aside: bytes


class ChainEdge(NamedTuple):
    """A stored edge between two vertices."""

    source: int
    target: int
    rung: str
    key: str
    confidence: float


@dataclass
class Chain:
    """What `trace` found; `truncated` if a limit stopped the walk before its end."""

    vertices: list[Vertex]
    edges: list[ChainEdge]
    truncated: bool


@dataclass
class Feedback:
    """Problem data found later, on its way to the responsible contact."""

    record_id: int
    sender: str
    origin: str
    kind: str
    key: str
    findings: tuple[Finding, ...]
    contact: str
    opened_at: int
    deadline: int
    state: Literal["open", "closed"] = "open"
    how: str = ""
    closed_at: int = 0
    id: int = 0
    seq: int = 0


@dataclass
class Daily:
    """What a node reports of its day: traded, nothing to report or closed, and the counts it believes it sent."""

    node: str
    day: int
    sender: str
    state: Literal["traded", "nothing", "closed"]
    believed: Mapping[str, int]
    queue: int
    last_error: str
    received_at: int


class DayCount(NamedTuple):
    """What a platform counted of a kind at a node on a day, where the records stay with that platform."""

    platform: str
    day: int
    node: str
    kind: str
    category: str
    region: str
    counts: Mapping[str, int]


class FiledRef(NamedTuple):
    """An entry of the subject index: a ref and the state of its filing."""

    ref: str
    state: str
    kind: str
    record_id: int
    seq: int


class Query(NamedTuple):
    """A logged query: who asked for what, under which case number, and how many records the answer had."""

    at: int
    who: str
    what: str
    refs: tuple[str, ...]
    purpose: str
    answered: int
    id: int = 0
    case: str = ""


class Quote(NamedTuple):
    """A stored measurement, such as a market's price list entry."""

    id: int
    origin: str
    key: str
    revision: int
    day: int
    node: str
    category: str
    body: bytes
    aside: bytes


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often a finding was made."""

    code: str
    level: str
    count: int


@dataclass
class Status:
    """What a store holds, for `tracekit status` and `/metrics`."""

    backend: str
    schema: str
    records: int
    counts: Mapping[str, int]
    receipts: int
    quarantine: Mapping[str, int]
    outbox: Mapping[str, Mapping[str, int]]
    filings: Mapping[str, int]
    feedback_open: int
    quotes: int
    cursors: Mapping[str, str]
