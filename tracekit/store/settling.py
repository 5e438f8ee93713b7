"""The outcome of a review: a pending record becomes accepted or refused; the subject index follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from tracekit.errors import StoreError
from tracekit.store.counters import ACCEPTED, PENDING, REFUSED, REPLACED, Sums
from tracekit.store.outgoing import add_outgoing
from tracekit.store.standing import Standing, change, drop_edges, standing, versions_in_state
from tracekit.store.transaction import Transaction
from tracekit.store.values import Filing

NO_RECORD = "TK-STO-012"

_OUTCOME = {"approved": ACCEPTED, "returned": REFUSED}

_WRITE = (
    "INSERT INTO filings (record_id, seq, changed_at, kind, applicant, refs, state, reason, assigned_code, reviewer)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET seq = excluded.seq,"
    " changed_at = excluded.changed_at, kind = excluded.kind, applicant = excluded.applicant, refs = excluded.refs,"
    " state = excluded.state, reason = excluded.reason, assigned_code = excluded.assigned_code, reviewer = excluded.reviewer"
)
# a new revision that still waits does not take an approved subject out of the index
_INDEX = (
    "INSERT INTO filed (ref, state, kind, record_id, seq) VALUES (?, ?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET"
    " state = excluded.state, kind = excluded.kind, record_id = excluded.record_id, seq = excluded.seq"
    " WHERE filed.state <> 'approved' OR filed.record_id = excluded.record_id"
    " OR excluded.state NOT IN ('draft', 'pending', 'returned', 'known')"
)


def settle(tx: Transaction, filing: Filing, at: int, up: Sequence[str] = ()) -> Filing:
    """See `Receiving.settle`."""
    found = standing(tx, [filing.record_id])
    if not found:
        raise StoreError(str(filing.record_id), code=NO_RECORD, params={"record": str(filing.record_id)})
    sums = Sums()
    state = found[0].counted.state
    if state == PENDING and filing.state in _OUTCOME:
        state = _OUTCOME[filing.state]
        _decide(tx, sums, found[0], state)
    if state == ACCEPTED and up:
        _forward(tx, sums, found[0], up, at)
    settled = write_filings(tx, [filing], at)[0]
    sums.write(tx)
    return settled


def _decide(tx: Transaction, sums: Sums, one: Standing, state: int) -> None:
    if state == ACCEPTED:
        older = versions_in_state(tx, one, ACCEPTED)
        for version in older:
            change(tx, sums, version, REPLACED)
        drop_edges(tx, [version.id for version in older])
    change(tx, sums, one, state)


def _forward(tx: Transaction, sums: Sums, one: Standing, up: Sequence[str], at: int) -> None:
    before = tx.texts((one.up,))[one.up].split()
    new = [peer for peer in up if peer not in before]
    for peer in new:
        sums.leaf(one.link_cell(tx.id("link", f"up:{peer}")), one.leaf)
        add_outgoing(tx, peer, [one.id], at)
    tx.run("UPDATE records SET up = ? WHERE id = ?", tx.id("peers", " ".join(sorted({*before, *new}))), one.id)


def write_filings(tx: Transaction, filings: Iterable[Filing], at: int) -> list[Filing]:
    """Write filings under new sequence numbers, and their refs into the subject index; the write lock is held."""
    listed = list(filings)
    if not listed:
        return []
    numbered = [replace(filing, seq=seq, changed_at=at) for seq, filing in enumerate(listed, tx.top("filings", "seq") + 1)]
    tx.many(_WRITE, [_row(one) for one in numbered])
    tx.many(_INDEX, [(ref, one.state, one.kind, one.record_id, one.seq) for one in numbered for ref in sorted(set(one.refs))])
    return numbered


def _row(one: Filing) -> tuple[str | int, ...]:
    refs = orjson.dumps(one.refs).decode()
    texts = (one.state, one.reason, one.assigned_code, one.reviewer)
    return (one.record_id, one.seq, one.changed_at, one.kind, one.applicant, refs, *texts)
