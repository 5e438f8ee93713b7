"""Stored records read back."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from tracekit.store.backends import array
from tracekit.store.connected import Connected
from tracekit.store.counters import LIVE, PENDING, REFUSED
from tracekit.store.transaction import Transaction
from tracekit.store.values import Query, Quote, Stored

_STORED = (
    "SELECT r.id, r.origin, r.kind, r.key, r.revision, r.content_id, r.sender,"
    " (SELECT c.id FROM receipts c WHERE c.seq = r.receipt), r.state, r.received_at, r.body, r.aside FROM records r WHERE "
)
_QUOTES = (
    "SELECT id, origin, key, revision, day, node, category, body, aside FROM quotes"
    " WHERE day BETWEEN ? AND ? AND current = 1 AND id > ? ORDER BY id LIMIT ?"
)
_VERDICTS = {PENDING: "pending", REFUSED: "problem"}


class Records(Connected):
    """Part of `Store`: records, measurements, the query log."""

    def records(self, record_ids: Iterable[int]) -> dict[int, Stored]:
        """Records by id."""
        with self._reading() as tx:
            return {one.record_id: one for one in _stored(tx, "r.id among_ids(?)", array(record_ids))}

    def bodies(self, record_ids: Iterable[int]) -> dict[int, tuple[bytes, bytes]]:
        """Body and aside by id, to be joined by `pipeline.seal.join_body`."""
        with self._reading() as tx:
            rows = tx.rows("SELECT id, body, aside FROM records WHERE id among_ids(?)", array(record_ids))
        return {id_: (bytes(body), bytes(aside)) for id_, body, aside in rows}

    def records_of(self, origin: str, kind: str, keys: Iterable[str]) -> list[Stored]:
        """All versions of an origin's records by key, lowest revision first."""
        with self._reading() as tx:
            origins, kinds = tx.known("origin", [origin]), tx.known("kind", [kind])
            where = "r.origin = ? AND r.kind = ? AND r.key among(?)"
            found = _stored(tx, where, origins.get(origin, -1), kinds.get(kind, -1), array(keys))
        return sorted(found, key=lambda one: (one.key, one.revision, one.record_id))

    def records_after(self, record_id: int, limit: int = 1000, kind: str = "") -> list[Stored]:
        """Records in the order of their ids, from one on: the way to read all."""
        with self._reading() as tx:
            if not kind:
                return _stored(tx, "r.id > ? ORDER BY r.id LIMIT ?", record_id, limit)
            return _stored(tx, "r.id > ? AND r.kind = ? ORDER BY r.id LIMIT ?", record_id, tx.known("kind", [kind]).get(kind, -1), limit)

    def quotes(self, day_from: int, day_to: int, after: int = 0, limit: int = 1000) -> list[Quote]:
        """Current measurements of a range of days, both included, in the order of their ids."""
        with self._reading() as tx:
            rows = tx.rows(_QUOTES, day_from, day_to, after, limit)
            texts = tx.texts({row[1] for row in rows})
        return [Quote(id_, texts[origin], *more, body=bytes(body), aside=bytes(aside)) for id_, origin, *more, body, aside in rows]

    def log_query(self, at: int, who: str, what: str, refs: Iterable[str], purpose: str, answered: int, case: str = "") -> None:
        """Log who asked for what, why, under which case number, and how many records the answer had."""
        with self._appending() as tx:
            sql = "INSERT INTO query_log (at, who, what, refs, purpose, answered, case_number) VALUES (?, ?, ?, ?, ?, ?, ?)"
            tx.run(sql, at, who, what, array(refs), purpose, answered, case)

    def query_log(self, after: int = 0, limit: int = 1000) -> list[Query]:
        """Logged queries in order."""
        sql = "SELECT at, who, what, refs, purpose, answered, id, coalesce(case_number, '') FROM query_log WHERE id > ? ORDER BY id LIMIT ?"
        with self._reading() as tx:
            rows = tx.rows(sql, after, limit)
        return [Query(at, who, what, tuple(orjson.loads(refs)), *more) for at, who, what, refs, *more in rows]


def _stored(tx: Transaction, where: str, *params: str | int) -> list[Stored]:
    rows = tx.rows(_STORED + where, *params)
    texts = tx.texts({id_ for row in rows for id_ in (row[1], row[2], row[6])})
    return [
        Stored(
            id_,
            texts[origin],
            texts[kind],
            key,
            revision,
            bytes(content).hex(),
            texts[sender],
            receipt or "",
            _VERDICTS.get(state, "accepted"),
            state in LIVE,
            received_at,
            bytes(body),
            bytes(aside),
        )
        for id_, origin, kind, key, revision, content, sender, receipt, state, received_at, body, aside in rows
    ]  # fmt: skip  in the order of Stored
