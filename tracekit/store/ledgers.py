"""Ledgers inside an accepting transaction: the moves of new records are added to their balances, those of replaced ones taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tracekit.sdk import Balance, Move
from tracekit.store import schema
from tracekit.store.backends import Row, array
from tracekit.store.transaction import Transaction

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged

LARGEST = (1 << 63) - 1
"""What a column holds; a balance beyond it stays there."""

_WRITE = (
    "INSERT INTO balances (key, came, went) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET came = excluded.came, went = excluded.went"
)


def move_rows(id_: int, one: Judged) -> list[Row]:
    """The rows of `moves` of a record: one a key."""
    sums: dict[str, Balance] = {}
    for move in one.moves:
        came, went = sums.get(move.key, (0, 0))
        sums[move.key] = Balance(came + move.came, went + move.went)
    return [(id_, key, *sums[key]) for key in sorted(sums)]


def moves_of(tx: Transaction, record_ids: Iterable[int]) -> dict[int, list[Move]]:
    """What stored records moved."""
    found: dict[int, list[Move]] = {}
    for record_id, key, came, went in tx.rows(
        "SELECT record_id, key, came, went FROM moves WHERE record_id among_ids(?)", array(record_ids)
    ):
        found.setdefault(record_id, []).append(Move(key.partition("|")[0], key, 0, came, went))
    return found


def balances(tx: Transaction, keys: Iterable[str]) -> dict[str, Balance]:
    """The balances of those keys that have one."""
    listed = sorted(keys)
    rows = tx.rows("SELECT key, came, went FROM balances WHERE key among(?)", array(listed)) if listed else []
    return {key: Balance(came, went) for key, came, went in rows}


def write_moves(tx: Transaction, rows: Sequence[Row], replaced: Iterable[int]) -> None:
    """Keep what new records moved and bring the balances up to date, in the order of their keys; the write lock is held."""
    changes: dict[str, Balance] = {}
    for _, key, came, went in rows:
        _add(changes, key, came, went)
    for moves in moves_of(tx, replaced).values():
        for move in moves:
            _add(changes, move.key, -move.came, -move.went)
    if not changes:
        return
    tx.bulk(schema.moves, rows)
    before = balances(tx, changes)
    tx.many(_WRITE, [(key, *_clamped(before.get(key), changes[key])) for key in sorted(changes)])


def _add(changes: dict[str, Balance], key: str, came: int, went: int) -> None:
    before = changes.get(key, Balance(0, 0))
    changes[key] = Balance(before.came + came, before.went + went)


def _clamped(before: Balance | None, change: Balance) -> Sequence[int]:
    return [max(0, min(LARGEST, old + new)) for old, new in zip(before or (0, 0), change, strict=True)]
