"""One accepting transaction: what is known, which facts hold, and the writing of a judged batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tracekit.pipeline.check import Known
from tracekit.sdk import Facts, LinkEntry
from tracekit.store.backends import Backend, Raw, array
from tracekit.store.counters import LIVE, PENDING
from tracekit.store.names import Names, Naming
from tracekit.store.settling import settle
from tracekit.store.values import Filing, Written
from tracekit.store.writing import write

if TYPE_CHECKING:
    from tracekit.pipeline.check import Wanted

Identity = tuple[str, str, str]

MEASURES = "measure"
"""The name space of kinds that are measurements: they stand in `quotes`."""

SIDES = {"offer": 1, "seek": 2}

_VERSIONS = (
    "SELECT r.key, r.id, r.revision, r.content_id, r.state, c.id FROM records r LEFT JOIN receipts c ON c.seq = r.receipt"
    " WHERE r.origin = ? AND r.kind = ? AND r.key among(?) AND r.state < 4"
)
_QUOTES = (
    "SELECT q.key, q.id, q.revision, q.content_id, q.current, c.id FROM quotes q LEFT JOIN receipts c ON c.seq = q.receipt"
    " WHERE q.origin = ? AND q.kind = ? AND q.key among(?)"
)
_LINKS = (
    "SELECT k.key, k.rung, k.record_id, k.line, k.start_s, k.end_s FROM link_keys k JOIN records r ON r.id = k.record_id"
    " WHERE k.key among(?) AND k.side = ? AND r.state = 1 ORDER BY k.record_id"
)


class Receiving:
    """An open transaction of `Store.receiving`; it commits when the `with` block ends, and not at all if it raises."""

    def __init__(self, back: Backend, names: Names, raw: Raw) -> None:
        self._back, self._names, self._raw = back, names, raw
        self._naming = Naming(names, back, raw)
        self._locked = False

    def identities(self, identities: Iterable[Identity]) -> dict[Identity, list[Known]]:
        """The stored versions of each identity that has any, lowest revision first."""
        found: dict[Identity, list[Known]] = {}
        by_pair: dict[tuple[str, str], list[str]] = {}
        for origin, kind, key in identities:
            by_pair.setdefault((origin, kind), []).append(key)
        origins = self._names.known(self._raw, "origin", {origin for origin, _ in by_pair})
        kinds = {kind for _, kind in by_pair}
        for space, sql in (("kind", _VERSIONS), (MEASURES, _QUOTES)):
            ids = self._names.known(self._raw, space, kinds)
            for (origin, kind), keys in by_pair.items():
                if origin in origins and kind in ids:
                    rows = self._raw.execute(self._back.sql(sql), (origins[origin], ids[kind], array(keys))).fetchall()
                    for key, *version in rows:
                        found.setdefault((origin, kind, key), []).append(_known(*version))
        for versions in found.values():
            _mark_current(versions)
        return found

    def facts(self, wanted: Wanted) -> Facts:
        """What the batch's rules may know of the world: one query per kind of key.

        Offers and seekers are complete only after `lock_links`: take them in the same transaction as the writing.
        """
        return Facts(
            filed=dict(self._keyed("SELECT ref, state FROM filed WHERE ref among(?)", wanted.filed)),
            offers=self._links("offer", wanted.offers),
            seekers=self._links("seek", wanted.seekers),
            business=self._business(wanted.business),
        )

    def lock_links(self) -> None:
        """Wait until no other batch can add link keys; held to the commit, so that no pair of batches misses each other."""
        if not self._locked:
            self._back.lock_writes(self._raw)
            self._locked = True

    def write(self, batch: Written) -> list[int]:
        """Store a judged batch; returns the record id for each position (0 where none was stored)."""
        self.lock_links()
        return write(self._back, self._raw, self._naming, batch)

    def settle(self, filing: Filing, at: int, up: Sequence[str] = ()) -> Filing:
        """Record a filing's state: `approved` makes its pending record accepted, `returned` refuses it.

        Args:
            filing: its new state, with the refs to index (an assigned code among them).
            at: the time, epoch seconds.
            up: peers above that the accepted record goes to, if it has not gone before.
        """
        self.lock_links()
        return settle(self._back, self._raw, self._naming, filing, at, up)

    def committed(self) -> None:
        """Called by the store after the commit: names given here may be cached now."""
        self._names.remember(self._naming.given)

    def _keyed(self, sql: str, keys: Iterable[str]) -> list[tuple[str, str]]:
        listed = list(keys)
        return self._raw.execute(self._back.sql(sql), (array(listed),)).fetchall() if listed else []

    def _links(self, side: str, keys: Iterable[str]) -> dict[str, list[LinkEntry]]:
        listed = list(keys)
        if not listed:
            return {}
        rows = self._raw.execute(self._back.sql(_LINKS), (array(listed), SIDES[side])).fetchall()
        rungs = self._names.texts(self._raw, {row[1] for row in rows})
        found: dict[str, list[LinkEntry]] = {}
        for key, rung, record_id, line, start, end in rows:
            found.setdefault(key, []).append(LinkEntry(record_id, key, rungs[rung], line, start, end))
        return found

    def _business(self, keys: Iterable[str]) -> dict[str, str]:
        sql = "SELECT business_key, origin FROM records WHERE business_key among(?) AND state IN (1, 3) ORDER BY id DESC"
        rows = self._keyed(sql, keys)
        origins = self._names.texts(self._raw, {int(origin) for _, origin in rows})
        return {key: origins[int(origin)] for key, origin in rows}


def _known(record_id: int, revision: int, content_id: bytes, state: int, receipt: str | None) -> Known:
    return Known(record_id, revision, content_id.hex(), receipt or "", state in LIVE, "pending" if state == PENDING else "accepted")


def _mark_current(versions: list[Known]) -> None:
    """Only the highest living version is current, in order of revision."""
    versions.sort(key=lambda version: (version.revision, version.record_id))
    current = max((version.revision for version in versions if version.current), default=0)
    versions[:] = [version._replace(current=version.current and version.revision == current) for version in versions]
