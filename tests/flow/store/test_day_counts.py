"""Day counts: only what changed is found, kept once, and told once to each peer."""

from judging import DAY, NODE, judged, refused

from tracekit.store import DayCount, Store, Written

KIND = "meat_veg.market_trade"
KEPT = {(KIND, "meat_veg"), ("meat_veg.never_seen", "meat_veg"), (KIND, "other")}


def write(store: Store, *records, sender: str = "shop"):
    with store.receiving({one.origin for one in records}) as tx:
        return tx.write(Written(sender, 0, records))


def count(store: Store) -> list[DayCount]:
    """What a dock run does first."""
    changed = store.day_counts_changed("city", KEPT)
    if changed:
        store.save_day_counts("city", changed)
    return changed


def tell(store: Store, peer: str) -> list[DayCount]:
    told = store.day_counts_untold(peer)
    store.day_counts_told(peer, told)
    return told


def test_the_rollups_of_all_senders_are_summed_and_only_what_changed_is_found_again(store: Store):
    assert count(store) == []
    write(store, judged(1), judged(2))
    write(store, judged(3, origin="market-2"), refused(4, origin="market-2"), sender="other")
    (one,) = count(store)
    assert one[:6] == ("city", DAY, NODE, KIND, "meat_veg", "370600")
    assert (one.counts["total"], one.counts["valid"], one.counts["problem"], one.counts["lines"]) == (4, 3, 1, 6)
    assert count(store) == []
    write(store, judged(5, node="370600003"))
    assert [(found.node, found.counts["valid"]) for found in count(store)] == [("370600003", 1)]


def test_kinds_that_are_not_kept_are_not_counted(store: Store):
    write(store, judged(1), judged(2, kind="meat_veg.slaughter"))
    assert {one.kind for one in count(store)} == {KIND}
    assert store.day_counts_changed("city", set()) == []


def test_each_peer_is_told_once_until_a_count_changes(store: Store):
    write(store, judged(1), judged(2, node="370600003"))
    count(store)
    assert [one.node for one in tell(store, "province")] == [NODE, "370600003"]
    assert tell(store, "province") == []
    assert len(tell(store, "nation")) == 2
    write(store, judged(3))
    count(store)
    assert [(one.node, one.counts["valid"]) for one in tell(store, "nation")] == [(NODE, 2)]


def test_pages_go_on_after_the_last_one(store: Store):
    write(store, *(judged(number, node=f"37060000{number}", day=DAY + number % 2) for number in range(5)))
    count(store)
    seen: list[DayCount] = []
    while page := store.day_counts_untold("province", seen[-1] if seen else None, 2):
        seen += page
    assert seen == store.day_counts_untold("province")
    assert len({one[:6] for one in seen}) == 5


def test_what_changed_while_it_was_told_stays_untold(store: Store):
    write(store, judged(1))
    count(store)
    on_its_way = store.day_counts_untold("province")
    write(store, judged(2))
    count(store)
    store.day_counts_told("province", on_its_way)
    assert [one.counts["valid"] for one in store.day_counts_untold("province")] == [2]


def test_what_is_told_twice_is_kept_once_and_passed_on_once(store: Store):
    below = DayCount("county", DAY, NODE, "hazmat.sale", "hazmat", "370602", {"total": 3, "valid": 3})
    for _ in range(2):
        store.save_day_counts("county", [below])
        tell(store, "province")
    assert store.day_counts_untold("province") == []
    store.save_day_counts("county", [below._replace(counts={"total": 4, "valid": 3, "problem": 1})])
    (one,) = store.day_counts_untold("province")
    assert (one.platform, one.counts["total"], one.counts["problem"], one.counts["lines"]) == ("county", 4, 1, 0)
    assert [one.counts["total"] for one in store.day_counts(DAY, DAY)] == [4]
    assert store.day_counts(DAY, DAY, besides="county") == store.day_counts(DAY + 1, DAY + 9) == []


def test_a_platform_that_docks_elsewhere_is_not_counted_twice(store: Store):
    below = DayCount("county", DAY, NODE, "hazmat.sale", "hazmat", "370602", {"total": 3, "valid": 3})
    store.save_day_counts("city-a", [below])
    store.save_day_counts("city-b", [below])
    assert len(store.day_counts(DAY, DAY)) == 1
