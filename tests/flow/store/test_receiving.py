"""Accepting: what is written is found again, counted once, and replaced by a higher revision."""

import pytest
from judging import DAY, NODE, judged, refused

from tracekit.errors import StoreError
from tracekit.findings import Finding
from tracekit.pipeline.judged import Wanted
from tracekit.pipeline.link import Edge
from tracekit.store import FindingCount, Receipt, Store, Written

SENDER = "city-a"


def write(store: Store, *records, **fields):
    with store.receiving({one.origin for one in records}) as tx:
        return tx.write(Written(SENDER, 1_795_300_000, records, **fields))


def cell(store: Store):
    return store.rollups(DAY, DAY, ())[0]


def test_a_batch_is_found_again(store: Store):
    one, two = judged(1), judged(2)
    receipt = Receipt("r-1", "p-1", SENDER, "00", b'{"id":"r-1"}')
    ids = write(store, one, two, receipt=receipt, cursor=("trades", "17"))
    assert ids == [1, 2]
    assert store.bodies(ids) == {1: (one.body, one.aside), 2: (two.body, two.aside)}
    stored = store.records(ids)[1]
    assert (stored.origin, stored.kind, stored.key, stored.content_id) == (one.origin, one.kind, one.key, one.content_id)
    assert (stored.sender, stored.receipt, stored.verdict, stored.current) == (SENDER, "r-1", "accepted", True)
    assert store.receipt(SENDER, "p-1") == b'{"id":"r-1"}'
    assert store.receipt(SENDER, "p-2") is None
    assert store.receipt_digest(SENDER, "p-1") == "00"
    assert store.cursor("trades") == "17"
    assert store.cursor("other") is None


def test_identities_name_revision_content_and_first_receipt(store: Store):
    one = judged(1)
    write(store, one, judged(2), receipt=Receipt("r-1", "p-1", SENDER, "00", b"{}"))
    asked = (one.origin, one.kind, one.key)
    with store.receiving([one.origin]) as tx:
        found = tx.identities([asked, (one.origin, one.kind, "unheard"), ("nobody", one.kind, one.key)])
    assert list(found) == [asked]
    assert found[asked][0][1:] == (1, one.content_id, "r-1", True, "accepted")


def test_a_higher_revision_replaces_and_its_edges_go(store: Store):
    upstream, one = judged(1), judged(2)
    write(store, upstream, one, edges=[Edge(-1, -2, "slip", "tran:1", 1.0)])
    again = judged(2, revision=2, action="correct", replaces=2, record={"note": "更正"})
    assert write(store, again) == [3]
    with store.receiving([one.origin]) as tx:
        versions = tx.identities([(one.origin, one.kind, one.key)])[one.origin, one.kind, one.key]
    assert [(version.revision, version.current) for version in versions] == [(1, False), (2, True)]
    assert store.trace(["tran:00000000000000000001"]).edges == []
    counts = cell(store)
    assert (counts.total, counts.valid, counts.correction) == (2, 2, 1)
    assert store.integrity() == []


def test_a_void_ends_a_record(store: Store):
    write(store, judged(1))
    write(store, judged(1, revision=2, action="void", replaces=1))
    counts = cell(store)
    assert (counts.total, counts.valid, counts.void) == (1, 1, 1)
    assert store.records_by_ref(["tran:00000000000000000001"]) == []
    assert store.integrity() == []


def test_revisions_inside_one_batch(store: Store):
    second = judged(1, revision=2, action="correct", replaces=-1, record={"note": "二"})
    ids = write(store, judged(1), second, edges=[])
    assert [store.records([id_])[id_].current for id_ in ids] == [False, True]
    assert store.statement(f"from:{SENDER}", DAY, DAY)[0].count == 1
    assert store.integrity() == []


def test_the_same_revision_cannot_stand_twice(store: Store):
    write(store, judged(1))
    with pytest.raises(StoreError) as error:
        write(store, judged(1))
    assert error.value.code == "TK-STO-006"
    assert cell(store).total == 1


def test_an_exception_stores_nothing(store: Store):
    with pytest.raises(KeyError), store.receiving(["market-1"]) as tx:  # noqa: PT012  it breaks after the writing
        tx.write(Written(SENDER, 0, [judged(1)]))
        raise KeyError
    assert store.status().records == 0
    # ids and names given in vain are not used again wrongly
    assert write(store, judged(1)) == [1]
    assert store.records([1])[1].origin == "market-1"


