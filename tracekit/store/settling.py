"""The outcome of a review: a pending record becomes accepted or refused; the subject index follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from tracekit.errors import StoreError
from tracekit.store.backends import Backend, Raw
from tracekit.store.counters import ACCEPTED, PENDING, REFUSED, REPLACED, Sums
from tracekit.store.names import Naming
from tracekit.store.outgoing import add_outgoing
from tracekit.store.standing import Standing, change, drop_edges, standing, versions_in_state
from tracekit.store.values import Filing

NO_RECORD = "TK-STO-012"

_OUTCOME = {"approved": ACCEPTED, "returned": REFUSED}


def settle(back: Backend, raw: Raw, naming: Naming, filing: Filing, at: int, up: Sequence[str] = ()) -> Filing:
    """See `Receiving.settle`."""
    found = standing(back, raw, [filing.record_id])
    if not found:
        raise StoreError(str(filing.record_id), code=NO_RECORD, params={"record": str(filing.record_id)})
    sums = Sums()
    state = _OUTCOME.get(filing.state)
    if state and found[0].counted.state == PENDING:
        _decide(back, raw, naming, sums, found[0], state)
    if up and (state == ACCEPTED or found[0].counted.state == ACCEPTED):
        _forward(back, raw, naming, sums, found[0], up, at)
    settled = write_filings(back, raw, [filing], at)[0]
    sums.write(raw, back)
    return settled


def _decide(back: Backend, raw: Raw, naming: Naming, sums: Sums, one: Standing, state: int) -> None:
    if state == ACCEPTED:
        older = versions_in_state(back, raw, one, ACCEPTED)
        for version in older:
            change(back, raw, naming, sums, version, REPLACED)
        drop_edges(back, raw, [version.id for version in older])
    change(back, raw, naming, sums, one, state)


def _forward(back: Backend, raw: Raw, naming: Naming, sums: Sums, one: Standing, up: Sequence[str], at: int) -> None:
    before = naming.texts((one.up,))[one.up].split()
    new = [peer for peer in up if peer not in before]
    for peer in new:
        sums.leaf(naming.id("link", f"up:{peer}"), one.cell[0], one.cell[1], one.cell[2], one.leaf)
        add_outgoing(back, raw, peer, [one.id], at)
    peers = naming.id("peers", " ".join(sorted({*before, *new})))
    raw.execute(back.sql("UPDATE records SET up = ? WHERE id = ?"), (peers, one.id))


def write_filings(back: Backend, raw: Raw, filings: Iterable[Filing], at: int) -> list[Filing]:
    """Write filings under new sequence numbers, and their refs into the subject index."""
    listed = list(filings)
    if not listed:
        return []
    top = raw.execute("SELECT coalesce(max(seq), 0) FROM filings").fetchone()[0]
    numbered = [replace(filing, seq=top + offset, changed_at=at) for offset, filing in enumerate(listed, 1)]
    columns = ("record_id", "seq", "changed_at", "kind", "applicant", "refs", "state", "reason", "assigned_code", "reviewer")
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    sql = f"INSERT INTO filings ({', '.join(columns)}) VALUES ({','.join('?' * len(columns))}) ON CONFLICT (record_id) DO UPDATE SET {sets}"
    rows = [(one.record_id, one.seq, at, one.kind, one.applicant, orjson.dumps(one.refs).decode(), *_texts(one)) for one in numbered]
    raw.cursor().executemany(back.sql(sql), rows)
    # a new revision that still waits does not take an approved subject out of the index
    index = (
        "INSERT INTO filed (ref, state, kind, record_id, seq) VALUES (?, ?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET"
        " state = excluded.state, kind = excluded.kind, record_id = excluded.record_id, seq = excluded.seq"
        " WHERE filed.state <> 'approved' OR filed.record_id = excluded.record_id"
        " OR excluded.state NOT IN ('draft', 'pending', 'returned', 'known')"
    )
    raw.cursor().executemany(
        back.sql(index), [(ref, one.state, one.kind, one.record_id, one.seq) for one in numbered for ref in sorted(set(one.refs))]
    )
    return numbered


def _texts(filing: Filing) -> tuple[str, str, str, str]:
    return filing.state, filing.reason, filing.assigned_code, filing.reviewer
