"""The spool: durable before the first attempt, never lost, never claimed as sent."""

import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import orjson
import pytest

from tracekit import ConfigError, Retry, StoreFull
from tracekit.dock.spool import Sealed, Spool
from tracekit.errors import StoreError

LINK = {"sender": "shop-7", "environment": "test"}


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool.db", link=LINK)
    yield made
    made.close()


def test_a_package_walks_ready_sent_done(spool):
    spool.add([Sealed("p1", 2, b"body")], 100.0)
    assert [(one.id, one.state) for one in spool.waiting()] == [("p1", "ready")]
    attempt = spool.begin("p1", 101.0)
    assert spool.find("p1").state == "sent"
    spool.fail("p1", attempt, "TK-DOCK-002", 102.0)
    spool.finish("p1", b"receipt", 104.0, spool.begin("p1", 103.0))
    assert list(spool.waiting()) == []
    assert spool.find("p1").receipt == b"receipt"
    assert [(one.at, one.ended, one.outcome) for one in spool.attempts("p1")] == [
        (101.0, 102.0, "TK-DOCK-002"), (103.0, 104.0, "receipt"),
    ]  # fmt: skip


def test_the_first_receipt_stays(spool):
    spool.add([Sealed("p1", 1, b"body")], 1.0)
    spool.finish("p1", b"first", 2.0)
    spool.finish("p1", b"second", 3.0)
    spool.reject("p1", "TK-DOCK-105", "late", 4.0)
    assert (spool.find("p1").receipt, spool.find("p1").state) == (b"first", "done")


def test_an_id_is_used_once_and_a_failed_add_keeps_nothing(spool):
    spool.add([Sealed("p1", 1, b"a")], 1.0)
    with pytest.raises(StoreError):
        spool.add([Sealed("p2", 1, b"b"), Sealed("p1", 1, b"c")], 2.0)
    assert [one.id for one in spool.waiting()] == ["p1"]


def test_packages_added_while_sending_are_seen_in_order(spool):
    spool.add([Sealed("a", 1, b""), Sealed("b", 1, b"")], 1.0)
    seen = []
    for entry in spool.waiting():
        seen.append(entry.id)
        if entry.id == "a":
            spool.add([Sealed("c", 1, b"")], 2.0)
    assert seen == ["a", "b", "c"]


def test_prune_drops_only_answered_packages(spool):
    spool.add([Sealed("old", 1, b""), Sealed("open", 1, b"")], 1.0)
    spool.finish("old", b"r", 2.0, spool.begin("old", 1.5))
    assert spool.prune(before=2.0) == 0
    assert spool.prune(before=3.0) == 1
    assert (spool.find("old"), spool.attempts("old")) == (None, [])
    assert spool.counts() == {"ready": 1}


@pytest.mark.parametrize(("field", "value"), [("sender", "shop-8"), ("environment", "production")])
def test_a_spool_of_another_link_is_refused(spool, field, value):
    with pytest.raises(ConfigError) as caught:
        Spool(spool.file, link={**LINK, field: value})
    assert (caught.value.code, caught.value.params["field"]) == ("TK-DOCK-016", field)


def test_a_file_that_is_no_spool_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    with pytest.raises(StoreError) as caught:
        Spool(tmp_path / "notes.txt")
    assert caught.value.code == "TK-DOCK-018"
    with pytest.raises(StoreError):
        Spool(tmp_path / "no-folder" / "spool.db")


def test_the_file_is_one_file_and_says_so_to_sqlite(spool):
    spool.add([Sealed("p1", 1, b"x" * 10_000)], 1.0)
    assert [one.name for one in Path(spool.file).parent.iterdir()] == ["spool.db"]
    with sqlite3.connect(spool.file) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_full_file_is_store_full_and_nothing_was_kept(spool):
    spool._db.execute(f"PRAGMA max_page_count = {spool._db.execute('PRAGMA page_count').fetchone()[0] + 2}")
    with pytest.raises(StoreFull) as caught:
        spool.add([Sealed("big", 1, b"x" * 100_000)], 1.0)
    assert caught.value.code == "TK-DOCK-017"
    assert spool.counts() == {}
    spool.add([Sealed("small", 1, b"x")], 2.0)
    assert spool.counts() == {"ready": 1}


