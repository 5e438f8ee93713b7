"""Day counts of what is kept below, and the case number of a query."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = ("platform", "day", "node", "kind", "category", "region")
COUNTS = ("total", "valid", "problem", "pending", "duplicate", "correction", "void", "backfilled", "broken", "lines")


def upgrade() -> None:
    """Add the table, empty, and the column; queries that were logged before named no case."""
    op.create_table(
        "day_counts",
        *[sa.Column(name, sa.Integer(), nullable=False, autoincrement=False) for name in KEY],
        *[sa.Column(name, sa.Integer(), nullable=False) for name in ("sender", "told")],
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS],
        sa.PrimaryKeyConstraint(*KEY, name="pk_day_counts"),
        sqlite_with_rowid=False,
    )
    op.add_column("query_log", sa.Column("case_number", TEXT, nullable=True))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("query_log", "case_number")
    op.drop_table("day_counts")
