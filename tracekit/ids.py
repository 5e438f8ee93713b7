"""Identity of records: refs, the canonical form, content ids and the digests that statements add up.

Source: design section 5 (project-defined); the canonical form is the RFC 8785 subset described there.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

GROUPS = ("commercial", "personal", "internal")
NOT_IN_CONTENT_ID = frozenset((*GROUPS, "recorded_at"))
DIGEST_MODULUS = 1 << 256

_REF = re.compile(r"[a-z][a-z0-9-]*:\S(?:.{0,254}\S)?")


class Ref(NamedTuple):
    """An identifier split at its first colon: `scheme` and `value`."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


def parse_ref(text: str) -> Ref:
    """Split a ref at the first colon.

    >>> parse_ref("local:370600002/quarantine/3712345")
    Ref(scheme='local', value='370600002/quarantine/3712345')

    Raises:
        ValueError: not of the form `scheme:value`.
    """
    if not _REF.fullmatch(text):
        raise ValueError(f"not a ref (scheme:value): {text!r}")
    scheme, _, value = text.partition(":")
    return Ref(scheme, value)


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON tree inside the subset of design section 5 (sorted keys, no blanks, UTF-8)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def content_id(record: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the record as sent, without `recorded_at` and without the group objects."""
    return sha256_hex(canonical({k: v for k, v in record.items() if k not in NOT_IN_CONTENT_ID}))


def group_digest(group: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of one group object with its salt; stands in the record under `groups`."""
    return sha256_hex(canonical(group))


def identity(origin: str, kind: str, key: str) -> bytes:
    """The 32 bytes that stand for (origin, kind, key): SHA-256 of their canonical JSON array."""
    return hashlib.sha256(canonical([origin, kind, key])).digest()


def leaf(identity_: bytes, revision: int, content_id_: str) -> int:
    """One record's share of a statement digest: SHA-256(identity ‖ revision, 8 bytes big-endian ‖ content id)."""
    return int.from_bytes(hashlib.sha256(identity_ + revision.to_bytes(8, "big") + bytes.fromhex(content_id_)).digest(), "big")


def add_leaves(leaves: Iterable[int], start: int = 0) -> int:
    """The sum of leaves modulo 2^256: order does not matter, and a leaf can be taken out again."""
    return (start + sum(leaves)) % DIGEST_MODULUS


def records_digest(content_ids: Iterable[str]) -> str:
    """SHA-256 (hex) over the content ids' bytes in order; a package's header carries it."""
    digest = hashlib.sha256()
    for one in content_ids:
        digest.update(bytes.fromhex(one))
    return digest.hexdigest()
