"""No space, or a database held by another program: HTTP 503 with its code, nothing acknowledged, and the same package goes in afterwards."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tracekit import Client
from tracekit.dock.receipt import Pending, Receipt
from tracekit.dock.retry import Retry
from tracekit.errors import DockingRejected
from tracekit.platform.setup import load

pytestmark = pytest.mark.wire

Trade = Callable[..., dict[str, Any]]
TRIGGER = (
    "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END';"
    "CREATE TRIGGER no_space BEFORE INSERT ON link_keys EXECUTE FUNCTION no_space()"
)


@contextmanager
def sender(link: Any) -> Iterator[tuple[Client, Callable[[], None]]]:
    """The market's own client, which gives up at once; and what lets ten seconds pass, because the server asks for five."""
    setup, ahead = load(link.shop), [0]
    with Client.admitted(
        link.city / "credentials" / f"{setup.code}.json",
        link.shop / "keys" / "signing.pem",
        spool=link.shop / "spool.db",
        retry=Retry(budget=0),
        clock=lambda: time.time() + sum(ahead),
    ) as client:
        yield client, lambda: ahead.append(10)


def with_option(link: Any, option: str) -> None:
    """Serve the city's SQLite file with an option in its address."""
    link.stage.stop(link.server)
    file = link.city / "platform.toml"
    text = file.read_text("utf-8").split('"sqlite:///store.db')
    file.write_text(f'{text[0]}"sqlite:///store.db{option}{text[1][text[1].index(chr(34)) :]}', "utf-8")
    link.serve()


@contextmanager
def no_space(link: Any) -> Iterator[None]:
    """The city's store takes no more: a limit of pages on SQLite, a trigger with SQLSTATE 53100 on PostgreSQL."""
    url = load(link.city).store_url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(link.city / "store.db")) as raw:
            pages = raw.execute("PRAGMA page_count").fetchone()[0]
        with_option(link, f"?max_page_count={pages + 3}")
        yield
        with_option(link, "")
        return
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute(TRIGGER)
        yield
        raw.execute("DROP TRIGGER no_space ON link_keys")


def test_a_full_disk_is_told_and_nothing_is_acknowledged(link: Any, trade: Trade) -> None:
    with sender(link) as (client, wait):
        assert isinstance(client.send([trade(number) for number in range(1, 21)])[0], Receipt)
        before = link.counts(link.city)
        with no_space(link):
            kept = client.send([trade(number) for number in range(21, 221)])[0]
            assert isinstance(kept, Pending)
            assert kept.code == "TK-DOCK-117"
            assert "TK-STO-002" in link.stage.log()
            assert link.counts(link.city) == before
            with pytest.raises(DockingRejected) as unknown:
                client.receipt(kept.package)
            assert unknown.value.code == "TK-DOCK-118"
        wait()
        received = client.flush()[0]
        assert isinstance(received, Receipt)
        assert (received.package, received.counts["valid"]) == (kept.package, 200)
    assert link.counts(link.city)["valid"] == 220


@pytest.mark.parametrize("link", ["sqlite"], indirect=True)
def test_a_database_held_by_another_program_is_told_by_server_and_run(link: Any, trade: Trade) -> None:
    with_option(link, "?timeout=0.2")
    with sender(link) as (client, wait):
        with held(link.city):
            kept = client.send([trade(1)])[0]
            assert isinstance(kept, Pending)
            assert kept.code == "TK-DOCK-117"
            assert "TK-STO-003" in link.stage.log()
        wait()
        assert isinstance(client.flush()[0], Receipt)
    link.new_file()
    link.stage.command("run", link.shop, "--dry-run")
    file = link.shop / "platform.toml"
    file.write_text(file.read_text("utf-8").replace("store.db", "store.db?timeout=0.2"), "utf-8")
    with held(link.shop):
        code, told = link.stage.command("run", link.shop)
        assert (code, told["error"]["code"]) == (2, "TK-STO-003")
    link.settled()
    assert link.counts(link.shop)["valid"] == link.good


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another program writes to the platform's SQLite file and does not end."""
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
