"""Judged records made by hand, for tests of the store: as the pipeline judges them, without its checks."""

from __future__ import annotations

import hashlib
from typing import Any

from tracekit.findings import Finding
from tracekit.ids import identity
from tracekit.pipeline.judged import Judged
from tracekit.pipeline.refs import parts_of
from tracekit.pipeline.seal import split_body
from tracekit.sdk import LinkKey

DAY = 20_778
NODE = "370600002"


def judged(number: int, **changes: Any) -> Judged:
    """A wholesale trade of two lines; `changes` are fields of `Judged`, or `record` for fields of the record."""
    fields = dict(changes)
    origin, key = fields.pop("origin", "market-1"), fields.pop("key", f"S{number:08d}-1")
    revision, action, kind = fields.pop("revision", 1), fields.pop("action", "new"), fields.pop("kind", "meat_veg.market_trade")
    slip = f"tran:{number:020d}"
    record: dict[str, Any] = {
        "kind": kind, "key": key, "revision": revision, "action": action, "origin": origin, "reporter": "uscc:91370600MA3C0TTB1X",
        "time": "2026-11-21T06:30+08:00", "recorded_at": "2026-11-21T06:31:00+08:00", "category": "meat_veg", "region": "370600",
    }  # fmt: skip
    if action != "void":
        record |= {
            "shape": "transaction", "party": f"merchant:{NODE}0001", "counterparty": f"merchant:{NODE}{number % 100:04d}",
            "place": f"node:{NODE}", "documents": [{"type": "trade_slip", "ref": slip, "direction": "out"},
            {"type": "product_quarantine", "ref": f"quarantine:37{number // 4:010d}", "direction": "in"}],
            "items": [
                {"line": line, "role": "object", "ref": f"batch:{number // 4:019d}{line}", "product": "goods:21113011", "product_name": "白条猪",
                 "quantities": [{"value": f"{number % 90 + 10}.5", "unit": "kg", "basis": "weight"}, {"value": "1", "unit": "head", "basis": "head"}],
                 "origin_area": "370685", "origin_name": "山东省烟台市招远市"}
                for line in (1, 2)
            ],
        }  # fmt: skip
    record |= fields.pop("record", {})
    body, aside = split_body(record)
    parts = parts_of(record)
    start = fields.pop("start", 1_795_213_800 + number % 3600)
    values: dict[str, Any] = {
        "day": DAY, "start": start, "end": start + 59, "node": NODE if action != "void" else "", "region": "370600", "category": "meat_veg",
        "party": record.get("party", ""), "filed": parts.filed, "named": parts.named, "goods": parts.goods,
        "business_key": f"{kind}|{slip}|1", "lines": len(record.get("items", ())), "keys": keys_of(number) if action != "void" else [],
    } | fields  # fmt: skip
    content = hashlib.sha256(body).hexdigest()
    return Judged(
        record, kind, origin, key, revision, action, body, aside, content, identity(origin, kind, key), values.pop("findings", []), **values
    )


def keys_of(number: int) -> list[LinkKey]:
    """The slip is offered, the batches of the two lines are sought."""
    return [
        LinkKey("offer", "slip", f"tran:{number:020d}"),
        *(LinkKey("seek", "batch", f"batch:{number // 4:019d}{line}", line) for line in (1, 2)),
    ]


def refused(number: int, code: str = "TK-REC-002", **changes: Any) -> Judged:
    """The same trade with a finding that makes it a problem."""
    return judged(number, verdict="problem", findings=[Finding(code, "error", "items.1.ref", {"name": "标识"})], **changes)
