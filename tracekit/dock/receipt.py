"""Receipts as values: what the receiver signed, kept as the bytes that came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracekit.errors import DockingDenied, DockingUnavailable
from tracekit.findings import Finding
from tracekit.pipeline.seal import is_signed
from tracekit.sdk import Suite


@dataclass(frozen=True, slots=True)
class Result:
    """One record that was not plainly accepted: its place in the package (from 0), verdict and findings."""

    index: int
    verdict: str
    findings: tuple[Finding, ...] = ()
    first_receipt: str = ""


@dataclass(frozen=True)
class Receipt:
    """The receiver's signed answer to a package; `raw` is what it sent, byte for byte."""

    id: str
    package: str
    digest: str
    platform: str
    sender: str
    environment: str
    outcome: str
    counts: Mapping[str, int]
    results: tuple[Result, ...]
    rule_set: str
    received_at: str
    suite: str
    key: str
    """The id of the key that signed it."""
    raw: bytes = field(repr=False)

    @classmethod
    def parse(cls, raw: bytes) -> "Receipt":
        """Read a receipt from its bytes.

        Raises:
            DockingUnavailable: not a receipt.
        """
        try:
            tree: dict[str, Any] = orjson.loads(raw)
            results = tuple(_result(one) for one in tree.get("results", ()))
            texts = {name: str(tree[name]) for name in _TEXTS}
            suite, key = str(tree["signature"]["suite"]), str(tree["signature"]["key"])
            return cls(**texts, counts=dict(tree["counts"]), results=results, suite=suite, key=key, raw=raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"not a receipt: {type(error).__name__} {error}"
            raise DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason}) from None

    @property
    def is_stored(self) -> bool:
        """True if the package was taken in; its problem records excepted."""
        return self.outcome == "stored"

    def is_signed_by(self, public_pem: str, suite: Suite) -> bool:
        """True if the key signed exactly this receipt."""
        tree = orjson.loads(self.raw)
        made = tree.pop("signature")
        return is_signed(tree, made, suite, public_pem)


@dataclass(frozen=True, slots=True)
class Pending:
    """A package that is safe in the spool and waits for the line; `client.flush()` sends it."""

    package: str
    count: int
    code: str
    reason: str


_TEXTS = ("id", "package", "digest", "platform", "sender", "environment", "outcome", "rule_set", "received_at")


def check_answer(receipt: Receipt, header: Mapping[str, Any], counted: bool = True) -> None:
    """See that a receipt answers the package with this header.

    Raises:
        DockingDenied: it answers something else.
    """
    expected = {
        "package": header["id"],
        "digest": header["records_digest"],
        "sender": header["sender"],
        "platform": header["receiver"],
        "environment": header["environment"],
    }
    for name, value in expected.items():
        if getattr(receipt, name) != value:
            raise _other(name)
    if counted and receipt.counts.get("total", 0) + receipt.counts.get("duplicate", 0) < header["count"]:
        raise _other("counts")


def _other(name: str) -> DockingDenied:
    return DockingDenied(f"the receipt's {name} differs", code="TK-DOCK-010", params={"field": name})


def _result(wire: Mapping[str, Any]) -> Result:
    findings = tuple(Finding.from_wire(one) for one in wire.get("findings", ()))
    return Result(int(wire["index"]), str(wire["verdict"]), findings, str(wire.get("first_receipt", "")))
