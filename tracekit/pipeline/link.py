"""Joining events: keys offered and sought, and the edges that equal keys make. Pure.

An edge runs from the event that offers a key to the one that seeks it, and only if the offerer may precede the seeker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from tracekit.codes import batch
from tracekit.findings import Finding
from tracekit.pipeline.keys import MAX_KEYS, compile_keys
from tracekit.sdk import LinkEntry, LinkKey, LinkRule, Record

if TYPE_CHECKING:
    from tracekit.registry import Registry
    from tracekit.spec.joining import LinkRow

_DAY = 86_400

Side = Literal["offer", "seek"]


class Edge(NamedTuple):
    """From the event that had the goods to the next; ids > 0 are stored records, ids < 0 the batch's (-1: its first)."""

    source: int
    target: int
    rung: str
    key: str
    confidence: float


class Rung(NamedTuple):
    """How a rung of `links.csv` joins: its bare name, its window in days (None: no limit) and its confidence."""

    name: str
    window_days: int | None = None
    confidence: float = 1.0


def rungs(rows: Iterable[LinkRow]) -> dict[str, Rung]:
    """The rungs by category and name: two categories may give one name different windows. The window is the seeking side's."""
    ordered = sorted(rows, key=lambda row: row.side == "seek")
    return {row.rung_id: Rung(row.rung, row.window_days or None, row.confidence or 1.0) for row in ordered}


def bare(rung_id: str) -> str:
    """The name of a rung without its category: rungs of one name join across categories."""
    return rung_id.rpartition(".")[2]


KeysOf = Callable[[Record], list[LinkKey]]


@dataclass(frozen=True)
class Linker:
    """The compiled link rules of one kind."""

    keys: KeysOf
    mandatory: frozenset[str]


def linker(kind: str, rows: Iterable[LinkRow], registry: Registry) -> Linker:
    """Compile the rows of `links.csv` for a kind, with the kind's link rules in Python."""
    own = [row for row in rows if row.kind == kind]
    makers: list[KeysOf] = []
    single = [row for row in own if len(row.key) == 1 and row.when is None and _is_quick(row.key[0])]
    if by_type := _rows_by(single, "documents:"):
        makers.append(lambda record: _document_keys(record, by_type))
    if by_field := _rows_by(single, "items."):
        fields = [(name.partition("@")[0], name.partition("@")[2], sides) for name, sides in by_field.items()]
        makers.append(lambda record: _item_keys(record, fields))
    makers += [_maker(row) for row in own if row not in single]
    makers += [_keys_of(rule, kind) for rule in registry.link_rules_for(kind)]
    mandatory = frozenset(row.rung_id for row in own if row.mandatory and row.side == "seek")
    return Linker(lambda record: [key for make in makers for key in make(record)], mandatory)


def _is_quick(term: str) -> bool:
    """A paper, or what stands in an item itself: one pass over the list serves all such rows."""
    head, _, field = term.partition(".")
    return term.startswith("documents:") or (head == "items" and "." not in field)


def _keys_of(rule: LinkRule, kind: str) -> KeysOf:
    category = kind.partition(".")[0]
    return lambda record: [key._replace(rung=f"{category}.{key.rung}") for key in rule.keys(record)]


def _rows_by(rows: Iterable[LinkRow], prefix: str) -> dict[str, list[tuple[Side, str]]]:
    """(side, rung) pairs by what follows the prefix: one pass over a record's list then serves all rows."""
    found: dict[str, list[tuple[Side, str]]] = {}
    for row in rows:
        if row.key[0].startswith(prefix):
            found.setdefault(row.key[0].removeprefix(prefix), []).append((cast("Side", row.side), row.rung_id))
    return found


def _document_keys(record: Record, by_type: dict[str, list[tuple[Side, str]]]) -> list[LinkKey]:
    return [
        LinkKey(side, rung, document["ref"])
        for document in record.get("documents", ())
        for side, rung in by_type.get(document["type"], ())
        if not _is_placeholder(document["ref"])
    ][:MAX_KEYS]


def _item_keys(record: Record, fields: list[tuple[str, str, list[tuple[Side, str]]]]) -> list[LinkKey]:
    return [
        LinkKey(side, rung, item[field], item["line"])
        for item in record.get("items", ())
        for field, role, sides in fields
        if field in item and (not role or item["role"] == role) and not _is_placeholder(item[field])
        for side, rung in sides
    ][:MAX_KEYS]


def _maker(row: LinkRow) -> KeysOf:
    """Any other row; a key of several terms, or of none of a list, begins with its rung."""
    side, rung, keys = cast("Side", row.side), row.rung_id, compile_keys(row.key, row.when)
    first = "" if len(row.key) == 1 and row.key[0].startswith(("documents:", "items.")) else f"{row.rung}|"
    return lambda record: [LinkKey(side, rung, f"{first}{key.text}", key.line) for key in keys(record) if not _is_placeholder(key.text)]


def _is_placeholder(ref: str) -> bool:
    """Placeholder batches (`1000…`) are never joined as real lots."""
    return ref.startswith("batch:1000") and batch.is_placeholder(ref[6:].partition("|")[0])


def joins(offer: LinkEntry, seek: LinkEntry, rung: Rung) -> bool:
    """True if the offerer may precede the seeker, and within the rung's window."""
    if offer.start > seek.end:
        return False
    return rung.window_days is None or seek.start - offer.end <= rung.window_days * _DAY


def broken_link(party: str, keys: Sequence[LinkKey], mandatory: frozenset[str], found: set[LinkKey]) -> Finding | None:
    """A warning if a line of the record has no upstream event: the record is valid, and counted under 断链."""
    wanted = [key for key in keys if key.side == "seek" and key.rung in mandatory]
    if not mandatory or (wanted and len(found) >= len(wanted)):
        return None
    matched = {key.line for key in found if key.rung in mandatory and key.side == "seek"}
    if 0 in matched:
        return None
    lines = {key.line for key in wanted} or {0}
    missing = sorted(lines - matched - {0}) if lines != {0} else [0]
    if not missing:
        return None
    path = f"items.{missing[0]}" if missing[0] else ""
    sought = wanted[0].key if wanted else "-"
    return Finding("TK-LINK-001", "warning", path, {"key": sought, "party": party})
