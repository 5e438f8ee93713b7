"""A full disk, a lock, a lost server, a damaged file: a clear error, and nothing acknowledged."""

from pathlib import Path

import psycopg
import pytest
from judging import judged

from tracekit.errors import StoreError, StoreFull
from tracekit.store import Store, Written, faults

ORIGIN = ["market-1"]


def write(store: Store, first: int, count: int) -> None:
    with store.receiving(ORIGIN) as tx:
        tx.write(Written("city-a", 0, [judged(number) for number in range(first, first + count)]))


def test_a_full_disk_on_sqlite(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/store.db"
    Store.open(url, create=True).close()
    with Store.open(f"{url}?max_page_count=250") as store:
        with pytest.raises(StoreFull) as error:  # noqa: PT012  it takes some batches
            for batch in range(100):
                write(store, batch * 100, 100)
        assert error.value.code == faults.FULL
        held = store.status()
        # what was acknowledged before is all there, and nothing of the batch that did not fit
        assert held.records % 100 == 0
        assert held.counts["total"] == held.records
        assert store.integrity() == []
    with Store.open(url) as store:
        write(store, held.records, 100)
        assert store.integrity() == []


def test_a_full_disk_on_postgresql(postgres_url: str):
    from stores import database_on

    with Store.open(database_on(postgres_url), create=True) as store:
        write(store, 0, 10)
        with store.back.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END'"
            )
            connection.exec_driver_sql("CREATE TRIGGER full_disk BEFORE INSERT ON link_keys EXECUTE FUNCTION full_disk()")
        with pytest.raises(StoreFull) as error:
            write(store, 10, 10)
        assert error.value.code == faults.FULL
        assert store.status().counts["total"] == 10
        with store.back.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER full_disk ON link_keys")
        write(store, 10, 10)
        assert store.integrity() == []


def test_a_locked_store(store: Store, store_url: str):
    mark = "&" if "?" in store_url else "?"
    with Store.open(f"{store_url}{mark}timeout=0.2") as other, store.receiving(ORIGIN) as tx:
        tx.lock_links()
        with pytest.raises(StoreError) as error:
            write(other, 1, 1)
        assert error.value.code == faults.LOCKED
        assert other.status().records == 0
    write(store, 1, 1)


def test_readers_do_not_wait_for_a_writer(store: Store):
    write(store, 1, 1)
    with store.receiving(ORIGIN) as tx:
        tx.write(Written("city-a", 0, [judged(2)]))
        assert store.status().records == 1


def test_a_lost_connection(postgres_url: str):
    from stores import database_on

    with Store.open(database_on(postgres_url), create=True) as store:
        with pytest.raises(StoreError) as error, store.receiving(ORIGIN) as tx:  # noqa: PT012  the connection is lost in the middle
            tx.write(Written("city-a", 0, [judged(1)]))
            with psycopg.connect(postgres_url, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        assert error.value.code == faults.UNREACHABLE
        assert isinstance(error.value, StoreError)
        store.back.engine.dispose()
        assert store.status().records == 0


def test_no_server(tmp_path: Path):
    with pytest.raises(StoreError) as error:
        Store.open(f"postgresql://postgres@/nothing?host={tmp_path}")
    assert error.value.code == faults.UNREACHABLE
    with pytest.raises(StoreError) as error:
        Store.open(f"sqlite:///{tmp_path}/no/such/folder/store.db", create=True)
    assert error.value.code == faults.UNREACHABLE


def test_a_damaged_file(tmp_path: Path):
    (tmp_path / "store.db").write_bytes(b"this is no database, but it is long enough to be read as one " * 20)
    with pytest.raises(StoreError) as error:
        Store.open(f"sqlite:///{tmp_path}/store.db")
    assert error.value.code == faults.DAMAGED
