"""The statement of a link: the upper side asked over the wire, differences found, what is missing sent again."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracekit.dock.session import Session
from tracekit.errors import DockingUnavailable
from tracekit.pipeline.compare import Cell, Held, Total


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


def _rows(tree: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows: Any = tree.get(name)
    if not isinstance(rows, list):
        reason = f"statement without {name}"
        raise DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason})
    return rows  # pyright: ignore[reportUnknownVariableType]  the wire's rows


def _total(row: Mapping[str, Any]) -> Total:
    return Total(int(row["count"]), str(row["digest"]))
