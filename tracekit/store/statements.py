"""Statements: what both sides of a link compare, from sums down to single keys.

A link is `from:<sender>` (what we hold from it) or `up:<peer>` (what it should hold from us). Every living record
stands in it, voids included; a replaced one is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from tracekit.ids import add_leaves, leaf
from tracekit.store import schema
from tracekit.store.backends import Raw, driver, reading
from tracekit.store.connected import Connected
from tracekit.store.values import Level, StatementKey, StatementRow

_STATEMENTS = schema.statements.c
_DIGITS = "0123456789abcdef"


class Statements(Connected):
    """Part of `Store`: statements and their drill-down."""

    def statement(self, link: str, day_from: int, day_to: int, level: Level = "kind") -> list[StatementRow]:
        """Counts and digests of a range of days, both included, per day, per day and node, or per day, node and kind."""
        columns = (_STATEMENTS.day, _STATEMENTS.node, _STATEMENTS.kind, _STATEMENTS.count, _STATEMENTS.digest)
        with reading(self.back) as connection:
            raw = driver(connection)
            id_ = self.names.known(raw, "link", [link]).get(link, -1)
            wanted = select(*columns).where(_STATEMENTS.link == id_, _STATEMENTS.day.between(day_from, day_to))
            rows = connection.execute(wanted).all()
            texts = self.names.texts(raw, {id_ for row in rows for id_ in (row[1], row[2])})
        sums: dict[tuple[int, str, str], tuple[int, int]] = {}
        for day, node, kind, count, digest in rows:
            cell = (day, texts[node] if level != "day" else "", texts[kind] if level == "kind" else "")
            before = sums.get(cell, (0, 0))
            sums[cell] = (before[0] + count, add_leaves((int.from_bytes(digest, "big"),), before[1]))
        return [StatementRow(*cell, count, f"{digest:064x}") for cell, (count, digest) in sorted(sums.items()) if count]

    def statement_prefix(self, link: str, day: int, node: str, kind: str, prefix: str = "") -> dict[str, tuple[int, str]]:
        """Count and digest per next hexadecimal digit of the identity, for those that begin with `prefix`."""
        sums: dict[str, tuple[int, int]] = {}
        with reading(self.back) as connection:
            for _, _, _, revision, content, identity in self._leaves(driver(connection), link, day, node, kind, prefix):
                digit = identity.hex()[len(prefix)]
                before = sums.get(digit, (0, 0))
                sums[digit] = (before[0] + 1, add_leaves((leaf(identity, revision, content.hex()),), before[1]))
        return {digit: (sums[digit][0], f"{sums[digit][1]:064x}") for digit in _DIGITS if digit in sums}

    def statement_keys(self, link: str, day: int, node: str, kind: str, prefix: str = "") -> list[StatementKey]:
        """The records behind a cell of a statement, in the order of their identities."""
        with reading(self.back) as connection:
            raw = driver(connection)
            found = sorted(self._leaves(raw, link, day, node, kind, prefix), key=lambda row: row[5])
            origins = self.names.texts(raw, {row[1] for row in found})
        return [StatementKey(id_, origins[origin], key, revision, content.hex()) for id_, origin, key, revision, content, _ in found]

    def _leaves(self, raw: Raw, link: str, day: int, node: str, kind: str, prefix: str) -> Iterator[Any]:
        cell = self._cell(raw, link, node, kind)
        if cell is None:
            return
        where, among, node_id, kind_id = cell
        low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
        sql = (
            "SELECT id, origin, key, revision, content_id, identity FROM records"
            f" WHERE day = ? AND node = ? AND kind = ? AND {where} IN ({among}) AND state IN (1, 3) AND identity BETWEEN ? AND ?"
        )
        rows = raw.execute(self.back.sql(sql), (day, node_id, kind_id, low, high)).fetchall()
        yield from ((*row[:4], bytes(row[4]), bytes(row[5])) for row in rows)

    def _cell(self, raw: Raw, link: str, node: str, kind: str) -> tuple[str, str, int, int] | None:
        """The column and values that say which records stand in the statement, and the ids of node and kind."""
        side, _, name = link.partition(":")
        nodes, kinds = self.names.known(raw, "node", [node]), self.names.known(raw, "kind", [kind])
        if side == "from":
            where, ids = "sender", list(self.names.known(raw, "sender", [name]).values())
        else:
            combined = self.names.ids_of(raw, "peers")
            where, ids = "up", [id_ for text, id_ in combined.items() if name in text.split()]
        if not ids or not nodes or not kinds:
            return None
        return where, ", ".join(map(str, ids)), nodes[node], kinds[kind]