def test_facts_come_by_key(store: Store):
    one = judged(1)
    ids = write(store, one, judged(9))
    with store.receiving([one.origin]) as tx:
        tx.lock_links()
        facts = tx.facts(
            Wanted(
                business={one.business_key, "none"},
                offers={"tran:00000000000000000001", "tran:7"},
                seekers={"batch:00000000000000000001", "batch:00000000000000000002"},
            )
        )
    assert facts.business == {one.business_key: "market-1"}
    assert [entry[:4] for entry in facts.offers["tran:00000000000000000001"]] == [(ids[0], "tran:00000000000000000001", "slip", 0)]
    assert facts.offers.keys() == {"tran:00000000000000000001"}
    assert facts.seekers["batch:00000000000000000001"][0].line == 1
    assert facts.seekers["batch:00000000000000000001"][0].start == one.start


def test_a_replaced_record_offers_nothing(store: Store):
    write(store, judged(1))
    write(store, judged(1, revision=2, action="void", replaces=1))
    with store.receiving(["market-1"]) as tx:
        facts = tx.facts(Wanted(offers={"tran:00000000000000000001"}, business={judged(1).business_key}))
    assert facts.offers == {}


def test_a_late_upstream_heals_the_broken_link(store: Store):
    warning = Finding("TK-LINK-001", "warning", "items.1", {"key": "-"})
    broken = judged(4, broken=True, findings=[warning])
    (late,) = write(store, broken)
    assert cell(store).broken == 1
    assert store.findings_top(DAY, DAY) == [FindingCount("TK-LINK-001", "warning", 1)]
    write(store, judged(5), edges=[Edge(-1, late, "batch", "batch:1", 0.9)], healed={late})
    assert cell(store).broken == 0
    assert store.findings_top(DAY, DAY) == []
    assert store.integrity() == []


def test_duplicates_are_counted_apart(store: Store):
    write(store, judged(1))
    write(store, judged(1, verdict="duplicate"), judged(1, verdict="duplicate"))
    counts = cell(store)
    assert (counts.total, counts.valid, counts.duplicate) == (1, 1, 2)
    assert store.integrity() == []


def test_measurements_stand_apart(store: Store):
    quote = judged(1, kind="core.market_quote", measurement=True, keys=[], business_key="")
    assert write(store, quote) == [0]
    assert store.rollups(DAY, DAY, ()) == [((), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
    assert store.status().records == 0
    assert [one.key for one in store.quotes(DAY, DAY)] == [quote.key]
    with store.receiving(["market-1"]) as tx:
        known = tx.identities([(quote.origin, quote.kind, quote.key)])
    (version,) = known[quote.origin, quote.kind, quote.key]
    assert (version.content_id, version.current) == (quote.content_id, True)
    write(store, judged(1, kind="core.market_quote", measurement=True, revision=2, replaces=version.record_id))
    assert [one.revision for one in store.quotes(DAY, DAY)] == [2]


def test_refused_records_are_kept_and_counted_once_a_content(store: Store):
    write(store, refused(1), judged(2))
    write(store, refused(1), refused(1, record={"note": "其他"}))
    assert [(one.seen, one.state) for one in store.quarantine()] == [(2, "new"), (1, "new")]
    counts = cell(store)
    assert (counts.total, counts.valid, counts.problem) == (3, 1, 2)
    first = store.refused(1)
    assert first is not None
    assert (first.body, first.node, first.sender) == (refused(1).body, NODE, SENDER)
    assert first.findings[0].code == "TK-REC-002"
    assert store.findings_top(DAY, DAY)[0] == FindingCount("TK-REC-002", "error", 2)
    assert store.integrity() == []


def test_a_mended_record_leaves_the_quarantine_fixed(store: Store):
    write(store, refused(1))
    write(store, judged(1, record={"note": "已更正"}))
    assert [one.state for one in store.quarantine()] == ["fixed"]
    counts = cell(store)
    assert (counts.total, counts.valid, counts.problem) == (2, 1, 1)
    assert store.integrity() == []


def test_the_same_content_accepted_later_is_no_longer_a_problem(store: Store):
    write(store, refused(1))
    write(store, judged(1))
    counts = cell(store)
    assert (counts.total, counts.valid, counts.problem) == (1, 1, 0)
    assert store.integrity() == []


def test_mended_in_the_same_batch(store: Store):
    write(store, refused(1), judged(1, record={"note": "已更正"}))
    assert [one.state for one in store.quarantine()] == ["fixed"]
    assert store.integrity() == []


def test_what_no_database_text_can_hold_is_quarantined_all_the_same(store: Store):
    odd = refused(1)
    odd.key, odd.kind, odd.node = "a\0b\ud800", "x\0", "n\udfff"
    odd.findings = [Finding("TK-REC-012", "error", "key", {"value": "\ud800\0"})]
    write(store, odd)
    (kept,) = store.quarantine()
    assert kept.body == odd.body
    assert store.integrity() == []
