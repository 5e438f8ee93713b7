"""Data quality: a day by node, who is silent, the worst findings, daily reports, and feedback with its answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracekit.config import Peer, covers
from tracekit.dock.outbox import Refusals
from tracekit.pipeline.times import day_of_text, day_text, wire_time_of
from tracekit.platform.day_counts import COUNTERS as COUNTED
from tracekit.platform.day_counts import counts_only
from tracekit.platform.office import Office
from tracekit.platform.refusal import refusal
from tracekit.store.values import Daily, Feedback, Rollup

STATES = ("traded", "nothing", "closed")
ANSWERS = ("corrected", "voided", "refused")
PAGE = 500
DAY = 86_400
DEADLINE_DAYS = 3
"""Project-defined: how long a node has to answer feedback."""


def counts_of(rollup: Rollup) -> dict[str, int]:
    """The counters of a rollup by name."""
    return {name: getattr(rollup, name) for name in COUNTED}


def day_table(office: Office, day: str) -> dict[str, Any]:
    """One business day: every node that is filed or reported, its counters and state; the reporting rate; silent nodes.

    `counts_only` has what platforms below counted of records that stay there; no other figure contains it.
    """
    number = day_of_text(day)
    counted = {str(row.by[0]): counts_of(row) for row in office.store.rollups(number, number, ("node",)) if any(row[1:])}
    reported = {one.node: one.state for one in office.store.daily(number, number)}
    expected = filed_nodes(office)
    below = counts_only(office, number)
    told = {row["node"]: "counts_only" for row in below}
    nodes: list[dict[str, Any]] = []
    for node in sorted({*counted, *reported, *told, *expected} - {""}):
        traded = "traded" if counted.get(node, {}).get("total") else ""
        state = traded or (told | reported).get(node, "silent")
        nodes.append({"node": node, "state": state, **counted.get(node, dict.fromkeys(COUNTED, 0))})
    silent = [row["node"] for row in nodes if row["state"] == "silent"]
    rate = round(1 - len(silent) / len(nodes), 4) if nodes else 0.0
    sums = {name: sum(row[name] for row in counted.values()) for name in COUNTED}
    return {"day": day, "reporting_rate": rate, "silent": silent, "nodes": nodes, "sums": sums, "counts_only": below}


def filed_nodes(office: Office) -> list[str]:
    """Codes of the nodes whose filing was approved."""
    found: list[str] = []
    after = 0
    while page := office.store.subjects(after, PAGE, prefix="node:"):
        found += [one.ref.removeprefix("node:") for one in page if one.state == "approved" and one.kind == "core.node"]
        if page[-1].seq == after or len(page) < PAGE:
            break
        after = page[-1].seq
    return found


def worst_findings(office: Office, first: str, last: str, limit: int = 10, node: str = "") -> list[dict[str, Any]]:
    """The most frequent findings of a range of days."""
    found = office.store.findings_top(day_of_text(first), day_of_text(last), limit, node)
    return [{"code": one.code, "level": one.level, "count": one.count} for one in found]


def report_day(office: Office, peer: Peer, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a node's daily report; the answer is what this platform has counted for that node and day.

    Raises:
        DockingRejected: a value is wrong.
        DockingDenied: the sender may not report for the node.
    """
    node, day, state = (str(tree.get(name, "")) for name in ("node", "day", "state"))
    if not re.fullmatch(r"[0-9A-Za-z./_-]{1,32}", node):
        raise refusal("TK-DOCK-124", name="node", expected="a node's code")
    if state not in STATES:
        raise refusal("TK-DOCK-124", name="state", expected=", ".join(STATES))
    try:
        number = day_of_text(day)
    except ValueError:
        raise refusal("TK-DOCK-124", name="day", expected="YYYY-MM-DD") from None
    if not covers(peer.regions, node[:6]) or (peer.nodes and node not in peer.nodes):
        raise refusal("TK-DOCK-113", sender=peer.code, value=node)
    believed = {name: value for name, value in tree.items() if name in COUNTED and type(value) is int}
    queue = tree.get("queue", 0)
    office.store.save_daily(
        Daily(
            node,
            number,
            peer.code,
            state,
            believed,
            queue if type(queue) is int else 0,
            str(tree.get("last_error", ""))[:200],
            office.now(),
        )
    )
    rows = office.store.rollups(number, number, (), node=node, sender=peer.code)
    received: dict[str, int] = counts_of(rows[0]) if rows else dict.fromkeys(COUNTED, 0)
    differs = {name: value for name, value in believed.items() if received.get(name) != value}
    return {"node": node, "day": day, "state": state, "received": received, "differs": sorted(differs)}


