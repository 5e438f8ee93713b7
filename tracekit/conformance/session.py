"""One judged system during a run: the line to it, the senders that the kit plays, and what has been written down so far."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any, Self
from urllib.parse import urlencode

import orjson

from tracekit.conformance.packages import Sender, Tree
from tracekit.errors import DockingError
from tracekit.registry import Registry
from tracekit.sdk.templates import Day
from tracekit.transport.line import Line, Reply

_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Exchange:
    """A request and the answer to it, as a report shows them."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    reply: Reply

    @property
    def tree(self) -> Any:
        """The answer as JSON, or None."""
        try:
            return orjson.loads(self.reply.body)
        except ValueError:
            return None

    def as_names(self) -> Tree:
        """What templates may say of it."""
        return {"status": self.reply.status, "headers": self.reply.headers, "body": self.tree}


@dataclass
class Session:
    """Everything that the steps of one run share."""

    line: Line
    senders: Mapping[str, Sender]
    registry: Registry
    payloads: Mapping[str, Any]
    run: str
    clock: Callable[[], float] = time.time
    describe: Tree = field(default_factory=dict[str, Any])
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    serial: Iterator[int] = field(default_factory=count)
    """Numbers of records; a run begins where no run before it was, so that no key comes twice."""

    def names(self, case: str) -> Tree:
        """What the templates of a case may name from its first step on."""
        now = datetime.fromtimestamp(self.clock(), UTC).astimezone(_CHINA)
        day = now - timedelta(hours=1)
        return {
            **{name: sender.names for name, sender in self.senders.items()},
            "run": self.run,
            "case": case,
            "serial": _Next(self.serial),
            "day": Day(day.date()),
            "now": now.isoformat(timespec="seconds"),
            "before": day.isoformat(timespec="minutes"),
            "describe": self.describe,
        }

    def exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Exchange:
        """Send a request, whatever comes back."""
        reply = self.line.exchange(method, path, headers=headers, body=body)
        return Exchange(method, path, headers, body, reply)

    def token(self, name: str) -> str:
        """The token of a sender, fetched once and kept for the run.

        Raises:
            DockingError: the platform gives none.
        """
        if name not in self.tokens:
            self.tokens[name] = self._fetch_token(self.senders[name])
        return self.tokens[name]

    def _fetch_token(self, sender: Sender) -> str:
        form = {"grant_type": "client_credentials", "client_id": sender.code, "client_secret": sender.secret}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        made = self.exchange("POST", "/v1/token", headers, urlencode(form).encode())
        token = made.tree.get("access_token") if isinstance(made.tree, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if made.reply.status != 200 or not isinstance(token, str):
            raise DockingError(f"no token for {sender.code}: HTTP {made.reply.status}", params={"reason": f"HTTP {made.reply.status}"})
        return token

    def close(self) -> None:
        """Close the line."""
        self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Next:
    """`{serial}` and `{serial:07}`: a number that no other record of the run has."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers

    def __format__(self, spec: str) -> str:
        return format(next(self._numbers), spec)
