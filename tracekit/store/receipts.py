"""Receipts, byte for byte as they went out, and where sources were read to."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from tracekit.store import schema
from tracekit.store.connected import Connected
from tracekit.store.outgoing import write_cursor
from tracekit.store.values import Receipt

_RECEIPTS = schema.receipts.c


class Receipts(Connected):
    """Part of `Store`: receipts and cursors."""

    def receipt(self, sender: str, package: str) -> bytes | None:
        """The receipt that answered a package, byte for byte."""
        with self._reading() as tx:
            wanted = select(_RECEIPTS.body).where(_RECEIPTS.sender == sender, _RECEIPTS.package == package)
            found = tx.connection.execute(wanted).scalar()
        return None if found is None else bytes(found)

    def receipt_digest(self, sender: str, package: str) -> str | None:
        """The records digest that a package's receipt answered: another digest under the same id is refused."""
        with self._reading() as tx:
            wanted = select(_RECEIPTS.digest).where(_RECEIPTS.sender == sender, _RECEIPTS.package == package)
            return tx.connection.execute(wanted).scalar()

    def receipts(self, after: int = 0, limit: int = 1000, sender: str = "") -> list[tuple[int, Receipt]]:
        """Receipts in order, with their numbers; the last number is where to go on."""
        columns = (
            _RECEIPTS.seq,
            _RECEIPTS.id,
            _RECEIPTS.package,
            _RECEIPTS.sender,
            _RECEIPTS.digest,
            _RECEIPTS.body,
            _RECEIPTS.received_at,
        )
        wanted = select(*columns).where(_RECEIPTS.seq > after).order_by(_RECEIPTS.seq).limit(limit)
        if sender:
            wanted = wanted.where(_RECEIPTS.sender == sender)
        with self._reading() as tx:
            return [(row[0], Receipt(row[1], row[2], row[3], row[4], bytes(row[5]), row[6])) for row in tx.connection.execute(wanted)]

    def receipts_head(self) -> tuple[int, str]:
        """How many receipts there are, and the hash that the chain of them ends in."""
        with self._reading() as tx:
            count = tx.connection.execute(select(func.coalesce(func.max(_RECEIPTS.seq), 0))).scalar_one()
            head = tx.connection.execute(select(_RECEIPTS.chain).where(_RECEIPTS.seq == count)).scalar()
        return count, bytes(head).hex() if head is not None else ""

    def receipts_broken(self) -> list[int]:
        """Numbers of receipts whose hash or place in the chain is wrong: none, unless somebody wrote past this program."""
        broken: list[int] = []
        chain, seq = bytes(32), 0
        columns = (_RECEIPTS.seq, _RECEIPTS.body, _RECEIPTS.sha256, _RECEIPTS.chain)
        with self._reading() as tx:
            while rows := tx.connection.execute(select(*columns).where(_RECEIPTS.seq > seq).order_by(_RECEIPTS.seq).limit(500)).all():
                for number, body, digest, stored in rows:
                    real = hashlib.sha256(bytes(body)).digest()
                    chain = hashlib.sha256(chain + real).digest()
                    if number != seq + 1 or real != bytes(digest) or chain != bytes(stored):
                        broken.append(number)
                    chain, seq = bytes(stored), number
        return broken

    def cursor(self, source: str) -> str | None:
        """Where a source was read to, None if never."""
        with self._reading() as tx:
            return tx.connection.execute(select(schema.cursors.c.text).where(schema.cursors.c.source == source)).scalar()

    def save_cursor(self, source: str, text: str) -> None:
        """Keep a cursor that no batch belongs to (results read from above)."""
        with self._writing() as tx:
            write_cursor(tx, source, text)
