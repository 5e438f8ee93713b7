"""Statements: what both sides of a link compare, from sums down to single keys.

A link is `from:<sender>` (what we hold from it) or `up:<peer>` (what it should hold from us). Every living record
stands in it, voids included; a replaced one is taken out.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from tracekit.ids import add_leaves, leaf
from tracekit.store import schema
from tracekit.store.backends import array
from tracekit.store.connected import Connected
from tracekit.store.counters import LinkCell
from tracekit.store.transaction import Transaction
from tracekit.store.values import Level, StatementKey, StatementRow

_STATEMENTS = schema.statements.c


_PREFIX = re.compile("[0-9a-f]{0,63}")
_ALL = "SELECT link, day, node, kind, count, digest FROM statements"
_LIVING = (
    "SELECT id, day, node, kind, sender, up, identity, revision, content_id FROM records"
    " WHERE state IN (1, 3) AND id > ? ORDER BY id LIMIT 5000"
)
_LEAVES = (
    "SELECT id, origin, key, revision, content_id, identity FROM records WHERE day = ? AND node = ? AND kind = ?"
    " AND {} among_ids(?) AND state IN (1, 3) AND identity BETWEEN ? AND ? ORDER BY identity"
)


class Statements(Connected):
    """Part of `Store`: statements and their drill-down."""

    def statement(self, link: str, day_from: int, day_to: int, level: Level = "kind") -> list[StatementRow]:
        """Counts and digests of a range of days, both included, per day, per day and node, or per day, node and kind."""
        columns = (_STATEMENTS.day, _STATEMENTS.node, _STATEMENTS.kind, _STATEMENTS.count, _STATEMENTS.digest)
        with self._reading() as tx:
            id_ = tx.known("link", [link]).get(link, -1)
            wanted = select(*columns).where(_STATEMENTS.link == id_, _STATEMENTS.day.between(day_from, day_to))
            rows = tx.connection.execute(wanted).all()
            texts = tx.texts({id_ for row in rows for id_ in (row[1], row[2])})
        sums: dict[tuple[int, str, str], tuple[int, int]] = {}
        for day, node, kind, count, digest in rows:
            cell = (day, texts[node] if level != "day" else "", texts[kind] if level == "kind" else "")
            before = sums.get(cell, (0, 0))
            sums[cell] = (before[0] + count, add_leaves((int.from_bytes(digest, "big"),), before[1]))
        return [StatementRow(*cell, count, f"{digest:064x}") for cell, (count, digest) in sorted(sums.items()) if count]

    def statement_prefix(self, link: str, day: int, node: str, kind: str, prefix: str = "") -> dict[str, tuple[int, str]]:
        """Count and digest per next hexadecimal digit of the identity, for those that begin with `prefix`."""
        sums: dict[str, tuple[int, int]] = {}
        with self._reading() as tx:
            for row in _leaves(tx, link, (day, node, kind), prefix):
                identity = bytes(row[5])
                digit = identity.hex()[len(prefix)]
                before = sums.get(digit, (0, 0))
                sums[digit] = (before[0] + 1, add_leaves((leaf(identity, row[3], bytes(row[4]).hex()),), before[1]))
        return {digit: (sums[digit][0], f"{sums[digit][1]:064x}") for digit in sorted(sums)}

    def statement_keys(self, link: str, day: int, node: str, kind: str, prefix: str = "") -> list[StatementKey]:
        """The records behind a cell of a statement, in the order of their identities."""
        with self._reading() as tx:
            rows = _leaves(tx, link, (day, node, kind), prefix)
            origins = tx.texts({row[1] for row in rows})
        return [StatementKey(id_, origins[origin], key, revision, bytes(content).hex()) for id_, origin, key, revision, content, _ in rows]

    def statements_broken(self) -> list[str]:
        """Differences between the kept statements and sums made anew from all living records: none is right."""
        with self._reading() as tx:
            real = _summed_anew(tx)
            stored = {tuple(row[:4]): (row[4], int.from_bytes(row[5], "big")) for row in tx.rows(_ALL) if row[4] or any(row[5])}
            links = tx.texts({cell[0] for cell in real.keys() | stored.keys()})
        return [f"{links[cell[0]]} {cell[1:]}" for cell in sorted(real.keys() | stored.keys()) if real.get(cell) != stored.get(cell)]


def _summed_anew(tx: Transaction) -> dict[LinkCell, tuple[int, int]]:
    sums: dict[LinkCell, tuple[int, int]] = {}
    links: dict[tuple[int, int], list[int]] = {}
    last = 0
    while rows := tx.rows(_LIVING, last):
        known = tx.all_ids("link")
        texts = tx.texts({id_ for row in rows for id_ in row[4:6]})
        for id_, day, node, kind, sender, up, identity, revision, content in rows:
            names = [f"from:{texts[sender]}", *(f"up:{peer}" for peer in texts[up].split())]
            made = leaf(bytes(identity), revision, bytes(content).hex())
            for link in links.setdefault((sender, up), [known[name] for name in names]):
                before = sums.get((link, day, node, kind), (0, 0))
                sums[link, day, node, kind] = (before[0] + 1, add_leaves((made,), before[1]))
            last = id_
    return sums


def _leaves(tx: Transaction, link: str, cell: tuple[int, str, str], prefix: str) -> list[Any]:
    if not _PREFIX.fullmatch(prefix):
        return []
    day, node, kind = cell
    where, ids = _standing_in(tx, link)
    low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
    nodes, kinds = tx.known("node", [node]), tx.known("kind", [kind])
    return tx.rows(_LEAVES.format(where), day, nodes.get(node, -1), kinds.get(kind, -1), array(ids), low, high)


def _standing_in(tx: Transaction, link: str) -> tuple[str, list[int]]:
    """The column, and its values, that say which records stand in a link's statement."""
    side, _, name = link.partition(":")
    if side == "from":
        return "sender", list(tx.known("sender", [name]).values())
    return "up", [id_ for text, id_ in tx.all_ids("peers").items() if name in text.split()]
