"""How a platform does: is its store there, what it holds, what waits; for `/healthz`, `/metrics` and `tracekit status`."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tracekit.dock.outbox import LINK
from tracekit.errors import StoreError
from tracekit.pipeline.times import wire_time, wire_time_of
from tracekit.platform.office import Office

VERDICTS = ("valid", "problem", "pending", "duplicate")


def is_healthy(office: Office) -> bool:
    """True if the store answers."""
    try:
        office.store.receipts_head()
    except StoreError:
        return False
    return True


def status(office: Office) -> dict[str, Any]:
    """What the platform holds and what waits."""
    own = office.setup.config.platform
    held = office.store.status()
    return {
        "platform": own.code,
        "name": own.name,
        "role": own.role,
        "environment": own.environment,
        "at": wire_time(office.clock()),
        "store": {"backend": held.backend, "schema": held.schema},
        "records": held.records,
        "counts": dict(held.counts),
        "receipts": held.receipts,
        "last_receipt": _last_receipt(office, held.receipts),
        "quarantine": dict(held.quarantine),
        "links": links(held.cursors),
        "outbox": {peer: dict(states) for peer, states in held.outbox.items()},
        "filings": dict(held.filings),
        "feedback_open": held.feedback_open,
        "quotes": held.quotes,
        "sources": {name.removeprefix("source:"): text for name, text in held.cursors.items() if name.startswith("source:")},
        "peers": sorted(office.setup.peers),
        "above": office.setup.config.above.url if office.setup.config.above else "",
    }


def links(cursors: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The links upward that are stopped, each with what the platform above said and since when."""
    found: dict[str, dict[str, Any]] = {}
    for name, text in cursors.items():
        if name.startswith(LINK) and text:
            told = orjson.loads(text)
            found[name.removeprefix(LINK)] = {"state": "stopped", **told, "since": wire_time_of(told["since"])}
    return found


def metrics(office: Office) -> str:
    """The same in the text form of Prometheus; counts only."""
    return "\n".join(_lines(office)) + "\n"


def _lines(office: Office) -> Iterator[str]:
    held = office.store.status()
    yield from _metric("tracekit_packages_total", "counter", "Receipts given.", {"": held.receipts})
    counts = {f'verdict="{name}"': held.counts.get(name, 0) for name in VERDICTS}
    yield from _metric("tracekit_records", "gauge", "Distinct records by verdict.", counts)
    others = {f'counter="{name}"': value for name, value in held.counts.items() if name not in VERDICTS}
    yield from _metric("tracekit_counter", "gauge", "The other counters of counters.csv.", others)
    waiting = sum(count for states in held.outbox.values() for state, count in states.items() if state != "done")
    yield from _metric("tracekit_outbox_records", "gauge", "Records that wait to go up.", {"": waiting})
    quarantined = {f'state="{state}"': count for state, count in held.quarantine.items()}
    yield from _metric("tracekit_quarantine_records", "gauge", "Refused records that are kept.", quarantined)
    yield from _metric(
        "tracekit_filings", "gauge", "Filings by state.", {f'state="{state}"': count for state, count in held.filings.items()}
    )
    yield from _metric("tracekit_feedback_open", "gauge", "Feedback that waits for an answer.", {"": held.feedback_open})
    at = _last_receipt_at(office, held.receipts)
    yield from _metric("tracekit_last_receipt_timestamp_seconds", "gauge", "When the last receipt was given.", {"": at})


def _metric(name: str, kind: str, meaning: str, values: dict[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values.items():
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def _last_receipt_at(office: Office, number: int) -> int:
    found = office.store.receipts(number - 1, 1) if number else []
    return found[0][1].received_at if found else 0


def _last_receipt(office: Office, number: int) -> dict[str, Any]:
    found = office.store.receipts(number - 1, 1) if number else []
    if not found:
        return {}
    one = found[0][1]
    return {"id": one.id, "sender": one.sender, "received_at": wire_time_of(one.received_at), "counts": orjson.loads(one.body)["counts"]}
