"""Proof with the nation's own bytes that an enterprise's signature outlives what was withheld on the way up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from tracekit.ids import records_digest, sha256_hex
from tracekit.pipeline.seal import is_signed
from tracekit.platform.office import Office


@dataclass(frozen=True)
class Proof:
    """What was seen of one record at the nation."""

    origin: str
    kind: str
    key: str
    content_id: str
    signed: bool
    """The enterprise's key signed a package that names exactly this content."""
    withheld: tuple[str, ...]
    """Groups whose digest the record holds, and whose values are not here."""
    present: tuple[str, ...]
    hops: tuple[str, ...]
    """The platforms that it came through, each with the receipt it gave."""


def prove(office: Office, names: Iterable[tuple[str, str, str]], keys: Mapping[str, str]) -> list[Proof]:
    """Look at stored records of a platform by (origin, kind, key).

    Args:
        office: the platform at the top.
        names: the records.
        keys: the enterprises' public keys (PEM) by origin, as the cities admitted them.
    """
    stored = [one for origin, kind, key in names for one in office.store.records_of(origin, kind, [key]) if one.current]
    return [_proof(office, one.record_id, one.origin, keys[one.origin]) for one in stored]


def _proof(office: Office, record_id: int, origin: str, public_key: str) -> Proof:
    stored = office.store.records([record_id])[record_id]
    seal_text, hops_text = office.store.seals([record_id])[record_id]
    seal, record, aside = orjson.loads(seal_text), orjson.loads(stored.body), orjson.loads(stored.aside or b"{}")
    content = sha256_hex(stored.body)
    suite = office.registry.suites[seal["signature"]["suite"]]
    signed = (
        content in seal["content_ids"]
        and records_digest(seal["content_ids"]) == seal["header"]["records_digest"]
        and seal["header"]["sender"] == origin
        and is_signed(seal["header"], seal["signature"], suite, public_key)
    )
    groups = tuple(record.get("groups", {}))
    return Proof(
        origin,
        stored.kind,
        stored.key,
        content,
        signed,
        withheld=tuple(one for one in groups if one not in aside),
        present=tuple(one for one in groups if one in aside),
        hops=tuple(hop["signer"] for hop in orjson.loads(hops_text)),
    )
