"""The outbox: batches on their way up, so that a package once named keeps its id, header and records to the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select, update

from tracekit.store import schema
from tracekit.store.connected import Connected
from tracekit.store.outgoing import add_outgoing
from tracekit.store.values import Outgoing

_OUTBOX = schema.outbox.c
_COLUMNS = tuple(_OUTBOX[name] for name in Outgoing._fields)


class Outbox(Connected):
    """Part of `Store`: packages to be sent up. States: ready, sent (no answer yet), done, stopped."""

    def outbox_add(self, peer: str, record_ids: Sequence[int], at: int) -> None:
        """Let stored records go (again) to a peer, as reconciling finds them missing there."""
        with self._writing() as tx:
            add_outgoing(tx, peer, record_ids, at)

    def outbox_fill(self, peer: str, limit: int, package: str) -> Outgoing | None:
        """Join the peer's oldest waiting batches to one package of at most `limit` records, under a package id.

        Returns None if nothing waits. What it returns is durable: after a crash `outbox_next` gives it again.
        """
        with self._writing() as tx:
            waiting = select(_OUTBOX.id, _OUTBOX.record_ids, _OUTBOX.next_at, _OUTBOX.created_at).where(
                _OUTBOX.peer == peer, _OUTBOX.state == "ready", _OUTBOX.package == ""
            )
            ids: list[int] = []
            last: Any = None
            for last in tx.connection.execute(waiting.order_by(_OUTBOX.id).limit(limit)).all():
                ids += orjson.loads(last.record_ids)
                tx.connection.execute(schema.outbox.delete().where(_OUTBOX.id == last.id))
                if len(ids) >= limit:
                    break
            if last is None:
                return None
            if len(ids) > limit:
                # the rest keeps its place: it waits under the id of the batch it came from
                values = {**_waiting(last, peer, ids[limit:]), "id": last.id}
                tx.connection.execute(schema.outbox.insert().values(values))
            row = {**_waiting(last, peer, ids[:limit]), "package": package}
            id_ = tx.top("outbox") + 1
            tx.connection.execute(schema.outbox.insert().values({**row, "id": id_}))
            return Outgoing(id_, peer, package, "", tuple(ids[:limit]), "ready", 0, last.next_at, last.created_at, "")

    def outbox_sealed(self, package: str, header: str) -> None:
        """Keep the signed header: a retry sends the same."""
        self._set(package, header=header)

    def outbox_next(self, now: int, peer: str = "", limit: int = 1) -> list[Outgoing]:
        """Named packages that are due, oldest first; those without a header were never sealed."""
        wanted = select(*_COLUMNS).where(_OUTBOX.state.in_(("ready", "sent")), _OUTBOX.package != "", _OUTBOX.next_at <= now)
        if peer:
            wanted = wanted.where(_OUTBOX.peer == peer)
        return self._read(wanted.order_by(_OUTBOX.id).limit(limit))

    def outbox_list(self, peer: str = "", state: str = "", limit: int = 1000) -> list[Outgoing]:
        """What the outbox holds, oldest first."""
        wanted = select(*_COLUMNS)
        if peer:
            wanted = wanted.where(_OUTBOX.peer == peer)
        if state:
            wanted = wanted.where(_OUTBOX.state == state)
        return self._read(wanted.order_by(_OUTBOX.id).limit(limit))

    def outbox_package(self, package: str) -> Outgoing | None:
        """One package, in whatever state."""
        found = self._read(select(*_COLUMNS).where(_OUTBOX.package == package))
        return found[0] if found else None

    def outbox_waiting(self, peer: str) -> int:
        """How many records wait for a peer, in a package or not."""
        with self._reading() as tx:
            wanted = select(_OUTBOX.records).where(_OUTBOX.peer == peer, _OUTBOX.state.in_(("ready", "sent", "stopped")))
            return sum(tx.connection.execute(wanted).scalars())

    def outbox_done(self, package: str) -> None:
        """The receipt of the package has come."""
        self._set(package, state="done", last_error="")

    def outbox_retry(self, package: str, next_at: int, error: str) -> None:
        """Send the same package again at `next_at`: the other side was not there."""
        self._set(package, state="sent", next_at=next_at, last_error=error, attempts=_OUTBOX.attempts + 1)

    def outbox_stop(self, package: str, error: str) -> None:
        """Do not send the package again: it was rejected, or the link is denied."""
        self._set(package, state="stopped", last_error=error, attempts=_OUTBOX.attempts + 1)

    def outbox_resume(self, peer: str, now: int) -> int:
        """Let stopped packages of a peer go again, under their old ids; returns how many."""
        with self._writing() as tx:
            stopped = update(schema.outbox).where(_OUTBOX.peer == peer, _OUTBOX.state == "stopped")
            return tx.connection.execute(stopped.values(state="sent", next_at=now)).rowcount

    def _set(self, package: str, **values: Any) -> None:
        with self._writing() as tx:
            tx.connection.execute(update(schema.outbox).where(_OUTBOX.package == package).values(**values))

    def _read(self, wanted: Any) -> list[Outgoing]:
        with self._reading() as tx:
            rows = tx.connection.execute(wanted).mappings().all()
        return [_outgoing(row) for row in rows]


def _outgoing(row: Mapping[Any, Any]) -> Outgoing:
    values: dict[str, Any] = {**row, "record_ids": tuple(orjson.loads(row["record_ids"]))}
    return Outgoing(**values)


def _waiting(row: Any, peer: str, ids: Sequence[int]) -> dict[str, Any]:
    return {
        "peer": peer,
        "package": "",
        "header": "",
        "record_ids": orjson.dumps(list(ids)).decode(),
        "state": "ready",
        "last_error": "",
        "records": len(ids),
        "attempts": 0,
        "next_at": row.next_at,
        "created_at": row.created_at,
    }
