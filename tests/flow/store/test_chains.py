"""The chain: walked level by level, in the right direction, through loops, up to its limits."""

import pytest
from judging import judged

from tracekit.pipeline.link import Edge
from tracekit.sdk import LinkKey
from tracekit.store import ChainEdge, Store, Written


def grow(store: Store, count: int, edges: list[tuple[int, int]]) -> None:
    """Records 1 … count, each found by `lot:<its number>`."""
    made = [judged(number, keys=[LinkKey("offer", "lot", f"lot:{number}")]) for number in range(1, count + 1)]
    with store.receiving(["market-1"]) as tx:
        tx.write(Written("city-a", 0, made, [Edge(-source, -target, "lot", f"lot:{source}", 0.9) for source, target in edges]))


def ids(chain) -> set[int]:
    return {vertex.record_id for vertex in chain.vertices}


def test_forward_backward_and_both(store: Store):
    # two farms, one slaughter, two shops; a stranger
    grow(store, 6, [(1, 3), (2, 3), (3, 4), (3, 5)])
    assert ids(store.trace(["lot:1"], "forward")) == {1, 3, 4, 5}
    assert ids(store.trace(["lot:4"], "backward")) == {1, 2, 3, 4}
    both = store.trace(["lot:3"])
    assert ids(both) == {1, 2, 3, 4, 5}
    assert {vertex.record_id: vertex.depth for vertex in both.vertices} == {1: -1, 2: -1, 3: 0, 4: 1, 5: 1}
    assert both.edges[0] == ChainEdge(1, 3, "lot", "lot:1", 0.9)
    assert not both.truncated
    assert ids(store.trace(["lot:6"])) == {6}
    assert ids(store.trace(["lot:unheard"])) == set()


def test_the_way_back_does_not_go_forward_again(store: Store):
    grow(store, 4, [(1, 2), (1, 3), (3, 4)])
    assert ids(store.trace(["lot:2"])) == {1, 2}


def test_vertices_tell_what_happened(store: Store):
    grow(store, 1, [])
    (vertex,) = store.trace(["lot:1"]).vertices
    one = judged(1, keys=[])
    assert (vertex.kind, vertex.origin, vertex.key, vertex.node) == (one.kind, one.origin, one.key, one.node)
    assert (vertex.start, vertex.end, vertex.region, vertex.category) == (one.start, one.end, one.region, one.category)
    assert vertex.body == one.body


def test_a_loop_ends(store: Store):
    grow(store, 3, [(1, 2), (2, 3), (3, 1)])
    chain = store.trace(["lot:1"])
    assert ids(chain) == {1, 2, 3}
    assert len(chain.edges) == 3
    assert not chain.truncated


def test_limits_are_told(store: Store):
    grow(store, 9, [(number, number + 1) for number in range(1, 9)])
    short = store.trace(["lot:1"], max_depth=3)
    assert ids(short) == {1, 2, 3, 4}
    assert short.truncated
    small = store.trace(["lot:1"], max_vertices=5)
    assert len(small.vertices) == 5
    assert small.truncated
    assert all(edge.source in ids(small) and edge.target in ids(small) for edge in small.edges)
    assert not store.trace(["lot:1"], max_vertices=9).truncated


def test_refs_of_goods_and_of_papers_find_a_record(store: Store):
    with store.receiving(["market-1"]) as tx:
        tx.write(Written("city-a", 0, [judged(4, keys=[])]))
    for ref in ("batch:00000000000000000011", "tran:00000000000000000004", "quarantine:370000000001"):
        assert store.records_by_ref([ref]) == [1]


@pytest.mark.parametrize("width", [3, 300])
def test_queries_grow_with_depth_and_not_with_vertices(store: Store, width: int):
    grow(store, width + 1, [(1, target) for target in range(2, width + 2)])
    executed: list[str] = []
    raw = store.back.sql
    store.back.sql = lambda text: executed.append(text) or raw(text)
    assert len(store.trace(["lot:1"]).vertices) == width + 1
    assert len(executed) <= 8
