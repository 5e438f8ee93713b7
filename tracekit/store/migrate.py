"""The schema's revision: read at every open, moved to the newest on request, while other processes go on."""

from pathlib import Path

from sqlalchemy import Connection, inspect, make_url

from tracekit.errors import StoreError
from tracekit.store.backends import Backend
from tracekit.store.schema import REVISIONS

ABSENT = "TK-STO-009"
TOO_OLD = "TK-STO-010"
TOO_NEW = "TK-STO-011"

HEAD = REVISIONS[-1]


def ready(back: Backend, url: str, *, create: bool) -> None:
    """Make sure that the store has the revision this program reads, or raise `StoreError`."""
    database = make_url(url).database or ""
    if back.name == "sqlite" and not create and not Path(database).is_file():
        raise _fault(ABSENT, "")
    with back.engine.connect() as connection, connection.begin():
        found = revision(connection)
    if found and found not in REVISIONS:
        raise _fault(TOO_NEW, found)
    if found == HEAD:
        return
    if not create:
        raise _fault(TOO_OLD if found else ABSENT, found)
    upgrade(back)


def revision(connection: Connection) -> str:
    """The revision that a store has; empty if it is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def upgrade(back: Backend, target: str = "head") -> None:
    """Run the migrations up to a revision, in one transaction that other upgraders wait for."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with back.engine.connect().execution_options(writing=True) as connection, connection.begin():
        back.lock_writes(connection.connection.driver_connection)
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _fault(code: str, found: str) -> StoreError:
    params = {"found": found or "-", "wanted": HEAD}
    return StoreError(f"schema {params['found']}, this program reads {HEAD}", code=code, params=params)
