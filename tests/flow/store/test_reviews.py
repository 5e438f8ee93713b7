"""Filing: a pending record is counted so, until its review accepts or refuses it."""

import pytest
from judging import DAY, judged

from tracekit.errors import StoreError
from tracekit.store import Filing, Store, Written
from tracekit.store.settling import NO_RECORD

KIND = "core.merchant"


def subject(number: int, **changes):
    fields = {"kind": KIND, "verdict": "pending", "filing": True, "keys": [], "business_key": "", "lines": 0, **changes}
    return judged(number, **fields)


def apply(store: Store, number: int, **changes) -> int:
    one = subject(number, **changes)
    with store.receiving(["market-1"]) as tx:
        (id_,) = tx.write(Written("city-a", 50, [one], filings=[Filing(-1, KIND, "city-a", (f"uscc:{number}",))]))
    return id_


def settle(store: Store, id_: int, state: str, **fields):
    with store.receiving([]) as tx:
        return tx.settle(Filing(id_, KIND, "city-a", fields.pop("refs", ("uscc:1",)), state, **fields), 60, fields.pop("up", ()))


def counts(store: Store):
    found = store.rollups(DAY, DAY, ())[0]
    return found.total, found.valid, found.problem, found.pending, found.correction


def test_a_pending_record_waits(store: Store):
    id_ = apply(store, 1)
    assert counts(store) == (1, 0, 0, 1, 0)
    assert store.filed(["uscc:1", "uscc:2"]) == {"uscc:1": "pending"}
    assert store.filings_waiting() == 1
    filing = store.filing(id_)
    assert filing is not None
    assert (filing.state, filing.applicant, filing.refs, filing.changed_at) == ("pending", "city-a", ("uscc:1",), 50)
    with store.receiving([]) as tx:
        (known,) = tx.identities([("market-1", KIND, subject(1).key)]).popitem()[1]
    assert (known.verdict, known.current) == ("pending", True)
    assert store.integrity() == []


def test_approval_accepts_it_and_assigns_a_code(store: Store):
    id_ = apply(store, 1)
    done = settle(store, id_, "approved", refs=("uscc:1", "merchant:3706000020001"), assigned_code="3706000020001", reviewer="li")
    assert counts(store) == (1, 1, 0, 0, 0)
    assert store.filed(["uscc:1", "merchant:3706000020001"]) == {"uscc:1": "approved", "merchant:3706000020001": "approved"}
    assert store.records([id_])[id_].verdict == "accepted"
    assert [one.assigned_code for one in store.filings(after=1)] == ["3706000020001"]
    assert store.filings(after=done.seq) == []
    assert store.integrity() == []


def test_an_approved_record_goes_up_once(store: Store):
    id_ = apply(store, 1)
    for _ in range(2):
        with store.receiving([]) as tx:
            tx.settle(Filing(id_, KIND, "city-a", ("uscc:1",), "approved"), 60, ["nation"])
    assert store.outbox_waiting("nation") == 1
    assert [row.count for row in store.statement("up:nation", DAY, DAY)] == [1]
    assert store.integrity() == []


def test_a_return_refuses_it_and_the_same_may_come_again(store: Store):
    id_ = apply(store, 1)
    settle(store, id_, "returned", reason="名称与证照不符")
    assert counts(store) == (1, 0, 1, 0, 0)
    assert store.statement("from:city-a", DAY, DAY) == []
    with store.receiving([]) as tx:
        assert tx.identities([("market-1", KIND, subject(1).key)]) == {}
    apply(store, 1)
    assert store.integrity() == []


def test_a_new_revision_replaces_only_when_it_is_approved(store: Store):
    first = apply(store, 1)
    settle(store, first, "approved")
    second = apply(store, 1, revision=2, action="correct", replaces=first, record={"note": "二"})
    assert store.records([first])[first].current
    assert store.filed(["uscc:1"]) == {"uscc:1": "approved"}
    settle(store, second, "approved")
    assert not store.records([first])[first].current
    assert counts(store) == (1, 1, 0, 0, 1)
    assert store.integrity() == []


def test_a_pending_revision_replaces_a_pending_one(store: Store):
    first = apply(store, 1)
    second = apply(store, 1, revision=2, action="correct", replaces=first, record={"note": "二"})
    assert counts(store) == (1, 0, 0, 1, 0)
    settle(store, second, "approved")
    assert counts(store)[1] + counts(store)[4] == 1
    assert store.integrity() == []


def test_suspension_keeps_the_record(store: Store):
    id_ = apply(store, 1)
    settle(store, id_, "approved")
    settle(store, id_, "suspended", reason="停业")
    assert store.records([id_])[id_].current
    assert store.filed(["uscc:1"]) == {"uscc:1": "suspended"}


def test_results_are_read_by_cursor(store: Store):
    made = [apply(store, number) for number in range(4)]
    settle(store, made[1], "approved", refs=("uscc:1",))
    seen = [one.record_id for one in store.filings(limit=2)]
    last = store.filings(limit=2)[-1].seq
    assert seen + [one.record_id for one in store.filings(after=last)] == [made[0], made[2], made[3], made[1]]
    assert [one.record_id for one in store.filings(state="approved")] == [made[1]]
    assert store.filings(applicant="other") == []


def test_the_subject_index_by_prefix_and_cursor(store: Store):
    store.file([Filing(0, "core.node", "", ("node:370600001", "node:370600002", "merchant:1"), "known")], 9)
    assert [one.ref for one in store.subjects(prefix="node:3706")] == ["node:370600001", "node:370600002"]
    assert store.subject("merchant:1").state == "known"
    assert store.subject("merchant:") is None
    assert store.subjects(after=store.subjects()[-1].seq) == []


def test_no_such_record(store: Store):
    with pytest.raises(StoreError) as error:
        settle(store, 99, "approved")
    assert error.value.code == NO_RECORD
