"""Stored records read back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracekit.store.backends import Raw, appending, array, driver, reading
from tracekit.store.connected import Connected
from tracekit.store.counters import LIVE, PENDING, REFUSED
from tracekit.store.values import Quote, Stored

_STORED = (
    "SELECT r.id, r.origin, r.kind, r.key, r.revision, r.content_id, r.sender, c.id, r.state, r.received_at, r.body, r.aside"
    " FROM records r LEFT JOIN receipts c ON c.seq = r.receipt WHERE "
)
_VERDICTS = {PENDING: "pending", REFUSED: "problem"}


class Records(Connected):
    """Part of `Store`: records, measurements, the query log."""

    def records(self, record_ids: Iterable[int]) -> dict[int, Stored]:
        """Records by id."""
        with reading(self.back) as connection:
            return {one.record_id: one for one in self._stored(driver(connection), "r.id among_ids(?)", array(record_ids))}

    def bodies(self, record_ids: Iterable[int]) -> dict[int, tuple[bytes, bytes]]:
        """Body and aside by id, to be joined by `pipeline.seal.join_body`."""
        with reading(self.back) as connection:
            sql = self.back.sql("SELECT id, body, aside FROM records WHERE id among_ids(?)")
            return {
                id_: (bytes(body), bytes(aside)) for id_, body, aside in driver(connection).execute(sql, (array(record_ids),)).fetchall()
            }

    def records_of(self, origin: str, kind: str, keys: Iterable[str]) -> list[Stored]:
        """All versions of an origin's records by key, lowest revision first."""
        with reading(self.back) as connection:
            raw = driver(connection)
            origins, kinds = self.names.known(raw, "origin", [origin]), self.names.known(raw, "kind", [kind])
            if not origins or not kinds:
                return []
            found = self._stored(raw, "r.origin = ? AND r.kind = ? AND r.key among(?)", origins[origin], kinds[kind], array(keys))
        return sorted(found, key=lambda one: (one.key, one.revision, one.record_id))

    def records_after(self, record_id: int, limit: int = 1000, kind: str = "") -> list[Stored]:
        """Records in the order of their ids, from one on: the way to read all."""
        with reading(self.back) as connection:
            raw = driver(connection)
            if not kind:
                return self._stored(raw, "r.id > ? ORDER BY r.id LIMIT ?", record_id, limit)
            kinds = self.names.known(raw, "kind", [kind])
            return self._stored(raw, "r.id > ? AND r.kind = ? ORDER BY r.id LIMIT ?", record_id, kinds.get(kind, -1), limit)

    def _stored(self, raw: Raw, where: str, *params: Any) -> list[Stored]:
        rows = raw.execute(self.back.sql(_STORED + where), params).fetchall()
        texts = self.names.texts(raw, {id_ for row in rows for id_ in (row[1], row[2], row[6])})
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

    def quotes(self, day_from: int, day_to: int, after: int = 0, limit: int = 1000) -> list[Quote]:
        """Current measurements of a range of days, both included, in the order of their ids."""
        sql = (
            "SELECT id, origin, key, revision, day, node, category, body, aside FROM quotes"
            " WHERE day BETWEEN ? AND ? AND current = 1 AND id > ? ORDER BY id LIMIT ?"
        )
        with reading(self.back) as connection:
            raw = driver(connection)
            rows = raw.execute(self.back.sql(sql), (day_from, day_to, after, limit)).fetchall()
            texts = self.names.texts(raw, {row[1] for row in rows})
        return [Quote(row[0], texts[row[1]], *row[2:7], bytes(row[7]), bytes(row[8])) for row in rows]

    def log_query(self, at: int, who: str, what: str, refs: Iterable[str], purpose: str, answered: int) -> None:
        """Log a query: who asked for what, and how many records the answer had."""
        sql = "INSERT INTO query_log (at, who, what, refs, purpose, answered) VALUES (?, ?, ?, ?, ?, ?)"
        with appending(self.back) as raw:
            raw.execute(self.back.sql(sql), (at, who, what, array(refs), purpose, answered))

    def query_log(self, after: int = 0, limit: int = 1000) -> list[tuple[int, int, str, str, str, str, int]]:
        """Logged queries in order: id, time, who, what, refs (JSON), purpose, answered."""
        sql = "SELECT id, at, who, what, refs, purpose, answered FROM query_log WHERE id > ? ORDER BY id LIMIT ?"
        with reading(self.back) as connection:
            return [tuple(row) for row in driver(connection).execute(self.back.sql(sql), (after, limit)).fetchall()]
