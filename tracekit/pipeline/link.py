"""Joining events: keys offered and sought, and the edges that equal keys make. Pure.

An edge runs from the event that offers a key to the one that seeks it, and only if the offerer may precede the seeker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tracekit.codes import batch
from tracekit.findings import Finding
from tracekit.pipeline.terms import all_keys, compile_term, item_texts
from tracekit.sdk import LinkEntry, LinkKey, Record

if TYPE_CHECKING:
    from tracekit.registry import Registry
    from tracekit.spec.sets import LinkRow

_DAY = 86_400


class Edge(NamedTuple):
    """From the event that had the goods to the next; ids > 0 are stored records, ids < 0 the batch's (-1: its first)."""

    source: int
    target: int
    rung: str
    key: str
    confidence: float


class Rung(NamedTuple):
    """How a rung of `links.csv` joins: its window in days (None: no limit) and its confidence."""

    window_days: int | None
    confidence: float


FREE = Rung(None, 1.0)
"""The rung of a link rule in Python that has no row in `links.csv`."""


def rungs(rows: Iterable[LinkRow]) -> dict[str, Rung]:
    """The rungs by id; the window is the seeking side's."""
    ordered = sorted(rows, key=lambda row: row.side == "seek")
    return {row.rung: Rung(row.window_days or None, float(row.confidence or 1)) for row in ordered}


Keys = Callable[[Record], list[LinkKey]]


@dataclass(frozen=True)
class Linker:
    """The compiled link rules of one kind."""

    keys: Keys
    mandatory: frozenset[str]


def linker(kind: str, rows: Iterable[LinkRow], registry: Registry) -> Linker:
    """Compile the rows of `links.csv` for a kind, with the kind's link rules in Python."""
    own = [row for row in rows if row.kind == kind]
    makers = [_maker(row) for row in own]
    rules = registry.link_rules_for(kind)

    def keys(record: Record) -> list[LinkKey]:
        found = [key for make in makers for key in make(record)]
        for rule in rules:
            found.extend(rule.keys(record))
        return found

    return Linker(keys, frozenset(row.rung for row in own if row.mandatory and row.side == "seek"))


def _maker(row: LinkRow) -> Keys:
    side, rung = row.side, row.rung
    names = row.key
    if len(names) == 1 and names[0].startswith("items."):
        field, _, role = names[0].removeprefix("items.").partition("@")
        return lambda record: [
            LinkKey(side, rung, text, line) for line, text in item_texts(record, field, role) if not _is_placeholder(text)
        ]
    terms = [compile_term(name) for name in names]
    prefix = "" if len(terms) == 1 else f"{rung}|"
    return lambda record: [
        LinkKey(side, rung, prefix + key) for key in all_keys(terms, record) if prefix or not _is_placeholder(key)
    ]


def _is_placeholder(ref: str) -> bool:
    """Placeholder batches (`1000…`) are never joined as real lots."""
    return ref.startswith("batch:1000") and batch.is_placeholder(ref[6:])


def joins(offer: LinkEntry, seek: LinkEntry, rung: Rung) -> bool:
    """True if the offerer may precede the seeker, and within the rung's window."""
    if offer.start > seek.end:
        return False
    return rung.window_days is None or seek.start - offer.end <= rung.window_days * _DAY


def broken_link(record: Record, keys: Sequence[LinkKey], mandatory: frozenset[str], found: set[LinkKey]) -> Finding | None:
    """A warning if a line of the record has no upstream event: the record is valid, and counted under 断链."""
    if not mandatory:
        return None
    matched = {key.line for key in found if key.rung in mandatory and key.side == "seek"}
    if 0 in matched:
        return None
    lines = {key.line for key in keys if key.rung in mandatory and key.side == "seek"} or {0}
    missing = sorted(lines - matched - {0}) if lines != {0} else [0]
    if not missing:
        return None
    path = f"items.{missing[0]}" if missing[0] else ""
    sought = next((key.key for key in keys if key.side == "seek" and key.rung in mandatory), "")
    return Finding("TK-LINK-001", "warning", path, {"key": sought or "-", "party": str(record.get("party", ""))})
