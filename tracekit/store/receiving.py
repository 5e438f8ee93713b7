"""One accepting transaction: what is known, which facts hold, and the writing of a judged batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tracekit.pipeline.judged import Known
from tracekit.sdk import Facts, LinkEntry, Mark, Move
from tracekit.store.backends import array
from tracekit.store.counters import LIVE, PENDING
from tracekit.store.ledgers import balances, moves_of
from tracekit.store.rows import SIDES
from tracekit.store.seals import keep_package_seal, keep_record_seals
from tracekit.store.settling import settle
from tracekit.store.transaction import Transaction
from tracekit.store.values import Filing, Written
from tracekit.store.writing import write

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Wanted

Identity = tuple[str, str, str]

# Scalar subqueries instead of joins: without statistics PostgreSQL would read a whole table for a join.
# Kinds that are measurements have a name space of their own: they stand in `quotes`
_VERSIONS = {
    "kind": (
        "SELECT r.key, r.id, r.revision, r.content_id, r.state, (SELECT c.id FROM receipts c WHERE c.seq = r.receipt)"
        " FROM records r WHERE r.origin = ? AND r.kind = ? AND r.key among(?) AND r.state < 4"
    ),
    "measure": (
        "SELECT q.key, q.id, q.revision, q.content_id, q.current, (SELECT c.id FROM receipts c WHERE c.seq = q.receipt)"
        " FROM quotes q WHERE q.origin = ? AND q.kind = ? AND q.key among(?)"
    ),
}
_LINKS = (
    "SELECT k.key, k.rung, k.record_id, k.line, k.start_s, k.end_s FROM link_keys k WHERE k.key among(?) AND k.side = ?"
    " AND (SELECT r.state FROM records r WHERE r.id = k.record_id) = 1 ORDER BY k.record_id"
)
_MARKS = (
    "SELECT k.key, k.record_id, k.start_s, k.end_s FROM link_keys k WHERE k.key among(?) AND k.side = 3"
    " AND (SELECT r.state FROM records r WHERE r.id = k.record_id) = 1 ORDER BY k.record_id"
)
_BUSINESS = "SELECT business_key, origin FROM records WHERE business_key among(?) AND state IN (1, 3) ORDER BY id DESC"


class Receiving:
    """An open transaction of `Store.receiving`; it commits when the `with` block ends, and not at all if it raises."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._locked = False

    def identities(self, identities: Iterable[Identity]) -> dict[Identity, list[Known]]:
        """The stored versions of each identity that has any, lowest revision first."""
        found: dict[Identity, list[Known]] = {}
        by_pair: dict[tuple[str, str], list[str]] = {}
        for origin, kind, key in identities:
            by_pair.setdefault((origin, kind), []).append(key)
        origins = self._tx.known("origin", {origin for origin, _ in by_pair})
        for space, sql in _VERSIONS.items():
            kinds = self._tx.known(space, {kind for _, kind in by_pair})
            for (origin, kind), keys in by_pair.items():
                if origin in origins and kind in kinds:
                    for key, *version in self._tx.rows(sql, origins[origin], kinds[kind], array(keys)):
                        found.setdefault((origin, kind, key), []).append(_known(version))
        for versions in found.values():
            _mark_current(versions)
        return found

    def facts(self, wanted: Wanted) -> Facts:
        """What the batch's rules may know of the world: one query per kind of key.

        Offers and seekers are complete only after `lock_links`: take them in the same transaction as the writing.
        """
        business = self._among(_BUSINESS, wanted.business)
        origins = self._tx.texts({row[1] for row in business})
        return Facts(
            filed={row[0]: row[1] for row in self._among("SELECT ref, state FROM filed WHERE ref among(?)", wanted.filed)},
            offers=self._links("offer", wanted.offers),
            seekers=self._links("seek", wanted.seekers),
            # the last one stands: the lowest id, which reported it first
            business={row[0]: origins[row[1]] for row in business},
            marks=self._marks(wanted.marks),
            balance=balances(self._tx, wanted.balance),
        )

    def moves(self, record_ids: Iterable[int]) -> dict[int, list[Move]]:
        """What stored records moved in ledgers."""
        listed = list(record_ids)
        return moves_of(self._tx, listed) if listed else {}

    def lock_links(self) -> None:
        """Wait until no other batch can add link keys; held to the commit, so that no pair of batches misses each other."""
        if not self._locked:
            self._tx.back.lock_writes(self._tx.raw)
            self._locked = True

    def write(self, batch: Written) -> list[int]:
        """Store a judged batch; returns the record id for each position (0 where none was stored)."""
        self.lock_links()
        return write(self._tx, batch)

    def keep_package_seal(self, receipt_id: str, seal: bytes) -> None:
        """Keep the seal of all records that a receipt answers: their sender made them itself. Call it after `write`."""
        keep_package_seal(self._tx, receipt_id, seal)

    def keep_record_seals(self, seals: Sequence[bytes], records: Iterable[tuple[int, int, str]]) -> None:
        """Keep the seals of forwarded records: (record id, place of its seal, hops as JSON). Call it after `write`."""
        keep_record_seals(self._tx, seals, records)

    def settle(self, filing: Filing, at: int, up: Sequence[str] = ()) -> Filing:
        """Record a filing's state: `approved` makes its pending record accepted, `returned` refuses it.

        Args:
            filing: its new state, with the refs to index (an assigned code among them).
            at: the time, epoch seconds.
            up: peers above that the accepted record goes to, if it has not gone before.
        """
        self.lock_links()
        return settle(self._tx, filing, at, up)

    def _among(self, sql: str, keys: Iterable[str]) -> list[Any]:
        listed = list(keys)
        return self._tx.rows(sql, array(listed)) if listed else []

    def _marks(self, keys: Iterable[str]) -> dict[str, list[Mark]]:
        found: dict[str, list[Mark]] = {}
        for key, *mark in self._among(_MARKS, keys):
            found.setdefault(key, []).append(Mark(*mark))
        return found

    def _links(self, side: str, keys: Iterable[str]) -> dict[str, list[LinkEntry]]:
        listed = list(keys)
        rows = self._tx.rows(_LINKS, array(listed), SIDES[side]) if listed else []
        rungs = self._tx.texts({row[1] for row in rows})
        found: dict[str, list[LinkEntry]] = {}
        for key, rung, record_id, line, start, end in rows:
            found.setdefault(key, []).append(LinkEntry(record_id, key, rungs[rung], line, start, end))
        return found


def _known(version: Sequence[Any]) -> Known:
    record_id, revision, content_id, state, receipt = version
    return Known(record_id, revision, bytes(content_id).hex(), receipt or "", state in LIVE, "pending" if state == PENDING else "accepted")


def _mark_current(versions: list[Known]) -> None:
    """Only the highest living version is current, in order of revision."""
    versions.sort(key=lambda version: (version.revision, version.record_id))
    current = max((version.revision for version in versions if version.current), default=0)
    versions[:] = [version._replace(current=version.current and version.revision == current) for version in versions]