@pytest.mark.wire
def test_a_full_disk_lets_no_byte_leave(platform, connect, shops):
    client = connect()
    client.send(shops(1))
    sent = len(platform.bodies)
    pages = client.spool._db.execute("PRAGMA page_count").fetchone()[0]
    client.spool._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StoreFull):
        client.send(shops(200, 10))
    assert len(platform.bodies) == sent


@pytest.mark.wire
def test_a_receipt_that_finds_no_space_is_fetched_again(platform, connect, shops):
    client = connect(retry=Retry(budget=0))

    def fill() -> None:
        pages = client.spool._db.execute("PRAGMA page_count").fetchone()[0]
        client.spool._db.execute(f"PRAGMA max_page_count = {pages}")
        used = client.spool._db.execute("PRAGMA freelist_count").fetchone()[0]
        assert used == 0

    platform.alter = lambda receipt: {**receipt, "rule_set": "0" * 5000}
    platform.on_submit = fill
    with pytest.raises(StoreFull):
        client.send(shops(1))
    assert client.spool.counts() == {"sent": 1}
    platform.on_submit = lambda: None
    client.spool._db.execute("PRAGMA max_page_count = 100000")
    (receipt,) = client.flush()
    assert receipt.raw == platform.receipts[receipt.package][1]
    assert receipt.counts["duplicate"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX; the page limit above covers the rest")
def test_a_file_size_limit_is_store_full(tmp_path):
    script = textwrap.dedent("""
        import resource, sys
        from tracekit import StoreFull
        from tracekit.dock.spool import Sealed, Spool
        spool = Spool(sys.argv[1])
        spool.add([Sealed("before", 1, b"x")], 1.0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        try:
            spool.add([Sealed("big", 1, b"x" * 200_000)], 2.0)
        except StoreFull as full:
            print(full.code, spool.counts())
    """)
    out = subprocess.run([sys.executable, "-c", script, tmp_path / "s.db"], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.split(maxsplit=1) == ["TK-DOCK-017", "{'ready': 1}\n"], out.stderr
    spool = Spool(tmp_path / "s.db")
    assert [one.id for one in spool.waiting()] == ["before"]
    spool.close()


STEPS = ["add", "begin", "answered", "finish"]

KILLED = """
import os, sys
import orjson
from tracekit import Client, Retry
from tracekit.dock.spool import Spool
from tracekit.dock.sending import Sender
from tracekit.loader import build

url, spool, key, records, step, after = sys.argv[1:]

def dies(owner, name):
    real = getattr(owner, name)
    def dying(*args, **kwargs):
        if after == "before":
            os.kill(os.getpid(), 9)
        result = real(*args, **kwargs)
        os.kill(os.getpid(), 9)
    setattr(owner, name, dying)

dies(*{"add": (Spool, "add"), "begin": (Spool, "begin"), "answered": (Sender, "checked"), "finish": (Spool, "finish")}[step])
Client(url, code="shop-7", secret="s3cret-of-shop-7", key=open(key).read(), spool=spool, registry=build([]),
       retry=Retry(budget=0)).send(orjson.loads(open(records).read()))
"""


@pytest.mark.wire
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("after", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_kill_9_between_any_two_steps_loses_and_doubles_nothing(platform, connect, shops, keys, tmp_path, *, step, after):
    (tmp_path / "key.pem").write_text(keys[0])
    (tmp_path / "records.json").write_bytes(orjson.dumps(shops(3)))
    arguments = [platform.url, "spool.db", "key.pem", "records.json", step, after]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr.decode()
    client = connect()
    kept = sum(client.spool.counts().values())
    assert kept == (0 if (step, after) == ("add", "before") else 1)
    receipts = client.flush()
    if (step, after) == ("finish", "after"):
        assert receipts == []
    elif kept:
        assert receipts[0].counts["valid"] == 3
        assert receipts[0].raw == platform.receipts[receipts[0].package][1]
    # what was never kept was never acknowledged either: the caller sends it again
    if not kept:
        client.send(shops(3))
    assert len(platform.held) == 3
    assert len(platform.receipts) == 1
    assert client.spool.counts() == {"done": 1}
    assert len(set(platform.bodies)) == 1
