"""From what a mapping made to wire records ready for checking. Pure: secret and time are passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracekit.pipeline.seal import seal_record
from tracekit.sdk import Record

if TYPE_CHECKING:
    from tracekit.registry import Registry


def seal_flat(flats: Iterable[Mapping[str, Any]], registry: Registry, secret: bytes, recorded_at: str) -> list[Record]:
    """Complete flat records (`revision`, `action`, `recorded_at` where absent) and seal them.

    A record of unknown kind is passed on as it is: the check gives it its finding.
    """
    records: list[Record] = []
    for flat in flats:
        full: Record = {"revision": 1, "action": "new", "recorded_at": recorded_at, **flat}
        kind = registry.kinds.get(str(full.get("kind")))
        records.append(seal_record(full, kind, secret) if kind else full)
    return records
