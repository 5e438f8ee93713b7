"""What the parts of a store share."""

from collections.abc import Generator
from contextlib import contextmanager

from tracekit.store.backends import Backend
from tracekit.store.faults import guarded
from tracekit.store.names import Names
from tracekit.store.transaction import Transaction


class Connected:
    """A back end and the names it knows."""

    def __init__(self, back: Backend) -> None:
        self.back = back
        self.names = Names(back)

    @contextmanager
    def _reading(self) -> Generator[Transaction]:
        """A transaction that sees one state of the store."""
        with guarded(), self.back.engine.connect() as connection, connection.begin():
            yield Transaction(self.back, self.names, connection)

    @contextmanager
    def _appending(self) -> Generator[Transaction]:
        """A transaction that waits for no batch on PostgreSQL: it only adds rows that number themselves."""
        with guarded(), self.back.engine.connect().execution_options(writing=True) as connection, connection.begin() as commit:
            tx = Transaction(self.back, self.names, connection)
            yield tx
            commit.commit()
            self.names.remember(tx.given)

    @contextmanager
    def _writing(self) -> Generator[Transaction]:
        """A transaction that holds the write lock from its start."""
        with self._appending() as tx:
            self.back.lock_writes(tx.raw)
            yield tx
