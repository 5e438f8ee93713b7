"""Reconciling the link upward: our side of the statement, compared with what the platform above holds from us."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from tracekit.dock.statements import Local, Remote
from tracekit.pipeline.compare import Comparison, Held, compare
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import Office
from tracekit.store.values import Feedback
from tracekit.transport import Transport


def reconcile(
    office: Office, first: str, last: str, *, resend: bool = False, transport: Transport | None = None
) -> dict[str, Any]:  # fmt: skip  what, then how
    """Compare the days of the link upward; with `resend` what is missing or different above goes again.

    What the platform above has refused with findings is told apart: only a correction mends it, so it is not sent again.

    Raises:
        ConfigError: no platform above.
        DockingError: it did not answer.
    """
    outbox = outbox_up(office, transport)
    local = Local(office.store, outbox.peer)
    with closing(outbox.session.line):
        found = compare(local, Remote(outbox.session), first, last)
    ids = [local.record_ids[one.identity] for one in (*found.missing, *(mine for mine, _ in found.different))]
    refused = office.store.feedback_on(ids)
    told = _told(found, outbox.peer, first, last)
    told |= _missing([(one, refused.get(local.record_ids[one.identity])) for one in found.missing])
    if resend and not found.is_equal:
        again = [id_ for id_ in ids if id_ not in refused]
        outbox.again(again)
        told["resent"] = len(again)
    return told


def _missing(found: Sequence[tuple[Held, Feedback | None]]) -> dict[str, list[dict[str, Any]]]:
    """What is missing above, apart from it what is missing because it was refused there."""
    return {
        "missing": [one._asdict() for one, feedback in found if feedback is None],
        "refused": [
            {**one._asdict(), "findings": [finding.to_wire() for finding in feedback.findings], "feedback": feedback.state}
            for one, feedback in found
            if feedback is not None
        ],
    }


def _told(found: Comparison, peer: str, first: str, last: str) -> dict[str, Any]:
    return {
        "peer": peer,
        "from": first,
        "to": last,
        "equal": found.is_equal,
        "lower": found.lower._asdict(),
        "upper": found.upper._asdict(),
        "surplus": [one._asdict() for one in found.surplus],
        "different": [{"lower": mine._asdict(), "upper": other._asdict()} for mine, other in found.different],
        "asked": found.asked,
    }
