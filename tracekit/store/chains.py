"""Walking the chain: level by level, one query a level, so that its cost grows with what is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracekit.store.backends import Raw, array, driver, reading
from tracekit.store.connected import Connected
from tracekit.store.values import Chain, ChainEdge, Direction, Vertex

_START = "SELECT DISTINCT k.record_id FROM link_keys k JOIN records r ON r.id = k.record_id WHERE k.key among(?) AND r.state = 1"
_STEPS = {
    1: "SELECT from_id, to_id, rung, key, confidence FROM edges WHERE from_id among_ids(?)",
    -1: "SELECT from_id, to_id, rung, key, confidence FROM edges WHERE to_id among_ids(?)",
}
_VERTICES = "SELECT id, kind, origin, key, start_s, end_s, node, region, category, broken, body, aside FROM records WHERE id among_ids(?)"

Found = dict[tuple[int, int, int], tuple[str, float]]
"""(from, to, rung) → (key, confidence)"""


class Chains(Connected):
    """Part of `Store`: records by ref, and the chain from there."""

    def records_by_ref(self, refs: Iterable[str]) -> list[int]:
        """Ids of accepted records that name any of these refs, of goods or of papers."""
        with reading(self.back) as connection:
            return self._start(driver(connection), refs)

    def trace(self, refs: Iterable[str], direction: Direction = "both", max_vertices: int = 10_000, max_depth: int = 100) -> Chain:
        """The events before and after those that name any of these refs, with the edges between them."""
        with reading(self.back) as connection:
            raw = driver(connection)
            start = self._start(raw, refs)
            depths = dict.fromkeys(start[:max_vertices], 0)
            edges: Found = {}
            truncated = len(start) > max_vertices
            for way in {"forward": (1,), "backward": (-1,), "both": (-1, 1)}[direction]:
                truncated |= self._walk(raw, way, start[:max_vertices], depths, edges, max_vertices, max_depth)
            return self._chain(raw, depths, edges, truncated)

    def _start(self, raw: Raw, refs: Iterable[str]) -> list[int]:
        rows = raw.execute(self.back.sql(_START), (array(set(refs)),)).fetchall()
        return sorted(row[0] for row in rows)

    def _walk(
        self, raw: Raw, way: int, start: Sequence[int], depths: dict[int, int], edges: Found, max_vertices: int, max_depth: int
    ) -> bool:
        """Follow edges one way; true if a limit stopped it. A loop ends where it meets itself."""
        level: Sequence[int] = start
        reached = set(start)
        for depth in range(1, max_depth + 1):
            rows = raw.execute(self.back.sql(_STEPS[way]), (array(level),)).fetchall() if level else []
            following: list[int] = []
            for source, target, rung, key, confidence in rows:
                other = target if way == 1 else source
                if other not in reached:
                    if other not in depths:
                        if len(depths) >= max_vertices:
                            return True
                        depths[other] = way * depth
                    reached.add(other)
                    following.append(other)
                edges[source, target, rung] = (key, confidence)
            if not following:
                return False
            level = following
        return True

    def _chain(self, raw: Raw, depths: dict[int, int], edges: Found, truncated: bool) -> Chain:
        rows = raw.execute(self.back.sql(_VERTICES), (array(depths),)).fetchall()
        texts = self.names.texts(raw, {id_ for row in rows for id_ in (row[1], row[2], row[6], row[7], row[8])})
        rungs = self.names.texts(raw, {rung for _, _, rung in edges})
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
                depths[row[0]],
                bytes(row[10]),
                bytes(row[11]),
            )
            for row in rows
        ]  # fmt: skip  in the order of Vertex
        found = [ChainEdge(source, target, rungs[rung], *value) for (source, target, rung), value in sorted(edges.items())]
        return Chain(sorted(vertices, key=lambda one: (one.start, one.record_id)), found, truncated)
