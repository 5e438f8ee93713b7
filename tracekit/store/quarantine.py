"""The quarantine from outside: refused records as they came, with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import orjson
from sqlalchemy import select, update

from tracekit.findings import Finding
from tracekit.store import schema
from tracekit.store.connected import Connected
from tracekit.store.values import Refused

_QUARANTINE = schema.quarantine.c
_NAMES = Refused._fields
_PAGE = 500


class Quarantine(Connected):
    """Part of `Store`: refused records. States: new, retried, fixed."""

    def quarantine(
        self, state: str = "", after: int = 0, limit: int = 100, *, sender: str = "", node: str = "", code: str = ""
    ) -> list[Refused]:
        """Refused records in the order in which they first came.

        Args:
            state: only those in this state.
            after: only those behind this id.
            limit: at most so many.
            sender: only from this sender.
            node: only of this node.
            code: only with a finding of this code.
        """
        wanted = select(*[_QUARANTINE[name] for name in _NAMES]).where(_QUARANTINE.id > after)
        if state:
            wanted = wanted.where(_QUARANTINE.state == state)
        if code:
            wanted = wanted.where(_QUARANTINE.findings.contains(f'"{code}"', autoescape=True))
        with self._reading() as tx:
            for space, name in (("sender", sender), ("node", node)):
                if name:
                    wanted = wanted.where(_QUARANTINE[space] == tx.known(space, [name]).get(name, -1))
            rows = tx.connection.execute(wanted.order_by(_QUARANTINE.id).limit(limit)).all()
            texts = tx.texts({id_ for row in rows for id_ in (row.kind, row.origin, row.sender, row.node)})
            receipts = schema.receipts.c
            numbers = {row.receipt for row in rows if row.receipt}
            ids = {row[0]: row[1] for row in tx.connection.execute(select(receipts.seq, receipts.id).where(receipts.seq.in_(numbers)))}
        return [_refused(row, texts, ids.get(row.receipt, "")) for row in rows]

    def refused(self, id_: int) -> Refused | None:
        """One refused record."""
        found = self.quarantine(after=id_ - 1, limit=1)
        return found[0] if found and found[0].id == id_ else None

    def quarantine_export(self, state: str = "", **only: str) -> Iterator[Refused]:
        """All refused records, page by page, flat in memory."""
        after = 0
        while page := self.quarantine(state, after, _PAGE, **only):
            yield from page
            after = page[-1].id

    def quarantine_mark(self, ids: Iterable[int], state: Literal["new", "retried", "fixed"]) -> None:
        """Say what became of refused records; no count changes."""
        with self._writing() as tx:
            tx.connection.execute(update(schema.quarantine).where(_QUARANTINE.id.in_(list(ids))).values(state=state))


def _refused(row: Any, texts: dict[int, str], receipt: str) -> Refused:
    findings = tuple(Finding.from_wire(wire) for wire in orjson.loads(row.findings))
    return Refused(
        row.id,
        texts[row.kind],
        texts[row.origin],
        row.key,
        row.revision,
        row.content_id,
        texts[row.sender],
        receipt,
        row.place,
        row.state,
        row.seen,
        row.day,
        texts[row.node],
        row.received_at,
        findings,
        bytes(row.body),
        bytes(row.aside),
    )  # fmt: skip  in the order of Refused
