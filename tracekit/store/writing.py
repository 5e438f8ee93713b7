"""Writing a judged batch: rows are made in one pass over the records, then each table is written at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.ids import leaf
from tracekit.store import schema
from tracekit.store.backends import Backend, Raw, array
from tracekit.store.counters import (
    ACCEPTED,
    ACTIONS,
    DUPLICATE,
    PENDING,
    REPLACED,
    WITHDRAWN,
    Cell,
    Counted,
    Sums,
    share,
)
from tracekit.store.names import Naming
from tracekit.store.outgoing import add_outgoing
from tracekit.store.refusing import cleaned, mark_fixed, refuse
from tracekit.store.settling import write_filings
from tracekit.store.standing import change, drop_edges, standing
from tracekit.store.values import Receipt, Written

if TYPE_CHECKING:
    from tracekit.pipeline.check import Judged

BROKEN_LINK = "TK-LINK-001"
SIDES = {"offer": 1, "seek": 2}
REF = 0
"""The side of a link key row that only makes a ref findable."""

Rows = list[tuple[Any, ...]]


def write(back: Backend, raw: Raw, naming: Naming, batch: Written) -> list[int]:
    """See `Receiving.write`."""
    return _Batch(back, raw, naming, batch).write()


class _Batch:
    """A batch on its way into the tables."""

    def __init__(self, back: Backend, raw: Raw, naming: Naming, batch: Written) -> None:
        self.back, self.raw, self.naming, self.batch = back, raw, naming, batch
        self.sums = Sums()
        self.judged = [cleaned(one) if one.verdict == "problem" else one for one in batch.judged]
        self.stored = [(at, one) for at, one in enumerate(self.judged) if one.verdict in ("accepted", "pending") and not one.measurement]
        self.receipt = _next(raw, "receipts", "seq") if batch.receipt else 0
        self.ids = self._assign()
        self.gone = self._replaced()
        self.sender = naming.id("sender", batch.sender)
        self.names = self._names()

    def write(self) -> list[int]:
        """Write everything, counters last."""
        self._write_stored()
        self._write_edges()
        self._replace_stored()
        self._heal()
        self._write_refused()
        self._write_quotes()
        self._write_outgoing()
        write_filings(self.back, self.raw, self._filings(), self.batch.received_at)
        if self.batch.receipt:
            write_receipt(self.back, self.raw, self.receipt, self.batch.receipt, self.batch.received_at)
        if self.batch.cursor:
            write_cursor(self.back, self.raw, *self.batch.cursor)
        self.sums.write(self.raw, self.back)
        return self.ids

    def _assign(self) -> list[int]:
        ids = [0] * len(self.judged)
        for offset, (at, _) in enumerate(self.stored, _next(self.raw, "records", "id") if self.stored else 0):
            ids[at] = offset
        return ids

    def resolve(self, reference: int) -> int:
        """The record id of a reference."""
        return reference if reference >= 0 else self.ids[-reference - 1]

    def _replaced(self) -> set[int]:
        """Ids that this batch replaces; a pending record replaces an accepted one only when its review approves it."""
        pending = {self.ids[at] for at, one in self.stored if one.verdict == "pending"}
        gone: set[int] = set()
        for _, one in self.stored:
            old = self.resolve(one.replaces)
            if old and (one.verdict == "accepted" or old in pending):
                gone.add(old)
        return gone

    def _names(self) -> Mapping[str, Mapping[str, int]]:
        judged = [one for one in self.judged if not one.measurement]
        return {
            "origin": self.naming.ids("origin", {one.origin for _, one in self.stored}),
            "kind": self.naming.ids("kind", {one.kind for one in judged}),
            "node": self.naming.ids("node", {one.node for one in judged}),
            "region": self.naming.ids("region", {one.region for one in judged}),
            "category": self.naming.ids("category", {one.category for one in judged}),
        }

    def cell(self, one: Judged) -> Cell:
        """The rollup cell of a record."""
        names = self.names
        return (
            one.day,
            names["node"][one.node],
            names["kind"][one.kind],
            names["category"][one.category],
            names["region"][one.region],
            self.sender,
        )

    def _write_stored(self) -> None:
        ups, peers = self._ups()
        links = self._links(peers)
        rows: Rows = []
        items: Rows = []
        keys: Rows = []
        rungs = self.naming.ids("rung", {key.rung for _, one in self.stored for key in one.keys} | {""})
        received, sender, receipt, origins = self.batch.received_at, self.sender, self.receipt, self.names["origin"]
        sums, gone, ids = self.sums, self.gone, self.ids
        for at, one in self.stored:
            id_ = ids[at]
            replaces = self.resolve(one.replaces)
            state = PENDING if one.verdict == "pending" else ACCEPTED
            if id_ in gone:
                state = WITHDRAWN if state == PENDING else REPLACED
            cell = self.cell(one)
            counted = Counted(state, ACTIONS[one.action], replaces, int(one.backfill), int(one.broken), one.lines)
            up = ups.get(id_, "")
            content = bytes.fromhex(one.content_id)
            rows.append(
                (
                    id_,
                    replaces,
                    0 if state in (ACCEPTED, REPLACED) else id_,
                    one.start,
                    one.end,
                    received,
                    receipt,
                    origins[one.origin],
                    cell[2],
                    sender,
                    cell[1],
                    cell[4],
                    cell[3],
                    peers[up],
                    one.day,
                    one.revision,
                    one.lines,
                    state,
                    counted.action,
                    counted.backfill,
                    counted.broken,
                    one.key,
                    one.business_key or None,
                    content,
                    one.identity,
                    one.body,
                    one.aside,
                )
            )  # fmt: skip  in the order of the table
            sums.add(cell, share(counted))
            if id_ in gone:
                continue
            one_leaf = leaf(one.identity, one.revision, one.content_id)
            for link in links[up]:
                sums.leaf(link, one.day, cell[1], cell[2], one_leaf)
            _add_keys(keys, id_, one, rungs)
            _add_items(items, id_, one.record)
        self.back.bulk(self.raw, schema.records, rows)
        self.back.bulk(self.raw, schema.items, items)
        keys.sort()
        self.back.bulk(self.raw, schema.link_keys, keys)
        self._write_findings()

    def _ups(self) -> tuple[dict[int, str], Mapping[str, int]]:
        """Per record the peers it goes up to, as one text, and the ids of those texts."""
        ups: dict[int, str] = {}
        for peer in sorted(self.batch.up):
            for reference in self.batch.up[peer]:
                if reference < 0:
                    id_ = self.resolve(reference)
                    before = ups.get(id_)
                    ups[id_] = f"{before} {peer}" if before else peer
        return ups, self.naming.ids("peers", {*ups.values(), ""})

    def _links(self, ups: Iterable[str]) -> dict[str, list[int]]:
        """For each combination of peers the statements that its records stand in."""
        ids = self.naming.ids("link", [f"from:{self.batch.sender}", *(f"up:{peer}" for peer in self.batch.up)])
        own = ids[f"from:{self.batch.sender}"]
        return {up: [own, *(ids[f"up:{peer}"] for peer in up.split())] for up in ups}

    def _write_findings(self) -> None:
        warned = [(self.ids[at], one) for at, one in self.stored if one.findings]
        if not warned:
            return
        codes = self.naming.ids("code", {finding.code for _, one in warned for finding in one.findings})
        nodes = self.names["node"]
        rows: Rows = []
        for id_, one in warned:
            for position, finding in enumerate(one.findings):
                code = codes[finding.code]
                params = orjson.dumps(dict(finding.params)).decode()
                rows.append((id_, position, code, finding.level, finding.path, params, finding.where))
                self.sums.finding(one.day, code, nodes[one.node], finding.level)
        self.back.bulk(self.raw, schema.findings, rows)

    def _write_edges(self) -> None:
        if not self.batch.edges:
            return
        rungs = self.naming.ids("rung", {edge.rung for edge in self.batch.edges})
        gone = self.gone
        rows: dict[tuple[int, int, int], tuple[Any, ...]] = {}
        for source, target, rung, key, confidence in self.batch.edges:
            from_id = source if source > 0 else self.ids[-source - 1]
            to_id = target if target > 0 else self.ids[-target - 1]
            if from_id not in gone and to_id not in gone:
                between = (from_id, to_id, rungs[rung])
                if between not in rows:
                    rows[between] = (*between, key, confidence)
        self.back.bulk(self.raw, schema.edges, [rows[between] for between in sorted(rows)])

    def _replace_stored(self) -> None:
        mine = set(self.ids)
        old = [id_ for id_ in self.gone if id_ not in mine]
        if not old:
            return
        for one in standing(self.back, self.raw, old):
            state = WITHDRAWN if one.counted.state == PENDING else REPLACED
            change(self.back, self.raw, self.naming, self.sums, one, state)
        drop_edges(self.back, self.raw, old)

    def _heal(self) -> None:
        """Stored records whose missing link has come are broken no longer, and their warning goes."""
        healed = [one for one in standing(self.back, self.raw, self.batch.healed) if one.counted.broken] if self.batch.healed else []
        if not healed:
            return
        code = self.naming.id("code", BROKEN_LINK)
        for one in healed:
            self.sums.add(one.cell, share(one.counted), -1)
            self.sums.add(one.cell, share(one.counted._replace(broken=0)))
            self.sums.finding(one.cell[0], code, one.cell[1], "warning", -1)
        ids = array(one.id for one in healed)
        self.raw.execute(self.back.sql("UPDATE records SET broken = 0 WHERE id among_ids(?)"), (ids,))
        self.raw.execute(self.back.sql("DELETE FROM findings WHERE record_id among_ids(?) AND code = ?"), (ids, code))

    def _write_refused(self) -> None:
        mark_fixed(self.back, self.raw, self.sums, [one for _, one in self.stored])
        problems = [(at, one) for at, one in enumerate(self.judged) if one.verdict == "problem"]
        if problems:
            later = {one.identity: at for at, one in self.stored}
            rows = [(one, self.cell(one), later.get(one.identity, -1) > at) for at, one in problems if not one.measurement]
            refuse(self.back, self.raw, self.naming, self.sums, rows, (self.batch.received_at, self.receipt))
        for one in self.judged:
            if one.verdict == "duplicate" and not one.measurement:
                self.sums.add(self.cell(one), DUPLICATE)

    def _write_quotes(self) -> None:
        quotes = [one for one in self.judged if one.measurement and one.verdict == "accepted"]
        if not quotes:
            return
        kinds = self.naming.ids("measure", {one.kind for one in quotes})
        origins = self.naming.ids("origin", {one.origin for one in quotes})
        first = _next(self.raw, "quotes", "id")
        rows: Rows = [
            (
                first + offset,
                self.batch.received_at,
                self.receipt,
                origins[one.origin],
                kinds[one.kind],
                one.day,
                one.revision,
                1,
                one.key,
                one.node,
                one.category,
                bytes.fromhex(one.content_id),
                one.body,
                one.aside,
            )
            for offset, one in enumerate(quotes)
        ]  # fmt: skip  in the order of the table
        old = array(one.replaces for one in quotes if one.replaces > 0)
        self.raw.execute(self.back.sql("UPDATE quotes SET current = 0 WHERE id among_ids(?)"), (old,))
        self.back.bulk(self.raw, schema.quotes, rows)

    def _write_outgoing(self) -> None:
        for peer, references in sorted(self.batch.up.items()):
            if references:
                ids = [self.resolve(reference) for reference in references]
                add_outgoing(self.back, self.raw, peer, ids, self.batch.received_at)

    def _filings(self) -> Iterable[Any]:
        for filing in self.batch.filings:
            filing.record_id = self.resolve(filing.record_id)
            yield filing


def _add_keys(rows: Rows, id_: int, one: Judged, rungs: Mapping[str, int]) -> None:
    """The link keys, and the refs of goods and papers that are no link key: both are how `trace` finds a record."""
    start, end = one.start, one.end
    seen: set[str] = set()
    for key in dict.fromkeys(one.keys):
        rows.append((key.key, SIDES[key.side], id_, key.line, rungs[key.rung], start, end))
        seen.add(key.key)
    for part in ("items", "documents"):
        for entry in one.record.get(part, ()):
            ref = entry.get("ref")
            if ref is not None and ref not in seen:
                seen.add(ref)
                rows.append((ref, REF, id_, 0, rungs[""], start, end))


def _add_items(rows: Rows, id_: int, record: Mapping[str, Any]) -> None:
    for item in record.get("items", ()):
        quantities: Sequence[Mapping[str, str]] = item.get("quantities") or ({},)
        first = quantities[0]
        rows.append(
            (
                id_,
                item["line"],
                item.get("role"),
                item.get("ref"),
                item.get("product"),
                first.get("value"),
                first.get("unit"),
                first.get("basis"),
            )
        )  # fmt: skip  in the order of the table


def _next(raw: Raw, table: str, column: str) -> int:
    return int(raw.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0]) + 1


def write_receipt(back: Backend, raw: Raw, seq: int, receipt: Receipt, at: int) -> None:
    """Append a receipt: its hash, chained to the one before."""
    row = raw.execute(back.sql("SELECT chain FROM receipts WHERE seq = ?"), (seq - 1,)).fetchone()
    digest = hashlib.sha256(receipt.body).digest()
    chain = hashlib.sha256((bytes(row[0]) if row else bytes(32)) + digest).digest()
    sql = "INSERT INTO receipts (seq, id, package, sender, digest, received_at, body, sha256, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    values = (seq, receipt.id, receipt.package, receipt.sender, receipt.digest, at, receipt.body, digest, chain)
    raw.execute(back.sql(sql), values)


def write_cursor(back: Backend, raw: Raw, source: str, text: str) -> None:
    """Keep where a source was read to."""
    sql = "INSERT INTO cursors (source, text) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET text = excluded.text"
    raw.execute(back.sql(sql), (source, text))
