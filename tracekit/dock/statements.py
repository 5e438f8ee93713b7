"""The statement of a link: the upper side asked over the wire, differences found, what is missing sent again."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracekit.dock.session import Session
from tracekit.errors import DockingUnavailable
from tracekit.ids import identity
from tracekit.pipeline.compare import Cell, Comparison, Held, Total, compare
from tracekit.pipeline.times import day_of_text, day_text

if TYPE_CHECKING:
    from tracekit.dock.outbox import Outbox
    from tracekit.store import Store


class Remote:
    """The upper side of a link: what the platform holds from this sender."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(
        self, first: str, last: str, *, node: str | None = None, kind: str = "", prefix: str = "", keys: bool = False
    ) -> dict[str, Any]:
        """The statement as it comes; `node` (even an empty one) with `kind` asks below one cell."""
        query: dict[str, str | int] = {"from": first, "to": last}
        if node is not None:
            query |= {"node": node, "kind": kind, "prefix": prefix}
        if keys:
            query["keys"] = 1
        return self._session.call("GET", "statement", query=query).tree()

    def cells(self, first: str, last: str) -> Mapping[Cell, Total]:
        """The sums of all cells from one day to another."""
        rows = _rows(self.ask(first, last), "cells")
        return {Cell(str(row["day"]), str(row["node"]), str(row["kind"])): _total(row) for row in rows}

    def branches(self, cell: Cell, prefix: str) -> Mapping[str, Total]:
        """The sums below a prefix of the identity hash."""
        tree = self.ask(cell.day, cell.day, node=cell.node, kind=cell.kind, prefix=prefix)
        return {str(row["prefix"]): _total(row) for row in _rows(tree, "branches")}

    def keys(self, cell: Cell, prefix: str) -> Iterable[Held]:
        """The records below a prefix."""
        tree = self.ask(cell.day, cell.day, node=cell.node, kind=cell.kind, prefix=prefix, keys=True)
        return [
            Held(row["identity"], row["origin"], row["kind"], row["key"], int(row["revision"]), row["content_id"])
            for row in _rows(tree, "keys")
        ]


class Local:
    """The lower side of a link: what this platform's store should have forwarded to a peer."""

    def __init__(self, store: "Store", peer: str) -> None:
        self._store = store
        self._link = f"up:{peer}"
        self.record_ids: dict[str, int] = {}
        """Identity (hex) → record id, of every record that was listed."""

    def cells(self, first: str, last: str) -> Mapping[Cell, Total]:
        """The sums of all cells from one day to another."""
        rows = self._store.statement(self._link, day_of_text(first), day_of_text(last))
        return {Cell(day_text(row.day), row.node, row.kind): Total(row.count, row.digest) for row in rows}

    def branches(self, cell: Cell, prefix: str) -> Mapping[str, Total]:
        """The sums below a prefix of the identity hash."""
        sums = self._store.statement_prefix(self._link, day_of_text(cell.day), cell.node, cell.kind, prefix)
        return {prefix + digit: Total(*total) for digit, total in sums.items()}

    def keys(self, cell: Cell, prefix: str) -> Iterable[Held]:
        """The records below a prefix."""
        rows = self._store.statement_keys(self._link, day_of_text(cell.day), cell.node, cell.kind, prefix)
        held: list[Held] = []
        for row in rows:
            name = identity(row.origin, cell.kind, row.key).hex()
            self.record_ids[name] = row.record_id
            held.append(Held(name, row.origin, cell.kind, row.key, row.revision, row.content_id))
        return held


def reconcile(outbox: "Outbox", first: str, last: str, *, resend: bool = True) -> Comparison:
    """Compare both sides of a platform's link up, and let what is missing or different above go again.

    Args:
        first: the first business day, `2026-11-20`.
        last: the last one.
        resend: put what is missing into the outbox; the next run sends it.

    Raises:
        DockingError: the upper side could not be asked.
    """
    local = Local(outbox.store, outbox.peer)
    result = compare(local, Remote(outbox.session), first, last)
    if resend:
        wanted = [one.identity for one in result.missing] + [mine.identity for mine, _ in result.different]
        outbox.again([local.record_ids[one] for one in wanted])
    return result


def _rows(tree: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows: Any = tree.get(name)
    if not isinstance(rows, list):
        reason = f"statement without {name}"
        raise DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason})
    return rows  # pyright: ignore[reportUnknownVariableType]  the wire's rows


def _total(row: Mapping[str, Any]) -> Total:
    return Total(int(row["count"]), str(row["digest"]))
