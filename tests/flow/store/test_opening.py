"""Opening: created once, checked for durability and for a schema that this program can read."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from tracekit.errors import StoreError
from tracekit.store import Store, backends, migrate, schema


def code_of(url: str, **options) -> str:
    with pytest.raises(StoreError) as error:
        Store.open(url, **options)
    return error.value.code


def test_a_store_is_made_on_request_only(store_url: str):
    assert code_of(store_url) == migrate.ABSENT
    Store.open(store_url, create=True).close()
    with Store.open(store_url) as store:
        assert store.status().schema == schema.REVISIONS[-1]


def test_making_it_twice_changes_nothing(store_url: str):
    Store.open(store_url, create=True).close()
    Store.open(store_url, create=True).close()


def test_two_processes_may_make_it_at_once(store_url: str):
    script = f"from tracekit.store import Store; Store.open({store_url!r}, create=True).close()"
    both = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    Store.open(store_url).close()


def test_a_newer_schema_is_refused(store: Store, store_url: str):
    with store.back.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert code_of(store_url) == migrate.TOO_NEW
    assert code_of(store_url, create=True) == migrate.TOO_NEW


def test_an_older_schema_is_refused_unless_it_may_be_upgraded(store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(migrate, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(migrate, "HEAD", "next")
    assert code_of(store_url) == migrate.TOO_OLD


def test_the_known_revisions_are_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([one.revision for one in scripts.walk_revisions()])) == schema.REVISIONS


def test_the_migrations_make_the_tables_of_the_schema(store: Store):
    with store.back.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_migrations_cluster_the_same_tables(tmp_path: Path):
    with Store.open(f"sqlite:///{tmp_path}/made.db", create=True) as store, store.back.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'").scalars()
        made = set(rows)
    assert made == {table.name for table in schema.metadata.tables.values() if table.dialect_options["sqlite"]["with_rowid"] is False}


def test_a_store_that_is_not_durable_is_refused_on_postgresql(postgres_url: str):
    from stores import database_on

    url = database_on(postgres_url)
    Store.open(url, create=True).close()
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    assert code_of(url) == backends.NOT_DURABLE


def test_a_store_that_is_not_durable_is_refused_on_sqlite(tmp_path: Path):
    back = backends.open_backend(f"sqlite:///{tmp_path}/store.db")
    event.listen(back.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=NORMAL"))
    with pytest.raises(StoreError) as error:
        back.check()
    assert error.value.code == backends.NOT_DURABLE
    back.engine.dispose()


def test_sqlite_is_opened_durably(tmp_path: Path):
    with Store.open(f"sqlite:///{tmp_path}/store.db", create=True) as store, store.back.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with closing(sqlite3.connect(tmp_path / "store.db")) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "not an address"])
def test_other_addresses_are_refused(url: str):
    assert code_of(url) == backends.BAD_ADDRESS


def test_a_password_is_not_in_the_message():
    with pytest.raises(StoreError) as error:
        Store.open("mysql://user:secret@host/db")
    assert "secret" not in str(error.value)
    assert "secret" not in str(error.value.params)
