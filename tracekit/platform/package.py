"""A package as it came over the wire: its shape, sender, signature, and the seals of those who reported first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

import orjson

from tracekit.config import Peer
from tracekit.ids import records_digest
from tracekit.pipeline.seal import is_signed
from tracekit.platform.refusal import refusal
from tracekit.sdk import Record, Suite
from tracekit.suites import key_id

MAX_RECORDS = 5000
MAX_BYTES = 16 * 1024 * 1024
MAX_HOPS = 16
EDITIONS = ("national:v1",)

_ID = r"[A-Za-z0-9._:-]{1,64}"
_HEADER: Mapping[str, str] = {
    "id": _ID,
    "sender": _ID,
    "receiver": _ID,
    "edition": r"[a-z0-9:._-]{1,32}",
    "mode": r"[a-z]{1,16}",
    "scope": r"[a-z-]{1,16}",
    "environment": r"[a-z]{1,16}",
    "records_digest": r"[0-9a-f]{64}",
    "created_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d",
}


@dataclass(frozen=True)
class Package:
    """The parts of a package; `header` is kept as it came, because the signature covers it."""

    header: Mapping[str, Any]
    signature: Mapping[str, Any]
    records: Sequence[Record]
    via: Sequence[Mapping[str, Any]] = ()
    seals: Sequence[Mapping[str, Any]] = ()

    @property
    def id(self) -> str:
        """The sender's id of the package."""
        return self.header["id"]


def read_package(body: bytes) -> Package:
    """Read a package and check its shape, before anything in it is believed.

    Raises:
        DockingRejected: too large, not JSON, or not a package.
    """
    if len(body) > MAX_BYTES:
        raise refusal("TK-DOCK-101", limit=str(MAX_BYTES))
    try:
        loaded: Any = orjson.loads(body)
    except ValueError as error:
        raise refusal("TK-DOCK-102", reason=str(error)) from None
    if not isinstance(loaded, dict):
        raise refusal("TK-DOCK-102", reason="not a JSON object")
    tree = cast("dict[str, Any]", loaded)
    header, signature, records = _part(tree, "header", dict), _part(tree, "signature", dict), _part(tree, "records", list)
    _check_header(header)
    _check_records(header, records)
    via, seals = _part({"via": [], **tree}, "via", list), _part({"seals": [], **tree}, "seals", list)
    if via and len(via) != len(records):
        raise refusal("TK-DOCK-102", reason="via has one entry a record")
    return Package(header, signature, records, via, seals)


def check_sender(package: Package, peer: Peer, platform: str, environment: str, suite: Suite | None, allowed: Sequence[str]) -> None:
    """See that the package is for this platform, from that peer, and signed with the key that was admitted, in an allowed suite.

    Raises:
        DockingRejected, DockingDenied: it is not.
    """
    header, signature = package.header, package.signature
    if header["sender"] != peer.code:
        raise refusal("TK-DOCK-113", sender=peer.code, value=header["sender"])
    if header["receiver"] != platform:
        raise refusal("TK-DOCK-106", receiver=header["receiver"], platform=platform)
    if header["environment"] != environment or peer.environment != environment:
        raise refusal("TK-DOCK-107", environment=header["environment"], platform_environment=environment)
    if header["edition"] not in EDITIONS:
        raise refusal("TK-DOCK-108", edition=header["edition"], accepted=", ".join(EDITIONS))
    if header["mode"] not in ("proceed", "rollback") or header["scope"] != "record":
        raise refusal("TK-DOCK-121", value=f"{header['mode']}, {header['scope']}")
    if suite is None or signature.get("suite") != peer.suite:
        raise refusal("TK-DOCK-111", suite=str(signature.get("suite"))[:32])
    if peer.suite not in allowed:
        raise refusal("TK-DOCK-126", suite=peer.suite, role=peer.role, accepted=", ".join(allowed))
    named = str(signature.get("key"))[:64]
    if named != key_id(peer.public_key) or not is_signed(header, signature, suite, peer.public_key):
        raise refusal("TK-DOCK-104", key=named)


def check_digest(package: Package, content_ids: Sequence[str]) -> None:
    """See that the records are those that were signed for.

    Raises:
        DockingRejected: they were altered on the way, or the digest was computed wrongly.
    """
    if records_digest(content_ids) != package.header["records_digest"]:
        raise refusal("TK-DOCK-105")


def check_seals(package: Package, content_ids: Sequence[str]) -> None:
    """See that every forwarded record stands in the seal that it names, and every seal agrees with its own digest.

    Raises:
        DockingRejected: a seal is malformed or is not the record's.
    """
    try:
        known = [frozenset(seal["content_ids"]) for seal in package.seals]
        for seal in package.seals:
            if records_digest(seal["content_ids"]) != seal["header"]["records_digest"]:
                raise refusal("TK-DOCK-105")
        for via, content_id in zip(package.via, content_ids, strict=False):
            _check_hops(via.get("hops", []))
            if "seal" in via and content_id not in known[via["seal"]]:
                raise refusal("TK-DOCK-105")
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise refusal("TK-DOCK-102", reason=f"seals: {type(error).__name__} {error}") from None


def _check_hops(hops: Any) -> None:
    """What is kept and sent on must be what the next platform can read."""
    known = is_records(hops) and len(hops) <= MAX_HOPS and all(_is_hop(hop) for hop in hops)
    if not known:
        raise ValueError(f"hops: at most {MAX_HOPS}, each with receipt and signer")


def _is_hop(hop: Mapping[str, Any]) -> bool:
    return set(hop) == {"receipt", "signer"} and all(isinstance(text, str) for text in hop.values())


def is_records(value: Any) -> TypeGuard[list[Record]]:
    """True for a list of objects."""
    return isinstance(value, list) and all(type(one) is dict for one in cast("list[Any]", value))


def _part(tree: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = tree.get(name)
    if not isinstance(value, kind):
        raise refusal("TK-DOCK-102", reason=f"{name}: {'an object' if kind is dict else 'a list'} is needed")
    return value


def _check_header(header: Mapping[str, Any]) -> None:
    for name, form in _HEADER.items():
        value = header.get(name)
        if not isinstance(value, str) or not re.fullmatch(form, value, re.ASCII):
            raise refusal("TK-DOCK-102", reason=f"header.{name}: {form}")


def _check_records(header: Mapping[str, Any], records: list[Any]) -> None:
    if len(records) > MAX_RECORDS:
        raise refusal("TK-DOCK-110", count=str(len(records)), limit=str(MAX_RECORDS))
    if header.get("count") != len(records) or isinstance(header.get("count"), bool):
        raise refusal("TK-DOCK-112", count=str(header.get("count"))[:16], found=str(len(records)))
    if not is_records(records):
        raise refusal("TK-DOCK-102", reason="records: every one is an object")
    try:
        # the canonical form bounds the depth (254), so what it cannot write is refused before anything walks it
        orjson.dumps(records)
    except TypeError as error:
        raise refusal("TK-DOCK-102", reason=f"records: {error}") from None
