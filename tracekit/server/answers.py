"""Answers: bytes with a status, and RFC 9457 problem documents made from errors."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracekit.config import Peer
from tracekit.errors import DockingError, StoreError, TracekitError
from tracekit.platform.office import Office
from tracekit.platform.refusal import refusal
from tracekit.server.desk import Desk
from tracekit.spec.messages import message, remedy, render

PROBLEM = "application/problem+json"
JSON = "application/json"
TYPE = "urn:tracekit:error:"


@dataclass(frozen=True)
class Call:
    """One request as the operations see it; `caller` is empty only where an operation is open to all."""

    desk: Desk
    caller: Peer | None = None
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    language: str = "en"
    base: str = ""
    """The address that was called, without a path."""
    denied: DockingError | None = None
    """Why there is no caller, where one tried."""

    @property
    def office(self) -> Office:
        """The platform that was called."""
        return self.desk.office

    @property
    def peer(self) -> Peer:
        """The caller of an operation that needs one."""
        if self.caller is None:
            raise self.denied or refusal("TK-DOCK-114")
        return self.caller


@dataclass(frozen=True)
class Answer:
    """What goes back: status, bytes, media type and further headers."""

    body: bytes
    status: int = 200
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def as_json(value: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(orjson.dumps(value), status)


def problem(error: TracekitError, language: str = "en") -> Answer:
    """The problem document of an error: what the table says of its code; causes inside the platform are not told."""
    code, params = (error.code, error.params) if isinstance(error, DockingError) else _own_fault(error)
    row = message(code)
    status = int(row.status or 500)
    tree: dict[str, Any] = {
        "type": TYPE + code,
        "title": render(code, params, language),
        "status": status,
        "detail": remedy(code, params, language),
        "code": code,
        "side": "receiver" if row.class_ == "unavailable" else "sender",
    }
    if params:
        tree["params"] = params
    headers = {"Retry-After": "5"} if row.class_ == "unavailable" else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Answer(orjson.dumps(tree), status, PROBLEM, headers)


def incident() -> str:
    """A number that joins an answer to the log."""
    return secrets.token_hex(6)


def _own_fault(error: TracekitError) -> tuple[str, Mapping[str, str]]:
    if isinstance(error, StoreError):
        return "TK-DOCK-117", {}
    return "TK-DOCK-120", {"incident": error.params.get("incident", "-")}
