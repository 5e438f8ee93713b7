"""Ledgers: what records move, and the balances that this makes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the two tables; records that were stored before moved nothing."""
    op.create_table(
        "moves",
        sa.Column("record_id", ID, nullable=False, autoincrement=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("went", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "key", name="pk_moves"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "balances",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("went", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_balances"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("balances")
    op.drop_table("moves")
