"""What a database says when it cannot, in our words: every fault becomes a `StoreError` with a code of the table."""

import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy.exc

from tracekit.errors import StoreError, StoreFull

FULL = "TK-STO-002"
LOCKED = "TK-STO-003"
UNREACHABLE = "TK-STO-004"
DAMAGED = "TK-STO-005"
DOUBLE = "TK-STO-006"

_SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_PERM": UNREACHABLE,
    "SQLITE_READONLY": UNREACHABLE,
    "SQLITE_IOERR": UNREACHABLE,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CONSTRAINT_UNIQUE": DOUBLE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": DOUBLE,
}
# SQLSTATE, or its class of two characters
_POSTGRES = {
    "53100": FULL,
    "53200": UNREACHABLE,
    "53300": UNREACHABLE,
    "55P03": LOCKED,
    "40P01": LOCKED,
    "57014": LOCKED,
    "23505": DOUBLE,
    "08": UNREACHABLE,
    "28": UNREACHABLE,
    "3D": UNREACHABLE,
    "57": UNREACHABLE,
    "XX": DAMAGED,
}


@contextmanager
def guarded() -> Generator[None]:
    """Turn whatever the database raises inside into a `StoreError`; other exceptions pass."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        raise translated(error.orig or error) from error
    except (sqlite3.Error, *_of_postgres("Error"), sqlalchemy.exc.SQLAlchemyError) as error:
        raise translated(error) from error


def _of_postgres(name: str) -> tuple[type[Exception], ...]:
    """An error class of the driver, if a store on PostgreSQL has loaded it: SQLite need not wait for that."""
    driver = sys.modules.get("psycopg")
    return (getattr(driver, name),) if driver else ()


def translated(error: BaseException) -> StoreError:
    """The error of our tree for one of the driver's."""
    code = _code_of(error)
    params = {"reason": str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}
    if code == FULL:
        return StoreFull(params["reason"], code=code, params=params)
    return StoreError(params["reason"], code=code, params=params)


def _code_of(error: BaseException) -> str:
    if isinstance(error, sqlite3.Error):
        name = str(getattr(error, "sqlite_errorname", ""))
        return _SQLITE.get(name) or _SQLITE.get("_".join(name.split("_")[:2]), StoreError.default_code)
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, _of_postgres("OperationalError")) and not state:
        return UNREACHABLE
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2], StoreError.default_code)
