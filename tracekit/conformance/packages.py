"""Wire records and signed packages, made from the published rules alone, so that the kit does not inherit a platform's slips. Pure."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracekit.ids import canonical, content_id, group_digest, identity, leaf, records_digest, sha256_hex
from tracekit.sdk import Suite
from tracekit.spec.flat import split_flat
from tracekit.spec.sets import Kind

Tree = dict[str, Any]
_ZSTD_BLOCK = 128 * 1024
_ZSTD_HEAD = b"\x28\xb5\x2f\xfd\xa0"
"""The magic number, then: one segment, whose length follows in four bytes."""


@dataclass(frozen=True)
class Sender:
    """An admitted sender as the kit plays it: its code, key and secrets, and what it may report for."""

    code: str
    secret: str
    private_pem: str
    key: str
    suite: Suite
    names: Mapping[str, Any]
    """What templates may say of it: code, origin, region, node, party, receiver."""


def wire_record(flat: Mapping[str, Any], kind: Kind) -> Tree:
    """A flat record as it goes on the wire: sensitive elements in salted groups, their digests in `groups`."""
    public, groups = split_flat(flat, kind)
    sealed = {name: {"salt": _salt(flat, name), "values": values} for name, values in groups.items()}
    digests = {name: group_digest(group) for name, group in sealed.items()}
    return {**public, **sealed, **({"groups": digests} if digests else {})}


def _salt(flat: Mapping[str, Any], group: str) -> str:
    """A synthetic record has nothing to hide: its salt is made from its identity, so that a repeat is the same byte for byte."""
    return sha256_hex(canonical([flat.get("origin"), flat.get("kind"), flat.get("key"), flat.get("revision"), group]))[:32]


def package(header: Mapping[str, Any], records: Sequence[Tree], sender: Sender) -> Tree:
    """Records in a package that the sender signed."""
    full = {"count": len(records), "records_digest": records_digest(map(content_id, records)), **header}
    return {"header": full, "signature": signed(full, sender), "records": list(records)}


def sums(record: Tree) -> dict[str, str]:
    """What a statement says of a record that stands alone: `identity`, `prefix` (all of it but its last digit), `content_id`, `leaf`."""
    name, content = identity(record.get("origin", ""), record.get("kind", ""), record.get("key", "")), content_id(record)
    share = f"{leaf(name, record.get('revision', 0), content):064x}"
    return {"identity": name.hex(), "prefix": name.hex()[:-1], "content_id": content, "leaf": share}


def signed(header: Mapping[str, Any], sender: Sender) -> Tree:
    """The signature over the canonical form of a header."""
    value = sender.suite.sign(sender.private_pem, canonical(header))
    return {"suite": sender.suite.id, "key": sender.key, "value": base64.b64encode(value).decode()}


def zstd_frame(body: bytes) -> bytes:
    """A body as a zstd frame of stored blocks, which needs no library. Source: RFC 8878 section 3.1.1."""
    blocks = [body[at : at + _ZSTD_BLOCK] for at in range(0, len(body), _ZSTD_BLOCK)] or [b""]
    heads = [len(block) << 3 | (at == len(blocks)) for at, block in enumerate(blocks, 1)]
    parts = [head.to_bytes(3, "little") + block for head, block in zip(heads, blocks, strict=True)]
    return b"".join((_ZSTD_HEAD, len(body).to_bytes(4, "little"), *parts))


def is_signed(answer: Mapping[str, Any], keys: Iterable[Mapping[str, Any]], suites: Callable[[str], Suite | None]) -> bool:
    """Whether a receipt bears the signature of one of the keys that its platform publishes."""
    rest = {name: value for name, value in answer.items() if name != "signature"}
    made: Mapping[str, Any] = answer.get("signature") or {}
    suite = suites(str(made.get("suite")))
    try:
        raw = base64.b64decode(str(made.get("value")), validate=True)
    except ValueError:
        return False
    pems = [str(one.get("pem", one.get("public", ""))) for one in keys if one.get("id", one.get("key")) == made.get("key")]
    return suite is not None and any(suite.verify(pem, canonical(rest), raw) for pem in pems)
