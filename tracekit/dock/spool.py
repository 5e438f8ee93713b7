"""The spool: one SQLite file that holds each package from before its first attempt until after its receipt."""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tracekit.errors import ConfigError, StoreError, StoreFull

State = Literal["ready", "sent", "done", "rejected"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS packages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, count INTEGER NOT NULL,
  created REAL NOT NULL, settled REAL, code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
  body BLOB NOT NULL, receipt BLOB);
CREATE INDEX IF NOT EXISTS open_packages ON packages (seq) WHERE state IN ('ready', 'sent');
CREATE TABLE IF NOT EXISTS attempts (
  package TEXT NOT NULL, at REAL NOT NULL, ended REAL, outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (package);
"""
# EXTRA also makes the removal of the journal durable: a commit that returned survives a power cut
_PRAGMAS = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
_FULL = frozenset(("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_FSYNC"))
_FIND = "SELECT id, state, count, created, code, reason, body, receipt FROM packages WHERE id = ?"
_NEXT = (
    "SELECT id, state, count, created, code, reason, body, receipt, seq FROM packages "
    "WHERE state IN ('ready', 'sent') AND seq > ? ORDER BY seq LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A package ready for the spool: its id, how many records, the bytes of every attempt."""

    id: str
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A package in the spool."""

    id: str
    state: State
    count: int
    created: float
    code: str
    reason: str
    body: bytes
    receipt: bytes | None


class Attempt(NamedTuple):
    """One attempt to send a package; `ended` is None if nobody lived to write down its outcome."""

    package: str
    at: float
    ended: float | None
    outcome: str


class Spool:
    """Packages of one link, in one file; without a file they live as long as this object.

    Args:
        file: the SQLite file, made on first use.
        link: facts that must never change for a spool, such as sender and environment.
    """

    def __init__(self, file: str | Path | None = None, *, link: dict[str, str] | None = None) -> None:
        self.file = str(file) if file is not None else ":memory:"
        self._lock = threading.RLock()
        with self._mapped():
            self._db = sqlite3.connect(self.file, timeout=30.0, isolation_level=None, check_same_thread=False)
        try:
            with self._mapped():
                self._db.executescript(_PRAGMAS + _SCHEMA)
            self._bind(link or {})
        except BaseException:
            self.close()
            raise

    @property
    def is_durable(self) -> bool:
        """True if the packages outlive this process."""
        return self.file != ":memory:"

    def add(self, packages: Iterable[Sealed], now: float) -> None:
        """Keep packages, all or none, before their first attempt.

        Raises:
            StoreFull: no space; nothing was kept and nothing may be sent.
        """
        rows = [(one.id, one.count, now, one.body) for one in packages]
        with self._writing() as db:
            db.executemany("INSERT INTO packages (id, state, count, created, body) VALUES (?, 'ready', ?, ?, ?)", rows)

    def waiting(self) -> Iterator[Entry]:
        """Packages without an answer, oldest first."""
        after = 0
        while row := self._row(_NEXT, after):
            after = row[-1]
            yield Entry(*row[:-1])

    def find(self, package: str) -> Entry | None:
        """A package by its id."""
        row = self._row(_FIND, package)
        return Entry(*row) if row else None

    def counts(self) -> dict[str, int]:
        """How many packages stand in each state."""
        return dict(self._rows("SELECT state, count(*) FROM packages GROUP BY state ORDER BY state"))

    def attempts(self, package: str) -> list[Attempt]:
        """When a package was sent and how that ended, oldest first."""
        sql = "SELECT package, at, ended, outcome FROM attempts WHERE package = ? ORDER BY rowid"
        return [Attempt(*row) for row in self._rows(sql, package)]

    def begin(self, package: str, now: float) -> int:
        """Write down that an attempt starts, before the first byte leaves; the number of the attempt."""
        with self._writing() as db:
            db.execute("UPDATE packages SET state = 'sent' WHERE id = ?", (package,))
            return db.execute("INSERT INTO attempts (package, at) VALUES (?, ?)", (package, now)).lastrowid or 0

    def fail(self, package: str, attempt: int, outcome: str, now: float) -> None:
        """Write down that an attempt brought no answer; the package stays open."""
        with self._writing() as db:
            sql = "UPDATE attempts SET ended = ?, outcome = ? WHERE rowid = ? AND package = ?"
            db.execute(sql, (now, outcome, attempt, package))

    def finish(self, package: str, receipt: bytes, now: float, attempt: int = 0) -> None:
        """Keep the receipt of a package; a receipt once kept is never replaced."""
        with self._writing() as db:
            db.execute(
                "UPDATE packages SET state = 'done', receipt = ?, settled = ?, code = '', reason = '' WHERE id = ? AND receipt IS NULL",
                (receipt, now, package),
            )
            db.execute("UPDATE attempts SET ended = ?, outcome = 'receipt' WHERE rowid = ?", (now, attempt))

    def reject(self, package: str, code: str, reason: str, now: float, attempt: int = 0) -> None:
        """Settle a package that is never repeated."""
        with self._writing() as db:
            db.execute(
                "UPDATE packages SET state = 'rejected', code = ?, reason = ?, settled = ? WHERE id = ? AND receipt IS NULL",
                (code, reason, now, package),
            )
            db.execute("UPDATE attempts SET ended = ?, outcome = ? WHERE rowid = ?", (now, code, attempt))

    def rest(self, until: float) -> None:
        """Remember that the peer asked not to be called before a time."""
        self.note("rest", repr(until))

    def resting(self) -> float:
        """The time until which the peer asked not to be called; 0 for none."""
        return float(self.note("rest") or 0)

    def prune(self, before: float) -> int:
        """Drop packages answered before a time, with their receipts and attempts; the number dropped."""
        with self._writing() as db:
            db.execute("DELETE FROM attempts WHERE package IN (SELECT id FROM packages WHERE state = 'done' AND settled < ?)", (before,))
            return db.execute("DELETE FROM packages WHERE state = 'done' AND settled < ?", (before,)).rowcount

    def note(self, name: str, value: str | None = None) -> str:
        """Read a remembered fact, or write it when a value is given."""
        if value is not None:
            with self._writing() as db:
                db.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (name, value))
            return value
        row = self._row("SELECT value FROM about WHERE name = ?", name)
        return row[0] if row else ""

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _bind(self, link: dict[str, str]) -> None:
        """A spool opened for another link would send a package to the wrong platform."""
        for name, value in link.items():
            other = self.note(f"link.{name}")
            if other and value and other != value:
                params = {"file": self.file, "field": name, "other": other}
                raise ConfigError(f"{self.file}: {name} is {other}, not {value}", code="TK-DOCK-016", params=params)
            if value and not other:
                self.note(f"link.{name}", value)

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _rows(self, sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        with self._lock, self._mapped():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """One transaction: whole or not at all."""
        with self._lock, self._mapped():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _mapped(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            params = {"file": self.file, "reason": f"{name} {error}".strip()}
            if name in _FULL or "disk is full" in str(error):
                raise StoreFull(f"{self.file}: {error}", code="TK-DOCK-017", params=params) from error
            raise StoreError(f"{self.file}: {error}", code="TK-DOCK-018", params=params) from error
