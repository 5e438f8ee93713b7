"""The first schema. A released migration is never edited: later ones change what it made."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_REFUSE_SQLITE = """
CREATE TRIGGER receipts_no_{what} BEFORE {what} ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END
"""
_REFUSE_FUNCTION = """
CREATE FUNCTION receipts_refuse() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''receipts are append-only''; END'
"""
_REFUSE_POSTGRES = "CREATE TRIGGER receipts_no_{what} BEFORE {what} ON receipts EXECUTE FUNCTION receipts_refuse()"


def upgrade() -> None:
    """Create all tables; receipts can only be appended to."""
    for create in (_accepting, _counting, _answering, _reviewing):
        create()
    _guard_receipts()


def _column(name: str, type_: TypeEngine[Any], *, autoincrement: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, autoincrement=autoincrement)


def _guard_receipts() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(_REFUSE_SQLITE.format(what=what))
    else:
        op.execute(_REFUSE_FUNCTION)
        for what in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(_REFUSE_POSTGRES.format(what=what))


def _accepting() -> None:
    op.create_table(
        "names",
        _column("id", sa.Integer()),
        _column("space", TEXT),
        _column("text", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_names"),
        sa.UniqueConstraint("space", "text", name="uq_names_space_text"),
    )
    op.create_table(
        "records",
        _column("id", ID),
        _column("replaces", sa.BigInteger()),
        _column("slot", sa.BigInteger()),
        _column("start_s", sa.BigInteger()),
        _column("end_s", sa.BigInteger()),
        _column("received_at", sa.BigInteger()),
        _column("receipt", sa.Integer()),
        _column("origin", sa.Integer()),
        _column("kind", sa.Integer()),
        _column("sender", sa.Integer()),
        _column("node", sa.Integer()),
        _column("region", sa.Integer()),
        _column("category", sa.Integer()),
        _column("up", sa.Integer()),
        _column("day", sa.Integer()),
        _column("revision", sa.Integer()),
        _column("lines", sa.Integer()),
        _column("state", sa.SmallInteger()),
        _column("action", sa.SmallInteger()),
        _column("backfill", sa.SmallInteger()),
        _column("broken", sa.SmallInteger()),
        _column("key", TEXT),
        sa.Column("business_key", TEXT, nullable=True),
        _column("content_id", sa.LargeBinary()),
        _column("identity", sa.LargeBinary()),
        _column("body", sa.LargeBinary()),
        _column("aside", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
    )
    op.create_index("ix_records_business_key", "records", ["business_key"], unique=False)
    op.create_index("ix_records_day_node_kind", "records", ["day", "node", "kind"], unique=False)
    op.create_index("uq_records_identity", "records", ["origin", "kind", "key", "revision", "slot"], unique=True)
    op.create_table(
        "items",
        _column("record_id", ID),
        _column("line", sa.Integer()),
        sa.Column("role", TEXT, nullable=True),
        sa.Column("ref", TEXT, nullable=True),
        sa.Column("product", TEXT, nullable=True),
        sa.Column("value", TEXT, nullable=True),
        sa.Column("unit", TEXT, nullable=True),
        sa.Column("basis", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("record_id", "line", name="pk_items"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link_keys",
        _column("key", TEXT),
        _column("side", sa.SmallInteger()),
        _column("record_id", ID),
        _column("line", sa.Integer()),
        _column("rung", sa.Integer()),
        _column("start_s", sa.BigInteger()),
        _column("end_s", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key", "side", "record_id", "line", "rung", name="pk_link_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "edges",
        _column("from_id", ID),
        _column("to_id", ID),
        _column("rung", sa.Integer()),
        _column("key", TEXT),
        _column("confidence", sa.Float()),
        sa.PrimaryKeyConstraint("from_id", "to_id", "rung", name="pk_edges"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_edges_to_id_from_id_rung", "edges", ["to_id", "from_id", "rung"], unique=False)
    op.create_table(
        "findings",
        _column("record_id", ID),
        _column("position", sa.Integer()),
        _column("code", sa.Integer()),
        _column("level", TEXT),
        _column("path", TEXT),
        _column("params", TEXT),
        _column("place", TEXT),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_findings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding_counts",
        _column("day", sa.Integer()),
        _column("code", sa.Integer()),
        _column("node", sa.Integer()),
        _column("level", TEXT),
        _column("count", sa.BigInteger()),
        sa.PrimaryKeyConstraint("day", "code", "node", "level", name="pk_finding_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        _column("id", ID),
        _column("received_at", sa.BigInteger()),
        _column("seen", sa.BigInteger()),
        _column("counted", sa.BigInteger()),
        _column("receipt", sa.Integer()),
        _column("sender", sa.Integer()),
        _column("origin", sa.Integer()),
        _column("kind", sa.Integer()),
        _column("node", sa.Integer()),
        _column("region", sa.Integer()),
        _column("category", sa.Integer()),
        _column("day", sa.Integer()),
        _column("revision", sa.Integer()),
        _column("lines", sa.Integer()),
        _column("backfill", sa.Integer()),
        _column("key", TEXT),
        _column("action", TEXT),
        _column("identity", TEXT),
        _column("content_id", TEXT),
        _column("findings", TEXT),
        _column("place", TEXT),
        _column("state", TEXT),
        _column("body", sa.LargeBinary()),
        _column("aside", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("identity", "content_id", name="uq_quarantine_identity_content_id"),
    )
    op.create_index("ix_quarantine_state_id", "quarantine", ["state", "id"], unique=False)


def _counting() -> None:
    op.create_table(
        "rollups",
        _column("day", sa.Integer()),
        _column("node", sa.Integer()),
        _column("kind", sa.Integer()),
        _column("category", sa.Integer()),
        _column("region", sa.Integer()),
        _column("sender", sa.Integer()),
        _column("total", sa.BigInteger()),
        _column("valid", sa.BigInteger()),
        _column("problem", sa.BigInteger()),
        _column("pending", sa.BigInteger()),
        _column("duplicate", sa.BigInteger()),
        _column("correction", sa.BigInteger()),
        _column("void", sa.BigInteger()),
        _column("backfilled", sa.BigInteger()),
        _column("broken", sa.BigInteger()),
        _column("lines", sa.BigInteger()),
        sa.PrimaryKeyConstraint("day", "node", "kind", "category", "region", "sender", name="pk_rollups"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statements",
        _column("link", sa.Integer()),
        _column("day", sa.Integer()),
        _column("node", sa.Integer()),
        _column("kind", sa.Integer()),
        _column("count", sa.BigInteger()),
        _column("digest", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("link", "day", "node", "kind", name="pk_statements"),
        sqlite_with_rowid=False,
    )


def _answering() -> None:
    op.create_table(
        "receipts",
        _column("seq", sa.Integer()),
        _column("id", TEXT),
        _column("package", TEXT),
        _column("sender", TEXT),
        _column("digest", TEXT),
        _column("received_at", sa.BigInteger()),
        _column("body", sa.LargeBinary()),
        _column("sha256", sa.LargeBinary()),
        _column("chain", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", name="pk_receipts"),
        sa.UniqueConstraint("id", name="uq_receipts_id"),
        sa.UniqueConstraint("sender", "package", name="uq_receipts_sender_package"),
    )
    op.create_table(
        "seals",
        _column("id", ID),
        _column("sha256", sa.LargeBinary()),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_seals"),
        sa.UniqueConstraint("sha256", name="uq_seals_sha256"),
    )
    op.create_table(
        "sealed",
        _column("record_id", ID),
        _column("seal", sa.BigInteger()),
        _column("hops", TEXT),
        sa.PrimaryKeyConstraint("record_id", name="pk_sealed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_receipts",
        _column("receipt", sa.Integer()),
        _column("seal", sa.BigInteger()),
        sa.PrimaryKeyConstraint("receipt", name="pk_sealed_receipts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        _column("id", ID),
        _column("peer", TEXT),
        _column("package", TEXT),
        _column("header", TEXT),
        _column("record_ids", TEXT),
        _column("state", TEXT),
        _column("last_error", TEXT),
        _column("records", sa.BigInteger()),
        _column("attempts", sa.BigInteger()),
        _column("next_at", sa.BigInteger()),
        _column("created_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_package", "outbox", ["package"], unique=False)
    op.create_index("ix_outbox_state_peer_id", "outbox", ["state", "peer", "id"], unique=False)
    op.create_table("cursors", _column("source", TEXT), _column("text", TEXT), sa.PrimaryKeyConstraint("source", name="pk_cursors"))
    op.create_table(
        "query_log",
        _column("id", ID, autoincrement=True),
        _column("at", sa.BigInteger()),
        _column("who", TEXT),
        _column("what", TEXT),
        _column("refs", TEXT),
        _column("purpose", TEXT),
        _column("answered", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_query_log"),
    )


def _reviewing() -> None:
    op.create_table(
        "filings",
        _column("record_id", ID),
        _column("seq", sa.BigInteger()),
        _column("changed_at", sa.BigInteger()),
        _column("kind", TEXT),
        _column("applicant", TEXT),
        _column("refs", TEXT),
        _column("state", TEXT),
        _column("reason", TEXT),
        _column("assigned_code", TEXT),
        _column("reviewer", TEXT),
        sa.PrimaryKeyConstraint("record_id", name="pk_filings"),
    )
    op.create_index("ix_filings_applicant_seq", "filings", ["applicant", "seq"], unique=False)
    op.create_index("ix_filings_state_seq", "filings", ["state", "seq"], unique=False)
    op.create_table(
        "filed",
        _column("ref", TEXT),
        _column("state", TEXT),
        _column("kind", TEXT),
        _column("record_id", sa.BigInteger()),
        _column("seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("ref", name="pk_filed"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_filed_seq_ref", "filed", ["seq", "ref"], unique=False)
    op.create_table(
        "feedback",
        _column("id", ID),
        _column("record_id", sa.BigInteger()),
        _column("seq", sa.BigInteger()),
        _column("opened_at", sa.BigInteger()),
        _column("deadline", sa.BigInteger()),
        _column("closed_at", sa.BigInteger()),
        _column("sender", TEXT),
        _column("origin", TEXT),
        _column("kind", TEXT),
        _column("key", TEXT),
        _column("findings", TEXT),
        _column("contact", TEXT),
        _column("state", TEXT),
        _column("how", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_sender_seq", "feedback", ["sender", "seq"], unique=False)
    op.create_index("ix_feedback_state_deadline", "feedback", ["state", "deadline"], unique=False)
    op.create_table(
        "daily",
        _column("node", TEXT),
        _column("day", sa.Integer()),
        _column("sender", TEXT),
        _column("state", TEXT),
        _column("believed", TEXT),
        _column("last_error", TEXT),
        _column("queue", sa.BigInteger()),
        _column("received_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("node", "day", name="pk_daily"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quotes",
        _column("id", ID),
        _column("received_at", sa.BigInteger()),
        _column("receipt", sa.Integer()),
        _column("origin", sa.Integer()),
        _column("kind", sa.Integer()),
        _column("day", sa.Integer()),
        _column("revision", sa.Integer()),
        _column("current", sa.Integer()),
        _column("key", TEXT),
        _column("node", TEXT),
        _column("category", TEXT),
        _column("content_id", sa.LargeBinary()),
        _column("body", sa.LargeBinary()),
        _column("aside", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.UniqueConstraint("origin", "kind", "key", "revision", name="uq_quotes_origin_kind_key_revision"),
    )
    op.create_index("ix_quotes_day_node", "quotes", ["day", "node"], unique=False)
