"""Writing a judged batch: rows are made in one pass over the records, then each table is written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tracekit.ids import leaf
from tracekit.store import schema
from tracekit.store.backends import Row, array
from tracekit.store.counters import DUPLICATE, LIVE, PENDING, REPLACED, WITHDRAWN, Cell, Counted, Sums, share
from tracekit.store.ledgers import move_rows, write_moves
from tracekit.store.outgoing import add_outgoing, write_cursor, write_receipt
from tracekit.store.refusing import Coming, cleaned, mark_fixed, refuse
from tracekit.store.rows import Named, add_keys, counted_of, finding_rows, quote_rows, record_row
from tracekit.store.settling import write_filings
from tracekit.store.standing import change, drop_edges, standing
from tracekit.store.transaction import Transaction
from tracekit.store.values import Filing, Written

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged

BROKEN_LINK = "TK-LINK-001"

Stored = tuple[int, "Judged"]
"""A record of the batch with the id it gets."""


Tally = tuple[Cell, str, Counted]
"""Records that count alike: their cell, the peers they go up to, and what decides their share."""


def write(tx: Transaction, batch: Written) -> list[int]:
    """See `Receiving.write`."""
    return _Batch(tx, batch).write()


@dataclass
class _Made:
    """What is made beside the rows of `records`."""

    items: list[Row] = field(default_factory=list[Row])
    keys: list[Row] = field(default_factory=list[Row])
    moves: list[Row] = field(default_factory=list[Row])
    tallies: dict[Tally, list[int]] = field(default_factory=dict[Tally, list[int]])


class _Batch:
    """A batch on its way into the tables."""

    def __init__(self, tx: Transaction, batch: Written) -> None:
        self.tx, self.batch, self.sums = tx, batch, Sums()
        self.judged = [cleaned(one) if one.verdict == "problem" else one for one in batch.judged]
        self.receipt = tx.top("receipts", "seq") + 1 if batch.receipt else 0
        self.ids = [0] * len(self.judged)
        self.stored: list[Stored] = self._assign()
        self.gone = self._replaced()
        self.sender = tx.id("sender", batch.sender)
        self.names = self._names()

    def write(self) -> list[int]:
        """Write everything, counters last."""
        tx, batch = self.tx, self.batch
        self._write_stored()
        self._write_edges()
        self._replace_stored()
        self._heal()
        self._write_refused()
        self._write_quotes()
        for peer, references in sorted(batch.up.items()):
            if references:
                add_outgoing(tx, peer, [self._resolve(one) for one in references], batch.received_at)
        write_filings(tx, self._filings(), batch.received_at)
        if batch.receipt:
            write_receipt(tx, self.receipt, batch.receipt, batch.received_at)
        if batch.cursor:
            write_cursor(tx, *batch.cursor)
        self.sums.write(tx)
        return self.ids

    def _assign(self) -> list[Stored]:
        places = [at for at, one in enumerate(self.judged) if one.verdict in ("accepted", "pending") and not one.measurement]
        for id_, at in enumerate(places, self.tx.top("records") + 1 if places else 0):
            self.ids[at] = id_
        return [(self.ids[at], self.judged[at]) for at in places]

    def _resolve(self, reference: int) -> int:
        return reference if reference >= 0 else self.ids[-reference - 1]

    def _replaced(self) -> set[int]:
        """Ids that this batch replaces; a pending record replaces an accepted one only when its review approves it."""
        pending = {id_ for id_, one in self.stored if one.verdict == "pending"}
        old = {self._resolve(one.replaces): one.verdict for _, one in self.stored if one.replaces}
        asked = [id_ for id_, verdict in old.items() if verdict == "pending" and id_ not in pending]
        if asked:
            pending.update(one.id for one in standing(self.tx, asked) if one.counted.state == PENDING)
        return {id_ for id_, verdict in old.items() if verdict == "accepted" or id_ in pending}

    def _names(self) -> Named:
        spaces = ("origin", "kind", "node", "region", "category")
        return Named(*(self.tx.ids(space, {getattr(one, space) for one in self.judged}) for space in spaces))

    def _write_stored(self) -> None:
        if not self.stored:
            return
        ups = self._ups()
        peers = self.tx.ids("peers", {*ups.values(), ""})
        marked = {mark.mark for _, one in self.stored for mark in one.marks}
        rungs = self.tx.ids("rung", {key.rung for _, one in self.stored for key in one.keys} | marked | {""})
        made = _Made()
        # rows are made while the database takes in those before, so nothing may be asked of it meanwhile
        self.tx.bulk(schema.records, self._rows(made, ups, peers, rungs))
        self.tx.bulk(schema.items, made.items)
        made.keys.sort()
        # of equal keys of one record the last stands: a mark's longest time
        self.tx.bulk(schema.link_keys, [row for row, after in zip(made.keys, [*made.keys[1:], ()], strict=False) if row[:5] != after[:5]])
        write_moves(self.tx, made.moves, self.gone - set(self.ids))
        self._count(made.tallies, self._links({*ups.values(), ""}))
        self._write_findings()

    def _rows(self, made: _Made, ups: Mapping[int, str], peers: Mapping[str, int], rungs: Mapping[str, int]) -> Iterator[Row]:
        """The rows of `records`; on the way, those of the lines, the link keys, and what the records count for."""
        items, keys, tallies = made.items, made.keys, made.tallies
        gone, origins, came = self.gone, self.names.origin, (self.batch.received_at, self.receipt)
        for id_, one in self.stored:
            up = ups.get(id_, "")
            cell = self.names.cell(one, self.sender)
            counted = counted_of(one, self._resolve(one.replaces))
            if id_ in gone:
                counted = counted._replace(state=WITHDRAWN if counted.state == PENDING else REPLACED)
            tally = tallies.get((cell, up, counted))
            if tally is None:
                tally = tallies[cell, up, counted] = [0, 0]
            tally[0] += 1
            if id_ not in gone:
                tally[1] += leaf(one.identity, one.revision, one.content_id)
                add_keys(keys, id_, one, rungs)
                items.extend([(id_, *goods) for goods in one.goods])
                if one.moves:
                    made.moves += move_rows(id_, one)
            yield record_row(id_, one, counted, cell, (*came, origins[one.origin], peers[up]))

    def _count(self, tallies: Mapping[Tally, list[int]], links: Mapping[str, list[int]]) -> None:
        for (cell, up, counted), (count, leaves) in tallies.items():
            self.sums.add(cell, share(counted), count)
            if counted.state in LIVE:
                for link in links[up]:
                    self.sums.leaf((link, cell[0], cell[1], cell[2]), leaves, count)

    def _ups(self) -> dict[int, str]:
        """Per record of the batch the peers it goes up to, as one text."""
        ups: dict[int, str] = {}
        for peer in sorted(self.batch.up):
            for reference in self.batch.up[peer]:
                if reference < 0:
                    id_ = self._resolve(reference)
                    before = ups.get(id_)
                    ups[id_] = f"{before} {peer}" if before else peer
        return ups

    def _links(self, ups: Iterable[str]) -> Mapping[str, list[int]]:
        """For each combination of peers the statements that its records stand in."""
        own = f"from:{self.batch.sender}"
        ids = self.tx.ids("link", [own, *(f"up:{peer}" for peer in self.batch.up)])
        return {up: [ids[own], *(ids[f"up:{peer}"] for peer in up.split())] for up in ups}

    def _write_findings(self) -> None:
        warned = [(id_, one) for id_, one in self.stored if one.findings]
        codes = self.tx.ids("code", {finding.code for _, one in warned for finding in one.findings})
        self.tx.bulk(schema.findings, [row for id_, one in warned for row in finding_rows(id_, one, codes)])
        for _, one in warned:
            for finding in one.findings:
                self.sums.finding((one.day, codes[finding.code], self.names.node[one.node], finding.level))

    def _write_edges(self) -> None:
        rungs = self.tx.ids("rung", {edge.rung for edge in self.batch.edges})
        ids, gone = self.ids, self.gone
        rows: dict[tuple[int, int, int], Row] = {}
        for source, target, rung, key, confidence in self.batch.edges:
            from_id = source if source > 0 else ids[-source - 1]
            to_id = target if target > 0 else ids[-target - 1]
            if from_id not in gone and to_id not in gone:
                between = (from_id, to_id, rungs[rung])
                rows.setdefault(between, (*between, key, confidence))
        self.tx.bulk(schema.edges, [rows[between] for between in sorted(rows)])

    def _replace_stored(self) -> None:
        old = self.gone - set(self.ids)
        if not old:
            return
        for one in standing(self.tx, old):
            change(self.tx, self.sums, one, WITHDRAWN if one.counted.state == PENDING else REPLACED)
        drop_edges(self.tx, old)

    def _heal(self) -> None:
        """Stored records whose missing link has come are broken no longer, and their warning goes."""
        healed = [one for one in standing(self.tx, self.batch.healed) if one.counted.broken] if self.batch.healed else []
        code = self.tx.id("code", BROKEN_LINK) if healed else 0
        for one in healed:
            self.sums.add(one.cell, share(one.counted), -1)
            self.sums.add(one.cell, share(one.counted._replace(broken=0)))
            self.sums.finding((one.cell[0], code, one.cell[1], "warning"), -1)
        if healed:
            ids = array(one.id for one in healed)
            self.tx.run("UPDATE records SET broken = 0 WHERE id among_ids(?)", ids)
            self.tx.run("DELETE FROM findings WHERE record_id among_ids(?) AND code = ?", ids, code)

    def _write_refused(self) -> None:
        mark_fixed(self.tx, self.sums, [one for _, one in self.stored])
        last = {one.identity: at for at, one in enumerate(self.judged) if self.ids[at]}
        refused = [
            Coming(one, self.names.cell(one, self.sender), last.get(one.identity, -1) > at)
            for at, one in enumerate(self.judged)
            if one.verdict == "problem"
        ]
        if refused:
            refuse(self.tx, self.sums, refused, self.batch.received_at, self.receipt)
        for one in self.judged:
            if one.verdict == "duplicate" and not one.measurement:
                self.sums.add(self.names.cell(one, self.sender), DUPLICATE)

    def _write_quotes(self) -> None:
        quotes = [one for one in self.judged if one.measurement and one.verdict == "accepted"]
        if not quotes:
            return
        kinds = self.tx.ids("measure", {one.kind for one in quotes})
        rows = quote_rows(quotes, self.names.origin, kinds, (self.tx.top("quotes") + 1, self.batch.received_at, self.receipt))
        self.tx.run("UPDATE quotes SET current = 0 WHERE id among_ids(?)", array(one.replaces for one in quotes if one.replaces > 0))
        self.tx.bulk(schema.quotes, rows)

    def _filings(self) -> Iterable[Filing]:
        return [replace(filing, record_id=self._resolve(filing.record_id)) for filing in self.batch.filings]
