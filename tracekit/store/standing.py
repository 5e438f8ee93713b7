"""Stored records that change state: their shares of counters and statements move with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tracekit.ids import leaf
from tracekit.store.backends import Backend, Raw, array
from tracekit.store.counters import LIVE, Cell, Counted, Sums, share
from tracekit.store.names import Naming

_COLUMNS = (
    "id, origin, key, revision, content_id, identity, up, day, node, kind, category, region, sender,"
    " state, action, replaces, backfill, broken, lines"
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


def standing(back: Backend, raw: Raw, ids: Iterable[int]) -> list[Standing]:
    """The records of those ids."""
    return _loaded(raw, back.sql(f"SELECT {_COLUMNS} FROM records WHERE id among_ids(?)"), (array(ids),))


def versions_in_state(back: Backend, raw: Raw, one: Standing, state: int) -> list[Standing]:
    """Other versions of a record's identity that are in one state."""
    sql = f"SELECT {_COLUMNS} FROM records WHERE origin = ? AND kind = ? AND key = ? AND state = ? AND id <> ?"
    return _loaded(raw, back.sql(sql), (one.origin, one.cell[2], one.key, state, one.id))


def _loaded(raw: Raw, sql: str, params: tuple[object, ...]) -> list[Standing]:
    return [Standing(*row[:7], cell=row[7:13], counted=Counted(*row[13:])) for row in raw.execute(sql, params).fetchall()]


def change(back: Backend, raw: Raw, naming: Naming, sums: Sums, one: Standing, state: int) -> None:
    """Move a record to another state: its shares, its leaves, its row and, if it no longer lives, its edges."""
    after = one.counted._replace(state=state)
    sums.add(one.cell, share(one.counted), -1)
    sums.add(one.cell, share(after))
    if one.counted.state in LIVE and state not in LIVE:
        for link in links_of(naming, raw, one.cell[5], one.up):
            sums.leaf(link, one.cell[0], one.cell[1], one.cell[2], one.leaf, -1)
    # accepted records share slot 0, so that the unique index guards their revisions
    slot = 0 if state in (1, 2) else one.id
    raw.execute(back.sql("UPDATE records SET state = ?, slot = ? WHERE id = ?"), (state, slot, one.id))


def drop_edges(back: Backend, raw: Raw, ids: Iterable[int]) -> None:
    """Take out the edges of records that no longer live."""
    listed = array(ids)
    raw.execute(back.sql("DELETE FROM edges WHERE from_id among_ids(?)"), (listed,))
    raw.execute(back.sql("DELETE FROM edges WHERE to_id among_ids(?)"), (listed,))


def links_of(naming: Naming, raw: Raw, sender: int, up: int) -> list[int]:
    """The statements that a record stands in: that of its sender and those of the peers above."""
    texts = naming.texts((sender, up))
    links = [f"from:{texts[sender]}", *(f"up:{peer}" for peer in texts[up].split())]
    return list(naming.ids("link", links).values())
