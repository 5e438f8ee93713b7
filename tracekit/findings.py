"""A finding: one rule's remark on one place of a record. Bad data is a value, never an exception."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Level = Literal["error", "warning", "info"]

NO_PARAMS: Mapping[str, str] = {}


class Finding(NamedTuple):
    """One remark: a stable code, where in the record, and the parameters of its text.

    `path` is dotted from the record's root, items by line number (`items.2.ref`). `where` is the place in
    the source (`交易.csv:17:单价`), empty for what came over the wire. The text is made by `tracekit.spec.messages`.
    """

    code: str
    level: Level = "error"
    path: str = ""
    params: Mapping[str, str] = NO_PARAMS
    where: str = ""

    def to_wire(self) -> dict[str, Any]:
        """The JSON form of receipts: absent, never null or empty."""
        wire: dict[str, Any] = {"code": self.code, "level": self.level}
        if self.path:
            wire["path"] = self.path
        if self.params:
            wire["params"] = dict(self.params)
        if self.where:
            wire["where"] = self.where
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> "Finding":
        """Read the JSON form back."""
        return cls(wire["code"], wire["level"], wire.get("path", ""), wire.get("params", NO_PARAMS), wire.get("where", ""))


def is_problem(findings: "list[Finding]") -> bool:
    """True if any finding is an error, which makes the record's verdict `problem`."""
    return bool(findings) and any(finding.level == "error" for finding in findings)
