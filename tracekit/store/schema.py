"""The tables, once: migrations, bulk writers and queries are made from these definitions.

Names that repeat in every record (origin, kind, node …) are small integers of the table `names`. Texts compare
by bytes on both back ends. Clustered tables (`WITHOUT ROWID` on SQLite) are those whose rows are small.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text, UniqueConstraint
from sqlalchemy.types import TypeEngine

REVISIONS = ("0001", "0002", "0003")
"""The known revisions, oldest first; this program reads and writes the last. A test compares them with the migrations."""

NAMING: Mapping[str, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
TEXT = Text().with_variant(Text(collation="C"), "postgresql")

COUNTS = ("total", "valid", "problem", "pending", "duplicate", "correction", "void", "backfilled", "broken", "lines")
"""The counters of a rollup cell, as `specs/national/v1/counters.csv` defines them."""

CELL = ("day", "node", "kind", "category", "region", "sender")
"""What a rollup cell is counted for."""


def _key(name: str, type_: TypeEngine[Any] = ROW_ID) -> Column[Any]:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _column(name: str, type_: TypeEngine[Any], default: str | None = None) -> Column[Any]:
    return Column(name, type_, nullable=False, server_default=default)


def _of(type_: TypeEngine[Any], names: str) -> list[Column[Any]]:
    return [_column(name, type_) for name in names.split()]


def _keys_of(type_: TypeEngine[Any], names: str) -> list[Column[Any]]:
    return [_key(name, type_) for name in names.split()]


def _clustered(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


names = Table(
    "names",
    metadata,
    _key("id", Integer()),
    *_of(TEXT, "space text"),
    UniqueConstraint("space", "text"),
)

records = Table(
    "records",
    metadata,
    _key("id"),
    *_of(BigInteger(), "replaces slot start_s end_s received_at"),
    *_of(Integer(), "receipt origin kind sender node region category up day revision lines"),
    *_of(SmallInteger(), "state action backfill broken"),
    _column("key", TEXT),
    Column("business_key", TEXT),
    *_of(LargeBinary(), "content_id identity body aside"),
    # the last defence of idempotence; slot is 0 for accepted records, so that refused ones may repeat
    Index("uq_records_identity", "origin", "kind", "key", "revision", "slot", unique=True),
    Index("ix_records_business_key", "business_key"),
    Index("ix_records_day_node_kind", "day", "node", "kind"),
)

items = _clustered(
    "items",
    _key("record_id"),
    _key("line", Integer()),
    Column("role", TEXT),
    *[Column(name, TEXT) for name in ("ref", "product", "value", "unit", "basis")],
)

link_keys = _clustered(
    "link_keys",
    _key("key", TEXT),
    _key("side", SmallInteger()),
    _key("record_id"),
    _key("line", Integer()),
    _key("rung", Integer()),
    *_of(BigInteger(), "start_s end_s"),
)

edges = _clustered(
    "edges",
    _key("from_id"),
    _key("to_id"),
    _key("rung", Integer()),
    _column("key", TEXT),
    _column("confidence", Float()),
    Index("ix_edges_to_id_from_id_rung", "to_id", "from_id", "rung"),
)

moves = _clustered("moves", _key("record_id"), _key("key", TEXT), *_of(BigInteger(), "came went"))
"""What a record added to a ledger or took from it, in millionths of the unit that ends the key."""

balances = _clustered("balances", _key("key", TEXT), *_of(BigInteger(), "came went"))
"""The sums of the moves of living records."""

findings = _clustered(
    "findings",
    _key("record_id"),
    _key("position", Integer()),
    _column("code", Integer()),
    *_of(TEXT, "level path params place"),
)

finding_counts = _clustered(
    "finding_counts",
    *_keys_of(Integer(), "day code node"),
    _key("level", TEXT),
    _column("count", BigInteger()),
)

quarantine = Table(
    "quarantine",
    metadata,
    _key("id"),
    *_of(BigInteger(), "received_at seen counted"),
    *_of(Integer(), "receipt sender origin kind node region category day revision lines backfill"),
    *_of(TEXT, "key action identity content_id findings place state"),
    *_of(LargeBinary(), "body aside"),
    UniqueConstraint("identity", "content_id"),
    Index("ix_quarantine_state_id", "state", "id"),
)

day_counts = _clustered(
    "day_counts",
    *_keys_of(Integer(), "platform day node kind category region"),
    *_of(Integer(), "sender told"),
    *_of(BigInteger(), " ".join(COUNTS)),
)
"""What a platform counted of records that stay there; `told` is the peer above that has it as it stands, 0 for none."""

rollups = _clustered("rollups", *_keys_of(Integer(), " ".join(CELL)), *_of(BigInteger(), " ".join(COUNTS)))

receipts = Table(
    "receipts",
    metadata,
    _key("seq", Integer()),
    *_of(TEXT, "id package sender digest"),
    _column("received_at", BigInteger()),
    *_of(LargeBinary(), "body sha256 chain"),
    UniqueConstraint("sender", "package"),
    UniqueConstraint("id"),
)

statements = _clustered(
    "statements",
    *_keys_of(Integer(), "link day node kind"),
    _column("count", BigInteger()),
    _column("digest", LargeBinary()),
)

outbox = Table(
    "outbox",
    metadata,
    _key("id"),
    *_of(TEXT, "peer package header record_ids state last_error"),
    *_of(BigInteger(), "records attempts next_at created_at"),
    Index("ix_outbox_state_peer_id", "state", "peer", "id"),
    Index("ix_outbox_package", "package"),
)

seals = Table("seals", metadata, _key("id"), *_of(LargeBinary(), "sha256 body"), UniqueConstraint("sha256"))

sealed_receipts = _clustered("sealed_receipts", _key("receipt", Integer()), _column("seal", BigInteger()))

sealed = _clustered("sealed", _key("record_id"), _column("seal", BigInteger()), _column("hops", TEXT))

cursors = Table("cursors", metadata, _key("source", TEXT), _column("text", TEXT))

filings = Table(
    "filings",
    metadata,
    _key("record_id"),
    *_of(BigInteger(), "seq changed_at"),
    *_of(TEXT, "kind applicant refs state reason assigned_code reviewer"),
    Index("ix_filings_applicant_seq", "applicant", "seq"),
    Index("ix_filings_state_seq", "state", "seq"),
)

filed = _clustered(
    "filed",
    _key("ref", TEXT),
    *_of(TEXT, "state kind"),
    *_of(BigInteger(), "record_id seq"),
    Index("ix_filed_seq_ref", "seq", "ref"),
)

feedback = Table(
    "feedback",
    metadata,
    _key("id"),
    *_of(BigInteger(), "record_id seq opened_at deadline closed_at"),
    *_of(TEXT, "sender origin kind key findings contact state how"),
    Index("ix_feedback_sender_seq", "sender", "seq"),
    Index("ix_feedback_state_deadline", "state", "deadline"),
)

daily = _clustered(
    "daily",
    _key("node", TEXT),
    _key("day", Integer()),
    *_of(TEXT, "sender state believed last_error"),
    *_of(BigInteger(), "queue received_at"),
)

quotes = Table(
    "quotes",
    metadata,
    _key("id"),
    *_of(BigInteger(), "received_at"),
    *_of(Integer(), "receipt origin kind day revision current"),
    *_of(TEXT, "key node category"),
    *_of(LargeBinary(), "content_id body aside"),
    UniqueConstraint("origin", "kind", "key", "revision"),
    Index("ix_quotes_day_node", "day", "node"),
)

query_log = Table(
    "query_log",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    _column("at", BigInteger()),
    *_of(TEXT, "who what refs purpose"),
    _column("answered", Integer()),
    Column("case_number", TEXT),
)
