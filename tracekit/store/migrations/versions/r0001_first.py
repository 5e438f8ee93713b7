"""The first schema."""

from alembic import op

from tracekit.store.schema import metadata

revision = "0001"
down_revision = None

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
    metadata.create_all(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(_REFUSE_SQLITE.format(what=what))
    else:
        op.execute(_REFUSE_FUNCTION)
        for what in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(_REFUSE_POSTGRES.format(what=what))
