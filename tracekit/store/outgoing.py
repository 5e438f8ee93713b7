"""What an accepting transaction adds to the outbox, the receipts and the cursors."""

import hashlib
from collections.abc import Sequence

import orjson

from tracekit.store.transaction import Transaction
from tracekit.store.values import Receipt


def add_outgoing(tx: Transaction, peer: str, record_ids: Sequence[int], at: int) -> None:
    """Let these records go up to a peer with the next package."""
    tx.run(
        "INSERT INTO outbox (id, peer, package, header, record_ids, state, last_error, records, attempts, next_at, created_at)"
        " VALUES (?, ?, '', '', ?, 'ready', '', ?, 0, ?, ?)",
        tx.top("outbox") + 1,
        peer,
        orjson.dumps(record_ids).decode(),
        len(record_ids),
        at,
        at,
    )  # fmt: skip  in the order of the columns


def write_receipt(tx: Transaction, seq: int, receipt: Receipt, at: int) -> None:
    """Append a receipt: its hash, chained to the one before."""
    before = tx.rows("SELECT chain FROM receipts WHERE seq = ?", seq - 1)
    digest = hashlib.sha256(receipt.body).digest()
    chain = hashlib.sha256((bytes(before[0][0]) if before else bytes(32)) + digest).digest()
    tx.run(
        "INSERT INTO receipts (seq, id, package, sender, digest, received_at, body, sha256, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        seq,
        receipt.id,
        receipt.package,
        receipt.sender,
        receipt.digest,
        at,
        receipt.body,
        digest,
        chain,
    )  # fmt: skip  in the order of the columns


def write_cursor(tx: Transaction, source: str, text: str) -> None:
    """Keep where a source was read to."""
    tx.run("INSERT INTO cursors (source, text) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET text = excluded.text", source, text)
