"""Walking the chain: level by level, one query a level, so that its cost grows with what is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracekit.store.backends import array
from tracekit.store.connected import Connected
from tracekit.store.transaction import Transaction
from tracekit.store.values import Chain, ChainEdge, Direction, Vertex

_START = (
    "SELECT DISTINCT k.record_id FROM link_keys k WHERE k.key among(?) AND (SELECT r.state FROM records r WHERE r.id = k.record_id) = 1"
)
_STEPS = {
    1: "SELECT from_id, to_id, rung, key, confidence FROM edges WHERE from_id among_ids(?)",
    -1: "SELECT from_id, to_id, rung, key, confidence FROM edges WHERE to_id among_ids(?)",
}
_VERTICES = "SELECT id, kind, origin, key, start_s, end_s, node, region, category, broken, body, aside FROM records WHERE id among_ids(?)"

_WAYS: Mapping[str, tuple[int, ...]] = {"forward": (1,), "backward": (-1,), "both": (-1, 1)}


class Chains(Connected):
    """Part of `Store`: records by ref, and the chain from there."""

    def records_by_ref(self, refs: Iterable[str]) -> list[int]:
        """Ids of accepted records that name any of these refs, of goods or of papers."""
        with self._reading() as tx:
            return _start(tx, refs)

    def trace(self, refs: Iterable[str], direction: Direction = "both", max_vertices: int = 10_000, max_depth: int = 100) -> Chain:
        """The events before and after those that name any of these refs, with the edges between them."""
        with self._reading() as tx:
            start = _start(tx, refs)
            walk = _Walk(dict.fromkeys(start[:max_vertices], 0), {}, max_vertices, len(start) > max_vertices)
            for way in _WAYS[direction]:
                walk.follow(tx, way, start[:max_vertices], max_depth)
            return _chain(tx, walk)


@dataclass
class _Walk:
    """What is found so far: depth by record id, and edges."""

    depths: dict[int, int]
    edges: dict[tuple[int, int, int], tuple[str, float]]
    max_vertices: int
    truncated: bool

    def follow(self, tx: Transaction, way: int, start: Sequence[int], max_depth: int) -> None:
        """Follow edges one way, forward (1) or backward (-1). A loop ends where it meets itself."""
        level, reached = start, set(start)
        for depth in range(1, max_depth + 1):
            rows = tx.rows(_STEPS[way], array(level)) if level else []
            level = [one for one in dict.fromkeys(row[1 if way == 1 else 0] for row in rows) if one not in reached]
            level = self._admit(level, way * depth)
            reached.update(level)
            kept = self.depths.keys()
            self.edges.update({row[:3]: (row[3], row[4]) for row in map(tuple, rows) if row[0] in kept and row[1] in kept})
            if not level:
                return
        self.truncated = True

    def _admit(self, level: Sequence[int], depth: int) -> list[int]:
        """Those of a level that fit under the limit; a vertex keeps the depth at which it was met first."""
        new = [one for one in level if one not in self.depths]
        room = self.max_vertices - len(self.depths)
        self.truncated |= len(new) > room
        self.depths.update(dict.fromkeys(new[:room], depth))
        return [one for one in level if one in self.depths]


def _start(tx: Transaction, refs: Iterable[str]) -> list[int]:
    return sorted(row[0] for row in tx.rows(_START, array(set(refs))))


def _chain(tx: Transaction, walk: _Walk) -> Chain:
    rows = tx.rows(_VERTICES, array(walk.depths))
    texts = tx.texts({id_ for row in rows for id_ in (row[1], row[2], row[6], row[7], row[8])})
    rungs = tx.texts({rung for _, _, rung in walk.edges})
    vertices = [
        Vertex(
            row[0],
            texts[row[1]],
            texts[row[2]],
            row[3],
            row[4],
            row[5],
            texts[row[6]],
            texts[row[7]],
            texts[row[8]],
            bool(row[9]),
            walk.depths[row[0]],
            bytes(row[10]),
            bytes(row[11]),
        )
        for row in rows
    ]  # fmt: skip  in the order of Vertex
    edges = [ChainEdge(source, target, rungs[rung], *value) for (source, target, rung), value in sorted(walk.edges.items())]
    return Chain(sorted(vertices, key=lambda one: (one.start, one.record_id)), edges, walk.truncated)
