"""The outbox: a package once named keeps its id, header and records until it is done."""

import pytest
from judging import judged

from tracekit.errors import StoreError
from tracekit.store import Store, Written


def accept(store: Store, first: int, count: int, at: int = 100):
    with store.receiving(["market-1"]) as tx:
        made = [judged(number) for number in range(first, first + count)]
        return tx.write(Written("city-a", at, made, up={"nation": [-place for place in range(1, count + 1)]}))


def test_batches_are_joined_and_divided_in_order(store: Store):
    ids = accept(store, 0, 3) + accept(store, 10, 4)
    first = store.outbox_fill("nation", 5, "p1")
    second = store.outbox_fill("nation", 5, "p2")
    assert first is not None
    assert second is not None
    assert first.record_ids + second.record_ids == tuple(ids)
    assert len(first.record_ids) == 5
    assert store.outbox_fill("nation", 5, "p3") is None
    assert store.outbox_fill("province", 5, "p4") is None


def test_a_package_is_given_again_until_it_is_done(store: Store):
    accept(store, 0, 3)
    filled = store.outbox_fill("nation", 10, "p1")
    assert store.outbox_next(100) == [filled]
    store.outbox_sealed("p1", '{"id":"p1"}')
    store.outbox_retry("p1", 500, "TK-DOCK-002")
    assert store.outbox_next(499) == []
    (again,) = store.outbox_next(500)
    assert (again.package, again.header, again.state, again.attempts) == ("p1", '{"id":"p1"}', "sent", 1)
    assert again.record_ids == filled.record_ids
    assert again.last_error == "TK-DOCK-002"
    store.outbox_done("p1")
    assert store.outbox_next(1000) == []
    assert store.outbox_waiting("nation") == 0
    kept = store.outbox_package("p1")
    assert kept is not None
    assert kept.state == "done"
    assert store.outbox_package("p2") is None


def test_a_stopped_package_goes_again_under_its_old_id(store: Store):
    accept(store, 0, 3)
    store.outbox_fill("nation", 10, "p1")
    store.outbox_stop("p1", "TK-DOCK-004")
    assert store.outbox_next(1000) == []
    assert store.outbox_waiting("nation") == 3
    assert store.status().outbox == {"nation": {"stopped": 3}}
    assert store.outbox_resume("nation", 2000) == 1
    assert [one.package for one in store.outbox_next(2000)] == ["p1"]


def test_only_what_is_due_at_a_peer_is_given(store: Store):
    accept(store, 0, 2)
    store.outbox_add("province", [1], 100)
    store.outbox_fill("nation", 10, "p1")
    store.outbox_fill("province", 10, "p2")
    assert [one.package for one in store.outbox_next(1000, limit=10)] == ["p1", "p2"]
    assert [one.package for one in store.outbox_next(1000, "province")] == ["p2"]
    assert [one.package for one in store.outbox_list("nation")] == ["p1"]


def test_nothing_of_a_batch_that_failed_waits(store: Store):
    accept(store, 0, 2)
    with pytest.raises(StoreError):
        accept(store, 1, 2)
    assert store.outbox_waiting("nation") == 2
