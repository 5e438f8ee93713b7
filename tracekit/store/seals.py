"""The seals under which records first came, so that an origin's signature can be shown at every level above."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from tracekit.store.backends import array
from tracekit.store.connected import Connected
from tracekit.store.schema import sealed
from tracekit.store.transaction import Transaction

_SEALS = (
    "SELECT r.id, coalesce(s.seal, p.seal), coalesce(s.hops, '[]') FROM records r LEFT JOIN sealed s ON s.record_id = r.id"
    " LEFT JOIN sealed_receipts p ON p.receipt = r.receipt WHERE r.id among_ids(?) AND coalesce(s.seal, p.seal) IS NOT NULL"
)


class Seals(Connected):
    """Part of `Store`: seals of records that others sent."""

    def seals(self, record_ids: Sequence[int]) -> Mapping[int, tuple[bytes, bytes]]:
        """By record id: the seal (`header`, `signature`, `content_ids`) and the hops so far, both JSON; none for own records."""
        with self._reading() as tx:
            rows = tx.rows(_SEALS, array(record_ids))
            bodies = dict(tx.rows("SELECT id, body FROM seals WHERE id among_ids(?)", array({row[1] for row in rows})))
        return {id_: (bytes(bodies[seal]), hops.encode()) for id_, seal, hops in rows}


def keep_package_seal(tx: Transaction, receipt_id: str, seal: bytes) -> None:
    """Keep the seal of all records that one receipt answered: their sender made them itself."""
    tx.run("INSERT INTO sealed_receipts (receipt, seal) SELECT seq, ? FROM receipts WHERE id = ?", _seal_id(tx, seal), receipt_id)


def keep_record_seals(tx: Transaction, seals: Sequence[bytes], records: Iterable[tuple[int, int, str]]) -> None:
    """Keep the seals of forwarded records: (record id, place of its seal, hops as JSON)."""
    ids = [_seal_id(tx, seal) for seal in seals]
    tx.bulk(sealed, [(record_id, ids[place], hops) for record_id, place, hops in records])


def _seal_id(tx: Transaction, seal: bytes) -> int:
    """The number of a seal; one that came before is kept once."""
    digest = hashlib.sha256(seal).digest()
    found = tx.rows("SELECT id FROM seals WHERE sha256 = ?", digest)
    if found:
        return int(found[0][0])
    number = tx.top("seals") + 1
    tx.run("INSERT INTO seals (id, sha256, body) VALUES (?, ?, ?)", number, digest, seal)
    return number
