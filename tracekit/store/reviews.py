"""Filing: what waits for review, what was decided, and the subject index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import func, select

from tracekit.store import schema
from tracekit.store.backends import array
from tracekit.store.connected import Connected
from tracekit.store.settling import write_filings
from tracekit.store.values import FiledRef, Filing

_FILINGS = schema.filings.c
_FILED = schema.filed.c
_FILED_COLUMNS = [_FILED[name] for name in FiledRef._fields]
_NAMES = [field.name for field in fields(Filing)]


class Reviews(Connected):
    """Part of `Store`: filings and the subject index. Outcomes are recorded by `Receiving.settle`."""

    def filing(self, record_id: int) -> Filing | None:
        """The filing of one record."""
        found = self._filings(select(*[_FILINGS[name] for name in _NAMES]).where(_FILINGS.record_id == record_id))
        return found[0] if found else None

    def filings(self, after: int = 0, limit: int = 100, *, applicant: str = "", state: str = "", kind: str = "") -> list[Filing]:
        """Filings in the order of their last change; the last one's `seq` is the cursor to go on from."""
        wanted = select(*[_FILINGS[name] for name in _NAMES]).where(_FILINGS.seq > after)
        for name, value in (("applicant", applicant), ("state", state), ("kind", kind)):
            if value:
                wanted = wanted.where(_FILINGS[name] == value)
        return self._filings(wanted.order_by(_FILINGS.seq).limit(limit))

    def file(self, filings: Iterable[Filing], at: int) -> list[Filing]:
        """Write filings that come without a batch (drafts, subjects known but not filed)."""
        with self._writing() as tx:
            return write_filings(tx, filings, at)

    def filed(self, refs: Iterable[str]) -> dict[str, str]:
        """The filing state of those refs that the index knows."""
        with self._reading() as tx:
            return {row[0]: row[1] for row in tx.rows("SELECT ref, state FROM filed WHERE ref among(?)", array(refs))}

    def subject(self, ref: str) -> FiledRef | None:
        """The entry of one ref in the subject index."""
        wanted = select(*_FILED_COLUMNS).where(_FILED.ref == ref)
        with self._reading() as tx:
            row = tx.connection.execute(wanted).first()
        return FiledRef(*row) if row else None

    def subjects(self, after: int = 0, limit: int = 1000, prefix: str = "") -> list[FiledRef]:
        """The subject index in the order of changes."""
        wanted = select(*_FILED_COLUMNS).where(_FILED.seq > after)
        if prefix:
            # a range and not LIKE, which no index serves on both back ends
            wanted = wanted.where(_FILED.ref >= prefix, _FILED.ref <= prefix + "\U0010ffff")
        with self._reading() as tx:
            rows = tx.connection.execute(wanted.order_by(_FILED.seq, _FILED.ref).limit(limit)).all()
        return [FiledRef(*row) for row in rows]

    def filings_waiting(self) -> int:
        """How many filings wait for review."""
        with self._reading() as tx:
            return tx.connection.execute(select(func.count()).where(_FILINGS.state == "pending")).scalar_one()

    def _filings(self, wanted: Any) -> list[Filing]:
        with self._reading() as tx:
            rows = tx.connection.execute(wanted).mappings().all()
        return [_filing({**row, "refs": tuple(orjson.loads(row["refs"]))}) for row in rows]


def _filing(values: dict[str, Any]) -> Filing:
    return Filing(**values)
