"""Reconciling the link upward: our side of the statement, compared with what the platform above holds from us."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from tracekit.dock.statements import Remote
from tracekit.ids import identity
from tracekit.pipeline.compare import Cell, Comparison, Held, Total, compare
from tracekit.pipeline.times import day_of_text, day_text
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import Office


class Own:
    """Our side of a link: what the peer should hold from us."""

    def __init__(self, office: Office, peer: str) -> None:
        self._store = office.store
        self._link = f"up:{peer}"
        self.record_ids: dict[str, int] = {}
        """Record ids of the keys listed so far, by identity."""

    def cells(self, first: str, last: str) -> Mapping[Cell, Total]:
        """The sums of all cells from one day to another."""
        rows = self._store.statement(self._link, day_of_text(first), day_of_text(last))
        return {Cell(day_text(row.day), row.node, row.kind): Total(row.count, row.digest) for row in rows}

    def branches(self, cell: Cell, prefix: str) -> Mapping[str, Total]:
        """The sums below a prefix of the identity hash."""
        found = self._store.statement_prefix(self._link, day_of_text(cell.day), cell.node, cell.kind, prefix)
        return {prefix + digit: Total(*value) for digit, value in found.items()}

    def keys(self, cell: Cell, prefix: str) -> Iterable[Held]:
        """The records below a prefix."""
        for one in self._store.statement_keys(self._link, day_of_text(cell.day), cell.node, cell.kind, prefix):
            mark = identity(one.origin, cell.kind, one.key).hex()
            self.record_ids[mark] = one.record_id
            yield Held(mark, one.origin, cell.kind, one.key, one.revision, one.content_id)


def reconcile(office: Office, first: str, last: str, *, resend: bool = False) -> dict[str, Any]:
    """Compare the days of the link upward; with `resend` what is missing or different above goes again.

    Raises:
        ConfigError: no platform above.
        DockingError: it did not answer.
    """
    outbox = outbox_up(office)
    own = Own(office, outbox.peer)
    with closing(outbox.session.line):
        found = compare(own, Remote(outbox.session), first, last)
    told = _told(found, outbox.peer, first, last)
    if resend and not found.is_equal:
        again = [own.record_ids[one.identity] for one in (*found.missing, *(mine for mine, _ in found.different))]
        outbox.again(again)
        told["resent"] = len(again)
    return told


def _told(found: Comparison, peer: str, first: str, last: str) -> dict[str, Any]:
    return {
        "peer": peer,
        "from": first,
        "to": last,
        "equal": found.is_equal,
        "lower": found.lower._asdict(),
        "upper": found.upper._asdict(),
        "missing": [one._asdict() for one in found.missing],
        "surplus": [one._asdict() for one in found.surplus],
        "different": [{"lower": mine._asdict(), "upper": other._asdict()} for mine, other in found.different],
        "asked": found.asked,
    }