def send_back(office: Office, refused_ids: Sequence[int], days: int = DEADLINE_DAYS) -> list[Feedback]:
    """Open feedback on refused records, to whoever sent them, with a deadline."""
    now = office.now()
    entries: list[Feedback] = []
    for id_ in refused_ids:
        one = office.store.refused(id_)
        if one is None:
            continue
        peer = office.setup.peers.get(one.sender)
        contact = peer.contact.name if peer else ""
        entries.append(Feedback(0, one.sender, one.origin, one.kind, one.key, one.findings, contact, now, now + days * DAY))
    return office.store.feedback_open(entries)


def refused_above(office: Office, refusals: Refusals, days: int = DEADLINE_DAYS) -> list[Feedback]:
    """Send back to whoever sent it what the platform above judged a problem: feedback with its findings, once a record."""
    told, now = office.store.feedback_on(one.record_id for one, _ in refusals), office.now()
    entries: list[Feedback] = []
    for one, findings in refusals:
        if one.record_id not in told:
            peer = office.setup.peers.get(one.sender)
            contact = peer.contact.name if peer else ""
            entries.append(Feedback(one.record_id, one.sender, one.origin, one.kind, one.key, findings, contact, now, now + days * DAY))
    return office.store.feedback_open(entries)


def feedback_after(office: Office, sender: str, after: int) -> dict[str, Any]:
    """The sender's feedback that changed after a cursor."""
    found = office.store.feedback(after, PAGE, sender=sender)
    return {"feedback": [_feedback_row(one) for one in found], "cursor": str(found[-1].seq if found else after)}


def close_feedback(office: Office, peer: Peer, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Close feedback: corrected or voided only if the store shows it, refused with a reason.

    Raises:
        DockingRejected: no such open feedback of this sender, or the answer does not hold.
    """
    id_, answer, note = str(tree.get("id", "")), str(tree.get("answer", "")), str(tree.get("note", ""))[:500]
    found = _open_feedback(office, peer.code, id_)
    if answer not in ANSWERS or (answer == "refused" and not note):
        raise refusal("TK-DOCK-124", name="answer", expected="corrected, voided, or refused with a note")
    if answer != "refused" and not _stored(office, found, "void" if answer == "voided" else ""):
        raise refusal("TK-DOCK-124", name="answer", expected="the corrected record is sent and accepted first")
    office.store.feedback_close(found.id, f"{answer}: {note}" if note else answer, office.now())
    return {"id": id_, "state": "closed", "answer": answer}


def _open_feedback(office: Office, sender: str, id_: str) -> Feedback:
    after = 0
    while page := office.store.feedback(after, PAGE, sender=sender, state="open"):
        for one in page:
            if str(one.id) == id_:
                return one
        after = page[-1].seq
    raise refusal("TK-DOCK-118", what=id_[:64])


def _stored(office: Office, one: Feedback, action: str) -> bool:
    held = [version for version in office.store.records_of(one.origin, one.kind, [one.key]) if version.current]
    return any(not action or f'"action":"{action}"'.encode() in version.body for version in held)


def _feedback_row(one: Feedback) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "origin": one.origin,
        "kind": one.kind,
        "key": one.key,
        "state": one.state,
        "findings": [finding.to_wire() for finding in one.findings],
        "opened_at": wire_time_of(one.opened_at),
        "deadline": wire_time_of(one.deadline),
        **({"how": one.how} if one.how else {}),
    }  # fmt: skip  one line a table row


def today(office: Office) -> str:
    """The business day at +08:00."""
    return day_text((office.now() + 8 * 3600) // DAY)
