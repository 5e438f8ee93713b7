"""The two databases behind one shape: connections, durability, bulk writing, locks."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from tracekit.errors import StoreError

NOT_DURABLE = "TK-STO-007"
BAD_ADDRESS = "TK-STO-008"

Row = tuple[Any, ...]
Raw = Any
"""A driver's connection: both drivers have `execute` and `cursor`."""

_LOCK_CLASS = 0x54524B  # any number that no other program uses for its advisory locks
_ORIGIN_LOCK = _LOCK_CLASS
_WRITE_LOCK = _LOCK_CLASS + 1


class Backend(Protocol):
    """What the store needs of a database; SQL is written with `?` for a parameter."""

    name: str
    engine: Engine

    def check(self) -> None:
        """Raise `StoreError` unless a commit is durable."""
        ...

    def sql(self, text: str) -> str:
        """The text in the driver's own style; `among(?)` and `among_ids(?)` take a JSON array."""
        ...

    def bulk(self, raw: Raw, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows that hold every column of the table in order."""
        ...

    def lock_origins(self, raw: Raw, origins: Iterable[str]) -> None:
        """Wait for the origins of a batch, in one order."""
        ...

    def lock_writes(self, raw: Raw) -> None:
        """Wait for the one place where links and counters are written."""
        ...


def open_backend(url: str) -> Backend:
    """The back end for `sqlite:///path` or `postgresql://…`."""
    try:
        address = make_url(url)
    except ArgumentError:
        # what cannot be parsed may hold a password anywhere
        raise StoreError("not an address", code=BAD_ADDRESS, params={"url": "-"}) from None
    if address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:":
        return Sqlite(url)
    if address.get_backend_name() == "postgresql":
        return Postgres(url)
    raise StoreError(address.render_as_string(), code=BAD_ADDRESS, params={"url": address.render_as_string()})


class Sqlite:
    """SQLite in WAL with `synchronous=FULL`. Options in the address: `timeout` (seconds), `max_page_count`."""

    name: str = "sqlite"

    def __init__(self, url: str) -> None:
        address = make_url(url)
        pages = str(address.query.get("max_page_count", "0"))
        timeout = float(str(address.query.get("timeout", "10")))
        plain = address.set(drivername="sqlite").difference_update_query(["max_page_count", "timeout"])
        self.engine = create_engine(plain, connect_args={"timeout": timeout})
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "cache_size=-65536", "wal_autocheckpoint=4000")
        limits = (f"max_page_count={int(pages)}",) if int(pages) else ()

        @event.listens_for(self.engine, "connect")
        def prepare(raw: Raw, _: ConnectionPoolEntry) -> None:
            raw.isolation_level = None
            for pragma in (*pragmas, *limits):
                raw.execute(f"PRAGMA {pragma}")

        @event.listens_for(self.engine, "begin")
        def begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    def check(self) -> None:
        """See `Backend.check`."""
        with self.engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")}
        if str(found["journal_mode"]).lower() != "wal" or found["synchronous"] not in (2, 3):
            raise _not_durable(f"journal_mode={found['journal_mode']} synchronous={found['synchronous']}")

    def sql(self, text: str) -> str:
        """See `Backend.sql`."""
        return text.replace("among_ids(?)", "IN (SELECT value FROM json_each(?))").replace(
            "among(?)", "IN (SELECT value FROM json_each(?))"
        )

    def bulk(self, raw: Raw, table: Table, rows: Iterable[Row]) -> None:
        """See `Backend.bulk`."""
        marks = ",".join("?" * len(table.columns))
        raw.executemany(f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({marks})", rows)  # noqa: S608  our own names

    def lock_origins(self, raw: Raw, origins: Iterable[str]) -> None:
        """Nothing to do: BEGIN IMMEDIATE admits one writer."""

    def lock_writes(self, raw: Raw) -> None:
        """Nothing to do: BEGIN IMMEDIATE admits one writer."""


class Postgres:
    """PostgreSQL through psycopg, rows by binary COPY. Option in the address: `timeout` (seconds to wait for a lock)."""

    name: str = "postgresql"

    def __init__(self, url: str) -> None:
        address = make_url(url)
        milliseconds = int(float(str(address.query.get("timeout", "60"))) * 1000)
        plain = address.set(drivername="postgresql+psycopg").difference_update_query(["timeout"])
        self.engine = create_engine(plain, pool_size=5, max_overflow=20)

        @event.listens_for(self.engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get("writing"):
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")

    def check(self) -> None:
        """See `Backend.check`."""
        with self.engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("synchronous_commit", "fsync")}
        if found["synchronous_commit"] not in ("on", "remote_apply") or found["fsync"] != "on":
            raise _not_durable(f"synchronous_commit={found['synchronous_commit']} fsync={found['fsync']}")

    def sql(self, text: str) -> str:
        """See `Backend.sql`."""
        return (
            text.replace("among_ids(?)", "= ANY(ARRAY(SELECT json_array_elements_text(?::json)::bigint))")
            .replace("among(?)", "= ANY(ARRAY(SELECT json_array_elements_text(?::json)))")
            .replace("?", "%s")
        )

    def bulk(self, raw: Raw, table: Table, rows: Iterable[Row]) -> None:
        """See `Backend.bulk`."""
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({_columns(table)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_copy_types(table))
            write = copy.write_row
            for row in rows:
                write(row)

    def lock_origins(self, raw: Raw, origins: Iterable[str]) -> None:
        """See `Backend.lock_origins`."""
        for lock in sorted({zlib.crc32(origin.encode()) - (1 << 31) for origin in origins}):
            raw.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_ORIGIN_LOCK, lock))

    def lock_writes(self, raw: Raw) -> None:
        """See `Backend.lock_writes`."""
        raw.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_WRITE_LOCK,))


_TYPES = {"BIGINT": "int8", "INTEGER": "int4", "SMALLINT": "int2", "BLOB": "bytea", "FLOAT": "float8", "TEXT": "text"}


def _columns(table: Table) -> str:
    return ", ".join(table.columns.keys())


def _copy_types(table: Table) -> list[str]:
    return [_TYPES[str(column.type).split(" ")[0]] for column in table.columns]


def _not_durable(found: str) -> StoreError:
    return StoreError(found, code=NOT_DURABLE, params={"found": found})


def array(values: Iterable[Any]) -> str:
    """A JSON array for `among(?)`; invalid Unicode, which no stored key holds, is replaced."""
    listed = list(values)
    try:
        return orjson.dumps(listed).decode()
    except TypeError:
        return orjson.dumps([str(value).encode("utf-8", "replace").decode() for value in listed]).decode()
