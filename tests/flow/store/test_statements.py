"""Statements: two stores that hold the same say the same; a difference is found digit by digit."""

from judging import DAY, NODE, judged

from tracekit.ids import add_leaves, leaf
from tracekit.store import Store, Written

KIND = "meat_veg.market_trade"


def write(store: Store, *records, up: bool = False):
    with store.receiving({one.origin for one in records}) as tx:
        peers = {"nation": [-place for place in range(1, len(records) + 1)]} if up else {}
        return tx.write(Written("city-a", 0, records, up=peers))


def test_the_digest_is_the_sum_of_leaves(store: Store):
    made = [judged(number) for number in range(30)]
    write(store, *made[:20])
    write(store, *made[20:])
    total = add_leaves(leaf(one.identity, one.revision, one.content_id) for one in made)
    (row,) = store.statement("from:city-a", DAY, DAY)
    assert (row.day, row.node, row.kind, row.count, row.digest) == (DAY, NODE, KIND, 30, f"{total:064x}")
    assert store.statement("from:nobody", DAY, DAY) == []
    assert store.statement("from:city-a", DAY + 1, DAY + 9) == []


def test_levels_sum_what_is_below(store: Store):
    made = [judged(number, node=f"37060000{number % 3}", day=DAY + number % 2) for number in range(12)]
    write(store, *made)
    assert [row.count for row in store.statement("from:city-a", DAY, DAY + 1, "kind")] == [2] * 6
    assert [(row.day, row.node, row.kind, row.count) for row in store.statement("from:city-a", DAY, DAY + 1, "day")] == [
        (DAY, "", "", 6),
        (DAY + 1, "", "", 6),
    ]
    assert {row.kind for row in store.statement("from:city-a", DAY, DAY + 1, "node")} == {""}


def test_a_revision_replaces_its_leaf_and_a_void_stands_for_itself(store: Store):
    write(store, judged(1), up=True)
    again = judged(1, revision=2, action="correct", replaces=1, record={"note": "改"})
    write(store, again, up=True)
    for link in ("from:city-a", "up:nation"):
        assert store.statement(link, DAY, DAY)[0].digest == f"{leaf(again.identity, 2, again.content_id):064x}"
    void = judged(1, revision=3, action="void", replaces=2)
    write(store, void, up=True)
    assert [(row.node, row.count) for row in store.statement("up:nation", DAY, DAY)] == [("", 1)]
    assert store.integrity() == []


def test_the_drill_down_ends_at_the_keys_that_differ(store: Store):
    made = [judged(number) for number in range(60)]
    missing = made.pop(17)
    write(store, *made, up=True)
    write(store, missing)
    prefix, theirs, ours = "", "up:nation", "from:city-a"
    cell = (DAY, NODE, KIND)
    while len(keys := store.statement_keys(ours, *cell, prefix)) > 3:
        left, right = store.statement_prefix(ours, *cell, prefix), store.statement_prefix(theirs, *cell, prefix)
        assert sum(count for count, _ in left.values()) == len(keys)
        (digit,) = [digit for digit in left if left[digit] != right.get(digit)]
        prefix += digit
    assert missing.identity.hex().startswith(prefix)
    have = {key.key for key in store.statement_keys(theirs, *cell, prefix)}
    assert [(key.key, key.revision, key.content_id) for key in keys if key.key not in have] == [(missing.key, 1, missing.content_id)]


def test_a_prefix_that_is_none_finds_nothing(store: Store):
    write(store, judged(1))
    for prefix in ("zz", "AB", "0" * 64, "'; DROP TABLE records"):
        assert store.statement_prefix("from:city-a", DAY, NODE, KIND, prefix) == {}
    assert store.statement_prefix("from:city-a", DAY, "unheard", KIND) == {}


def test_a_recount_notices_a_lost_leaf(store: Store):
    write(store, judged(1))
    with store.back.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE statements SET count = 2")
    assert len(store.integrity()) == 1
