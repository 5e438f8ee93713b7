"""What the steps of an accepting transaction share: its connection, its names and its sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from tracekit.store.backends import Backend, Raw, Row
from tracekit.store.names import Names, Space


class Transaction:
    """A transaction: `connection` is for composed queries, everything else goes to the driver, with `?` as `Backend.sql` says."""

    def __init__(self, back: Backend, names: Names, connection: Connection) -> None:
        self.back, self.connection = back, connection
        self.raw: Raw = connection.connection.driver_connection
        self._names = names
        self.given: dict[Space, dict[str, int]] = {}
        """Names that are new in this transaction, to be remembered after its commit."""

    def rows(self, sql: str, *params: Any) -> list[Any]:
        """Run a query."""
        return self.raw.execute(self.back.sql(sql), params).fetchall()

    def run(self, sql: str, *params: Any) -> None:
        """Run a statement."""
        self.raw.execute(self.back.sql(sql), params)

    def many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for each row."""
        if rows:
            self.raw.cursor().executemany(self.back.sql(sql), rows)

    def bulk(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows that hold every column of the table in order; they must need no query to be made."""
        if rows:
            self.back.bulk(self.raw, table, rows)

    def top(self, table: str, column: str = "id") -> int:
        """The highest number given so far; the caller holds the write lock."""
        return int(self.rows(f"SELECT coalesce(max({column}), 0) FROM {table}")[0][0])  # noqa: S608  our own names

    def known(self, space: Space, texts: Iterable[str]) -> dict[str, int]:
        """The ids of those names that have one."""
        return self._names.known(self.raw, space, texts)

    def all_ids(self, space: Space) -> dict[str, int]:
        """All names of a space, with their ids."""
        return self._names.ids_of(self.raw, space)

    def ids(self, space: Space, texts: Iterable[str]) -> dict[str, int]:
        """An id for each name; the caller holds the write lock."""
        wanted = set(texts)
        found = self._names.known(self.raw, space, wanted) | self.given.get(space, {})
        new = sorted(wanted - found.keys())
        if new:
            made = {text: id_ for id_, text in enumerate(new, self.top("names") + 1)}
            self.many("INSERT INTO names (id, space, text) VALUES (?, ?, ?)", [(id_, space, text) for text, id_ in made.items()])
            self.given.setdefault(space, {}).update(made)
            found |= made
        return found

    def id(self, space: Space, text: str) -> int:
        """The id of one name; the caller holds the write lock."""
        return self.ids(space, (text,))[text]

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of ids, new ones of this transaction included."""
        new = {id_: text for given in self.given.values() for text, id_ in given.items()}
        return self._names.texts(self.raw, [id_ for id_ in ids if id_ not in new]) | new
