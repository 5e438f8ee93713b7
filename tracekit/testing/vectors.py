"""Test vectors, so that another language can check itself: `python -m tracekit.testing.vectors` writes them again.

The signing key is the published one of RFC 8032 section 7.1, test 1: it protects nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tracekit.ids import add_leaves, canonical, content_id, group_digest, identity, leaf, records_digest
from tracekit.pipeline.seal import salt, seal_package, signature, split_body
from tracekit.spec.tables import specs_root
from tracekit.suites import ED25519, key_id

NOTICE = "项目自定义，非《国家重要产品追溯体系数据对接技术要求》 / project-defined"
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
SECRET = b"a secret of the origin, for these vectors only"

Vectors = dict[str, Any]


def keys() -> tuple[str, str]:
    """The RFC 8032 test key as (private PEM, public PEM)."""
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return private, ED25519.public(private)


def record(**more: Any) -> Vectors:
    """A small trade; `more` replaces or adds fields, None takes one away."""
    base: Vectors = {
        "kind": "meat_veg.market_trade",
        "key": "37060000400010000003",
        "revision": 1,
        "action": "new",
        "origin": "market-370600004",
        "reporter": "node:370600004",
        "time": "2026-11-20T06:30+08:00",
        "recorded_at": "2026-11-20T06:31:12+08:00",
        "category": "meat_veg",
        "region": "370600",
        "shape": "transaction",
        "party": "merchant:3706000040001",
        "counterparty": "merchant:3706000050002",
        "place": "node:370600004",
        "items": [
            {
                "line": 1,
                "role": "object",
                "ref": "batch:3706000040000058",
                "product": "goods:21113011",
                "product_name": "带皮鲜或冷却胴体大猪肉",
                "quantities": [{"value": "82.5", "unit": "kg", "basis": "weight"}],
            }
        ],
        "documents": [{"type": "trade_slip", "ref": "tran:37060000400010000003", "direction": "out"}],
    }
    return {key: value for key, value in {**base, **more}.items() if value is not None}


def sealed() -> Vectors:
    """The trade with its price in a group, as `seal_record` makes it."""
    plain = record()
    group = {"salt": salt(SECRET, plain, "commercial"), "values": {"items.1.amount": "1980", "items.1.unit_price": "24"}}
    return {**plain, "groups": {"commercial": group_digest(group)}, "commercial": group}


def content_ids() -> list[Vectors]:
    """Records with the bytes that are hashed and the content id."""
    cases = {
        "plain": record(),
        "recorded_at does not count": record(recorded_at="2026-11-21T00:00:00+08:00"),
        "offset counts as sent": record(time="2026-11-20T07:30+09:00"),
        "a void needs only the envelope": record(
            revision=2, action="void", shape=None, party=None, counterparty=None, place=None, items=None, documents=None
        ),
        "unknown fields are hashed": record(x_local={"note": "市级扩展", "n": 7}),
        "with a group": sealed(),
        "with the group withheld": {key: value for key, value in sealed().items() if key != "commercial"},
    }
    return [
        {"name": name, "record": one, "hashed": split_body(one)[0].decode(), "content_id": content_id(one)} for name, one in cases.items()
    ]


def digests() -> Vectors:
    """Identities, leaves, their sums, and a records digest."""
    rows = [record(), record(key="37060000400010000004"), record(revision=2, action="correct")]
    leaves = [leaf(identity(one["origin"], one["kind"], one["key"]), one["revision"], content_id(one)) for one in rows]
    return {
        "identities": [
            {
                "origin": one["origin"],
                "kind": one["kind"],
                "key": one["key"],
                "hashed": canonical([one["origin"], one["kind"], one["key"]]).decode(),
                "identity": identity(one["origin"], one["kind"], one["key"]).hex(),
                "revision": one["revision"],
                "content_id": content_id(one),
                "leaf": f"{number:064x}",
            }
            for one, number in zip(rows, leaves, strict=True)
        ],
        "sum": f"{add_leaves(leaves):064x}",
        "sum_without_first": f"{add_leaves(leaves[1:]):064x}",
        "records_digest": records_digest(content_id(one) for one in rows),
    }


def groups() -> Vectors:
    """Salt and digest of a group; the secret is given so that the salt can be made again."""
    one = sealed()
    return {
        "secret_utf8": SECRET.decode(),
        "salt_message": canonical([one["origin"], one["kind"], one["key"], one["revision"], "commercial"]).decode(),
        "group": one["commercial"],
        "hashed": canonical(one["commercial"]).decode(),
        "digest": one["groups"]["commercial"],
    }


def signatures() -> Vectors:
    """A whole signed package by the RFC 8032 key."""
    private, public = keys()
    header = {
        "id": "0195a0c2-7c00-7000-8000-000000000001",
        "sender": "market-370600004",
        "receiver": "370600",
        "edition": "national:v1",
        "mode": "proceed",
        "scope": "record",
        "environment": "test",
        "created_at": "2026-11-20T06:32:00+08:00",
    }
    package = seal_package(header, [sealed()], ED25519, private, key_id(public))
    return {"public_pem": public, "key": key_id(public), "signed": canonical(package["header"]).decode(), "package": package}


def receipts() -> Vectors:
    """A signed receipt for that package, by the same key."""
    private, public = keys()
    package = signatures()["package"]
    receipt: Vectors = {
        "id": "r-370600-000001",
        "package": package["header"]["id"],
        "digest": package["header"]["records_digest"],
        "platform": "370600",
        "sender": "market-370600004",
        "environment": "test",
        "outcome": "stored",
        "counts": {"total": 1, "valid": 1, "problem": 0, "pending": 0, "duplicate": 0},
        "results": [],
        "rule_set": "0" * 64,
        "received_at": "2026-11-20T06:32:01+08:00",
    }
    signed = {**receipt, "signature": signature(receipt, ED25519, private, key_id(public))}
    return {"public_pem": public, "signed": canonical(receipt).decode(), "receipt": signed}


def files() -> dict[str, bytes]:
    """Every vector file by name, as it stands in `specs/national/v1/vectors/`."""
    made = {
        "content-ids.json": {"notice": NOTICE, "cases": content_ids()},
        "groups.json": {"notice": NOTICE, **groups()},
        "digests.json": {"notice": NOTICE, **digests()},
        "signatures.json": {"notice": NOTICE, **signatures()},
        "receipts.json": {"notice": NOTICE, **receipts()},
    }
    return {name: orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n" for name, value in made.items()}


def main(folder: Path | None = None) -> None:
    """Write the files."""
    target = folder or specs_root() / "national" / "v1" / "vectors"
    target.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (target / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
