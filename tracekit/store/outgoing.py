"""Adding a batch to the outbox, inside a transaction that holds the write lock."""

from collections.abc import Sequence

import orjson

from tracekit.store.backends import Backend, Raw


def add_outgoing(back: Backend, raw: Raw, peer: str, record_ids: Sequence[int], at: int) -> None:
    """Let these records go up to a peer with the next package."""
    top = raw.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()[0]
    sql = (
        "INSERT INTO outbox (id, peer, package, header, record_ids, state, last_error, records, attempts, next_at, created_at)"
        " VALUES (?, ?, '', '', ?, 'ready', '', ?, 0, ?, ?)"
    )
    raw.execute(back.sql(sql), (top + 1, peer, orjson.dumps(record_ids).decode(), len(record_ids), at, at))
