"""What a batch costs: the same number of statements whatever its size, and no table is ever read whole."""

import re
from pathlib import Path

from judging import judged
from sqlalchemy import event

from tracekit.pipeline.judged import Wanted
from tracekit.pipeline.link import Edge
from tracekit.store import Receipt, Store, Written

LARGE = ("records", "link_keys", "edges", "items", "statements", "rollups", "names", "receipts", "quarantine", "filed", "findings")


def accept(store: Store, first: int, count: int) -> None:
    made = [judged(number) for number in range(first, first + count)]
    with store.receiving(["market-1"]) as tx:
        tx.identities([(one.origin, one.kind, one.key) for one in made])
        tx.lock_links()
        keys = {key.key for one in made for key in one.keys}
        tx.facts(Wanted(filed={"node:1"}, offers=keys, seekers=keys, business={one.business_key for one in made}))
        edges = [Edge(-place, -place - 1, "slip", "x", 1.0) for place in range(1, count)]
        tx.write(Written("city-a", 0, made, edges, receipt=Receipt(f"r{first}", f"p{first}", "city-a", "00", b"{}"), up={"nation": [-1]}))


def statements_of(store: Store, act) -> list[str]:
    said: list[str] = []
    translate = store.back.sql
    store.back.sql = lambda text: (said.append(translate(text)), said[-1])[1]
    act()
    store.back.sql = translate
    return said


def test_the_number_of_statements_does_not_grow_with_the_batch(store: Store):
    accept(store, 0, 10)
    small = statements_of(store, lambda: accept(store, 1000, 5))
    large = statements_of(store, lambda: accept(store, 2000, 500))
    assert len(large) == len(small)


def test_no_table_is_read_whole(tmp_path: Path):
    with Store.open(f"sqlite:///{tmp_path}/store.db", create=True) as store:
        accept(store, 0, 2000)
        said = statements_of(store, lambda: accept(store, 5000, 50))
        said += statements_of(store, lambda: store.trace(["tran:00000000000000000001"]))
        said += statements_of(store, lambda: store.statement_keys("up:nation", 20_778, "370600002", "meat_veg.market_trade", "0"))
        said += statements_of(store, lambda: store.records([1, 2]))
        scans: list[str] = []
        with store.back.engine.connect() as connection:
            raw = connection.connection.driver_connection
            for sql in {one for one in said if one.startswith(("SELECT", "WITH", "DELETE", "UPDATE"))}:
                plan = raw.execute(f"EXPLAIN QUERY PLAN {sql}", ["[]"] * sql.count("?")).fetchall()
                scans += [
                    f"{row[-1]}: {sql}" for row in plan if re.match(r"SCAN (\w+)", row[-1]) and re.match(r"SCAN (\w+)", row[-1])[1] in LARGE
                ]
        assert scans == []
        assert len(said) > 20


def test_writing_holds_no_memory_of_batches_before(store: Store):
    known: list[int] = []
    event.listen(store.back.engine, "commit", lambda _: known.append(sum(map(len, store.names._ids.values()))))
    for batch in range(4):
        accept(store, batch * 100, 100)
    assert known[-1] == known[1], "the cache of names grows with the records"
