"""Feedback, daily reports, receipts, the query log, and the overview."""

import pytest
from judging import DAY, NODE, judged, refused

from tracekit.errors import StoreError
from tracekit.findings import Finding
from tracekit.store import Daily, Feedback, Query, Receipt, Store, Written


def write(store: Store, *records, sender: str = "city-a", receipt: Receipt | None = None):
    with store.receiving({one.origin for one in records}) as tx:
        return tx.write(Written(sender, 7, records, receipt=receipt))


def test_feedback_is_open_until_it_is_closed_once(store: Store):
    entry = Feedback(1, "city-a", "market-1", "x.y", "k", (Finding("TK-CHK-003", "warning", "key"),), "张", 100, 200)
    first, second = store.feedback_open([entry, entry])
    assert (first.id, second.id) == (1, 2)
    assert store.feedback(sender="city-a", state="open") == [first, second]
    assert store.feedback(due_before=200) == []
    assert store.feedback(due_before=201) == [first, second]
    assert store.feedback_close(first.id, "revision", 150)
    assert not store.feedback_close(first.id, "again", 160)
    (closed,) = store.feedback(after=second.seq)
    assert (closed.id, closed.state, closed.how, closed.closed_at) == (1, "closed", "revision", 150)
    assert store.status().feedback_open == 1


def test_a_later_daily_report_replaces_the_first(store: Store):
    for state in ("traded", "closed"):
        store.save_daily(Daily(NODE, DAY, "city-a", state, {"total": 3}, 1, "", 9))
    (report,) = store.daily(DAY, DAY, NODE)
    assert (report.state, report.believed) == ("closed", {"total": 3})
    assert store.daily(DAY + 1, DAY + 2) == []


def test_receipts_can_only_be_appended(store: Store):
    write(store, judged(1), receipt=Receipt("r1", "p1", "city-a", "00", b"one"))
    write(store, judged(2), receipt=Receipt("r2", "p2", "city-a", "00", b"two"))
    for change in ("UPDATE receipts SET body = sha256", "DELETE FROM receipts"):
        with pytest.raises(Exception, match="append-only"), store.back.engine.begin() as connection:
            connection.exec_driver_sql(change)
    assert [(number, receipt.package, receipt.body) for number, receipt in store.receipts()] == [(1, "p1", b"one"), (2, "p2", b"two")]
    assert [number for number, _ in store.receipts(after=1)] == [2]
    assert store.receipts_head()[0] == 2
    assert store.receipts_broken() == []


def test_a_forged_receipt_breaks_the_chain(store: Store):
    for number in (1, 2, 3):
        write(store, judged(number), receipt=Receipt(f"r{number}", f"p{number}", "city-a", "00", b"%d" % number))
    trigger = "DROP TRIGGER receipts_no_update" + ("" if store.back.name == "sqlite" else " ON receipts")
    with store.back.engine.begin() as connection:
        connection.exec_driver_sql(trigger)
        connection.exec_driver_sql("UPDATE receipts SET body = sha256 WHERE seq = 2")
    assert store.receipts_broken() == [2]


def test_one_receipt_a_package_and_sender(store: Store):
    receipt = Receipt("r1", "p1", "city-a", "00", b"one")
    write(store, judged(1), receipt=receipt)
    with pytest.raises(StoreError) as error:
        write(store, judged(2), receipt=receipt._replace(id="r2"))
    assert error.value.code == "TK-STO-006"
    write(store, judged(3), sender="city-b", receipt=receipt._replace(id="r3", sender="city-b"))
    assert store.status().records == 2


def test_rollups_by_any_grouping(store: Store):
    write(store, judged(1), judged(2, node="370600009", backfill=True), refused(3))
    write(store, judged(4, day=DAY + 1), sender="city-b")
    assert [(row.by, row.total) for row in store.rollups(DAY, DAY + 1, ("day", "node"))] == [
        ((DAY, NODE), 2),
        ((DAY, "370600009"), 1),
        ((DAY + 1, NODE), 1),
    ]
    assert [(row.by, row.total, row.valid, row.problem) for row in store.rollups(DAY, DAY + 1, ("sender",))] == [
        (("city-a",), 3, 2, 1),
        (("city-b",), 1, 1, 0),
    ]
    assert store.rollups(DAY, DAY + 1, (), node=NODE)[0].total == 3
    assert store.rollups(DAY, DAY + 1, (), node=[NODE, "370600009"], sender="city-a")[0].backfilled == 1
    assert store.rollups(DAY, DAY + 1, (), node="unheard")[0].total == 0
    assert store.rollups(DAY, DAY, ())[0].lines == 4


def test_the_quarantine_is_listed_exported_and_marked(store: Store):
    write(store, *[refused(number, code) for number, code in enumerate(("TK-REC-002", "TK-REC-009", "TK-REC-002"))])
    assert [one.key for one in store.quarantine(code="TK-REC-009")] == [refused(1).key]
    assert [one.id for one in store.quarantine(after=1, limit=1)] == [2]
    assert store.quarantine(node="unheard") == []
    assert [one.id for one in store.quarantine_export(sender="city-a")] == [1, 2, 3]
    store.quarantine_mark([1, 2], "retried")
    assert [one.id for one in store.quarantine("new")] == [3]
    assert store.status().quarantine == {"new": 1, "retried": 2}
    assert store.refused(2).findings == (Finding("TK-REC-009", "error", "items.1.ref", {"name": "标识"}),)
    assert store.refused(99) is None


def test_queries_are_logged(store: Store):
    store.log_query(5, "county", "trace", ["tran:1"], "抽检", 3, "案件 12")
    (query,) = store.query_log()
    assert query == Query(5, "county", "trace", ("tran:1",), "抽检", 3, query.id, "案件 12")
    assert store.query_log(after=query.id) == []


def test_cursors_without_a_batch(store: Store):
    store.save_cursor("register", "1")
    store.save_cursor("register", "2")
    assert store.cursor("register") == "2"
    assert store.status().cursors == {"register": "2"}


def test_versions_by_key_and_all_in_order(store: Store):
    write(store, judged(1), judged(2))
    write(store, judged(1, revision=2, action="correct", replaces=1, record={"note": "二"}))
    one = judged(1)
    assert [(found.revision, found.current) for found in store.records_of(one.origin, one.kind, [one.key])] == [(1, False), (2, True)]
    assert store.records_of("unheard", one.kind, [one.key]) == []
    assert [found.record_id for found in store.records_after(1)] == [2, 3]
    assert [found.record_id for found in store.records_after(0, 1, one.kind)] == [1]
    assert store.records_after(0, 10, "no.kind") == []


def test_a_recount_notices_a_wrong_counter(store: Store):
    write(store, judged(1))
    with store.back.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE rollups SET valid = 2")
    assert len(store.rollups_broken()) == 1
