"""Reconciling the link upward: our side of the statement, compared with what the platform above holds from us."""

from contextlib import closing
from typing import Any

from tracekit.dock import statements
from tracekit.pipeline.compare import Comparison
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import Office


def reconcile(office: Office, first: str, last: str, *, resend: bool = False) -> dict[str, Any]:
    """Compare the days of the link upward; with `resend` what is missing or different above goes again.

    Raises:
        ConfigError: no platform above.
        DockingError: it did not answer.
    """
    outbox = outbox_up(office)
    with closing(outbox.session.line):
        found = statements.reconcile(outbox, first, last, resend=resend)
    told = _told(found, outbox.peer, first, last)
    if resend and not found.is_equal:
        told["resent"] = len(found.missing) + len(found.different)
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
