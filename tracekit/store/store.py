"""The one way to what is stored."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Self

from tracekit.store.backends import open_backend
from tracekit.store.chains import Chains
from tracekit.store.day_counts import DayCounts
from tracekit.store.faults import guarded
from tracekit.store.followups import FollowUps
from tracekit.store.migrate import ready
from tracekit.store.outbox import Outbox
from tracekit.store.overview import Overview
from tracekit.store.quarantine import Quarantine
from tracekit.store.receipts import Receipts
from tracekit.store.receiving import Receiving
from tracekit.store.records import Records
from tracekit.store.reviews import Reviews
from tracekit.store.seals import Seals
from tracekit.store.statements import Statements
from tracekit.store.transaction import Transaction


class Store(Records, Receipts, Overview, Statements, Outbox, Quarantine, Chains, Reviews, FollowUps, DayCounts, Seals):
    """Records, receipts, counters, quarantine, outbox and filings of one platform, on SQLite or PostgreSQL.

    Safe to share between threads; every call is one transaction. Faults are `StoreError`: nothing was acknowledged.
    """

    @classmethod
    def open(cls, url: str, *, create: bool = False) -> Store:
        """Open `sqlite:///path` or `postgresql://…`, after checking its durability and its schema.

        Args:
            url: the address; `?timeout=SECONDS` says how long to wait for a lock; SQLite also takes `?max_page_count=N` (a limit of size).
            create: make the tables if there are none, and bring an older schema up to date.

        Raises:
            StoreError: not reachable, not durable, no store there, or a schema that this program cannot read.
        """
        with guarded():
            back = open_backend(url)
            try:
                ready(back, url, create=create)
                back.check()
            except BaseException:
                back.engine.dispose()
                raise
        return cls(back)

    def integrity(self) -> list[str]:
        """Everything that contradicts itself: receipts, counters, statements. Reads the whole store; none is right."""
        receipts = [f"receipt {number}: hash or chain" for number in self.receipts_broken()]
        return [*receipts, *self.rollups_broken(), *self.statements_broken()]

    def close(self) -> None:
        """Close all connections."""
        self.back.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def receiving(self, origins: Iterable[str]) -> Generator[Receiving]:
        """One accepting transaction for a batch of these origins; batches of one origin wait for each other.

        The block's end commits, durably; an exception inside stores nothing.
        """
        with guarded(), self.back.engine.connect().execution_options(writing=True) as connection, connection.begin() as commit:
            tx = Transaction(self.back, self.names, connection)
            self.back.lock_origins(tx.raw, origins)
            yield Receiving(tx)
            commit.commit()
            self.names.remember(tx.given)
