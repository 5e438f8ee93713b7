"""Refused records checked anew: through the reception, under their first sender."""

import uuid
from collections.abc import Sequence
from itertools import groupby

import orjson

from tracekit.pipeline.seal import join_body
from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.sdk import Record
from tracekit.store.values import Refused

BATCH = 1000


def retry(office: Office, ids: Sequence[int]) -> dict[str, int]:
    """Try the named refused records again, or all that are new; counts of tried, valid, problem, pending, duplicate."""
    reception = Reception(office)
    chosen = [one for id_ in ids if (one := office.store.refused(id_))] if ids else list(office.store.quarantine_export("new"))
    counts: dict[str, int] = dict.fromkeys(("tried", "valid", "problem", "pending", "duplicate"), 0)
    for sender, group in groupby(sorted(chosen, key=lambda one: (one.sender, one.id)), key=lambda one: one.sender):
        listed = list(group)
        for start in range(0, len(listed), BATCH):
            _retry(office, reception, sender, listed[start : start + BATCH], counts)
    return counts


def _retry(office: Office, reception: Reception, sender: str, refused: Sequence[Refused], counts: dict[str, int]) -> None:
    pairs = [(one, record) for one in refused if (record := record_of(one)) is not None]
    counts["tried"] += len(refused)
    counts["problem"] += len(refused) - len(pairs)
    if not pairs:
        return
    peer = office.setup.peers.get(sender)
    receipt = reception.take_in(
        [record for _, record in pairs], uuid.uuid4().hex, sender=sender, peer=peer, places=[one.place for one, _ in pairs]
    )
    for name, count in orjson.loads(receipt)["counts"].items():
        if name in counts:
            counts[name] += count
    office.store.quarantine_mark([one.id for one, _ in pairs if _still(office, one.id)], "retried")


def record_of(one: Refused) -> Record | None:
    """The record as it came; nothing for rows that never became one."""
    try:
        record = join_body(one.body, one.aside)
    except ValueError:
        return None
    return None if "source_digest" in record else record


def _still(office: Office, id_: int) -> bool:
    found = office.store.refused(id_)
    return found is not None and found.state != "fixed"
