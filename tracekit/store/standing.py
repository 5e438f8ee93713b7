"""Stored records that change state: their shares of counters and statements move with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tracekit.ids import leaf
from tracekit.store.backends import array
from tracekit.store.counters import ACCEPTED, LIVE, REPLACED, Cell, Counted, LinkCell, Sums, share
from tracekit.store.transaction import Transaction

_SELECT = (
    "SELECT id, origin, key, revision, content_id, identity, up, day, node, kind, category, region, sender,"
    " state, action, replaces, backfill, broken, lines FROM records WHERE "
)


class Standing(NamedTuple):
    """What of a stored record its counters and statements depend on."""

    id: int
    origin: int
    key: str
    revision: int
    content_id: bytes
    identity: bytes
    up: int
    cell: Cell
    counted: Counted

    @property
    def leaf(self) -> int:
        """Its leaf in a statement."""
        return leaf(self.identity, self.revision, self.content_id.hex())

    def link_cell(self, link: int) -> LinkCell:
        """Its cell in the statement of a link."""
        return (link, *self.cell[:3])


def standing(tx: Transaction, ids: Iterable[int]) -> list[Standing]:
    """The records of those ids."""
    return _loaded(tx.rows(_SELECT + "id among_ids(?)", array(ids)))


def versions_in_state(tx: Transaction, one: Standing, state: int) -> list[Standing]:
    """Other versions of a record's identity that are in one state."""
    where = "origin = ? AND kind = ? AND key = ? AND state = ? AND id <> ?"
    return _loaded(tx.rows(_SELECT + where, one.origin, one.cell[2], one.key, state, one.id))


def _loaded(rows: Sequence[Any]) -> list[Standing]:
    return [Standing(*row[:7], cell=row[7:13], counted=Counted(*row[13:])) for row in rows]


def change(tx: Transaction, sums: Sums, one: Standing, state: int) -> None:
    """Move a record to another state: its shares, its row and, if it no longer lives, its leaves."""
    sums.add(one.cell, share(one.counted), -1)
    sums.add(one.cell, share(one.counted._replace(state=state)))
    if one.counted.state in LIVE and state not in LIVE:
        for link in links_of(tx, one.cell[5], one.up):
            sums.leaf(one.link_cell(link), one.leaf, -1)
    tx.run("UPDATE records SET state = ?, slot = ? WHERE id = ?", state, slot_of(one.id, state), one.id)


def slot_of(record_id: int, state: int) -> int:
    """Accepted records share slot 0, so that the unique index guards their revisions; others may repeat."""
    return 0 if state in (ACCEPTED, REPLACED) else record_id


def drop_edges(tx: Transaction, ids: Iterable[int]) -> None:
    """Take out the edges of records that no longer live."""
    listed = array(ids)
    tx.run("DELETE FROM edges WHERE from_id among_ids(?)", listed)
    tx.run("DELETE FROM edges WHERE to_id among_ids(?)", listed)


def links_of(tx: Transaction, sender: int, up: int) -> list[int]:
    """The statements that a record stands in: that of its sender and those of the peers above."""
    texts = tx.texts((sender, up))
    return list(tx.ids("link", [f"from:{texts[sender]}", *(f"up:{peer}" for peer in texts[up].split())]).values())
