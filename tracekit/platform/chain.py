"""The chain of a ref as far as the caller may see: events, edges, and gaps as vertices. Every query is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.config import Peer, covers
from tracekit.ids import parse_ref
from tracekit.pipeline.times import wire_time_of
from tracekit.platform.reception import fnmatch_end
from tracekit.platform.refusal import refusal

if TYPE_CHECKING:
    from tracekit.platform.office import Office
    from tracekit.sdk import Record
    from tracekit.store.values import Chain, Vertex

DIRECTIONS = ("forward", "backward", "both")
MAX_VERTICES = 5_000
LONGEST_CASE = 64
_SHOWN = ("kind", "origin", "key", "action", "shape", "time", "until", "category", "region", "party", "counterparty", "place")
_SHOWN_OF_ITEM = ("line", "role", "ref", "product", "product_name", "quantities", "origin_area", "origin_name")


def trace(office: Office, query: Mapping[str, str], caller: Peer | None = None) -> dict[str, Any]:
    """Where the goods of a ref came from and went to.

    Args:
        office: the platform that is asked.
        query: `ref`, and `direction` (forward, backward, both), `purpose`, `case` (the number of a case file).
        caller: a peer sees its own region, and what a department keeps under a case number only; without one the platform's own
            staff sees what the platform holds.

    Raises:
        DockingRejected: a parameter is wrong.
    """
    ref, direction = query.get("ref", ""), query.get("direction", "both")
    try:
        parse_ref(ref)
    except ValueError:
        raise refusal("TK-DOCK-124", name="ref", expected="scheme:value") from None
    if direction not in DIRECTIONS:
        raise refusal("TK-DOCK-124", name="direction", expected=", ".join(DIRECTIONS))
    case, who = _case(query), caller.code if caller else "own"
    found = office.store.trace([ref], direction, MAX_VERTICES)
    answer = _shown(office, found, caller, case)
    office.store.log_query(office.now(), who, "trace", [ref], query.get("purpose", ""), len(found.vertices), case)
    return {"ref": ref, "direction": direction, **answer}


def _case(query: Mapping[str, str]) -> str:
    case = query.get("case", "").strip()
    if len(case) > LONGEST_CASE or not case.isprintable():
        raise refusal("TK-DOCK-124", name="case", expected=f"a number of at most {LONGEST_CASE} characters")
    return case


def _shown(office: Office, found: Chain, caller: Peer | None, case: str) -> dict[str, Any]:
    near = _visible(found, caller)
    kept = _kept(found, caller, case, office.forwarding.needs_case) & near
    seen = near - kept
    vertices = [
        _vertex(one, orjson.loads(one.body)) if one.record_id in seen else _hidden(one, kept=one.record_id in kept)
        for one in found.vertices
    ]
    edges = [
        {"from": _id(edge.source), "to": _id(edge.target), "rung": edge.rung, "confidence": edge.confidence}
        | ({"key": edge.key} if {edge.source, edge.target} <= seen else {})
        for edge in found.edges
    ]
    gaps = [_gap(office, one) for one in found.vertices if one.broken and one.record_id in seen]
    edges += [{"from": gap["id"], "to": gap["before"], "rung": "gap", "confidence": 0.0} for gap in gaps]
    return {
        "vertices": [*vertices, *gaps],
        "edges": edges,
        "counts": {"vertices": len(vertices), "edges": len(found.edges), "gaps": len(gaps), "hidden": len(vertices) - len(seen)},
        "path": [_id(one) for one in _path(found)],
        "truncated": found.truncated,
    }


def _visible(found: Chain, caller: Peer | None) -> set[int]:
    """Deny by default: a platform sees its regions, an enterprise its own events and one step up and down."""
    ids = {one.record_id for one in found.vertices}
    if caller is None:
        return ids
    if caller.role != "enterprise":
        return {one.record_id for one in found.vertices if covers(caller.regions, one.region)}
    own = {one.record_id for one in found.vertices if _is_own(one, caller)}
    near = {edge.target for edge in found.edges if edge.source in own} | {edge.source for edge in found.edges if edge.target in own}
    return (own | near) & ids


def _kept(found: Chain, caller: Peer | None, case: str, needs_case: Callable[[str, str], bool]) -> set[int]:
    """What stays shut by its kind: a case number opens it to a platform, never to an enterprise, which sees its own."""
    if caller is None or (caller.role != "enterprise" and case):
        return set()
    is_platform = caller.role != "enterprise"
    return {one.record_id for one in found.vertices if needs_case(one.kind, one.category) and (is_platform or not _is_own(one, caller))}


def _is_own(one: Vertex, caller: Peer) -> bool:
    return any(fnmatch_end(one.origin, allowed) for allowed in caller.origins)


def _vertex(one: Vertex, record: Record) -> dict[str, Any]:
    """The public part of an event: group objects stand apart from the body and are never read here."""
    shown = {name: record[name] for name in _SHOWN if name in record}
    items = [{name: item[name] for name in _SHOWN_OF_ITEM if name in item} for item in record.get("items", ())]
    documents = [{name: paper[name] for name in ("type", "ref", "direction") if name in paper} for paper in record.get("documents", ())]
    return {"id": _id(one.record_id), **shown, "depth": one.depth, "items": items, "documents": documents}


def _hidden(one: Vertex, *, kept: bool) -> dict[str, Any]:
    return {"id": _id(one.record_id), "hidden": True, **({"kept": True} if kept else {}), "region": one.region[:2], "depth": one.depth}


def _gap(office: Office, one: Vertex) -> dict[str, Any]:
    """What an event sought upstream and nobody offers."""
    checks = office.checks.of(one.kind)
    record = orjson.loads(one.body)
    keys = checks.linker.keys(record) if checks else []
    mandatory = checks.linker.mandatory if checks else frozenset[str]()
    sought = sorted({key.key for key in keys if key.side == "seek" and key.rung in mandatory})
    return {
        "id": f"gap-{_id(one.record_id)}",
        "gap": True,
        "before": _id(one.record_id),
        "sought": sought,
        "time": wire_time_of(one.start),
        "region": one.region,
        "depth": one.depth - 1,
    }  # fmt: skip  one line a table row


def _path(found: Chain) -> Sequence[int]:
    """From the event that was asked for back to the farthest origin: at each step the best edge, the earliest event."""
    start_of = {one.record_id: one.start for one in found.vertices}
    at = next((one.record_id for one in found.vertices if one.depth == 0), 0)
    path = [at] if at else []
    while True:
        back = [edge for edge in found.edges if edge.target == at and edge.source in start_of and edge.source not in path]
        if not back:
            return path
        at = max(back, key=lambda edge: (edge.confidence, -start_of[edge.source])).source
        path.append(at)


def _id(record_id: int) -> str:
    return str(record_id)
