"""A session with one platform: what it advertises, a token, and every operation called the same way."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tracekit.errors import DockingDenied, DockingUnavailable
from tracekit.suites import key_id
from tracekit.transport import Line, Reply

EDITION = "national:v1"
DESCRIBE_TTL = 900.0
_EARLY = 30.0
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Description:
    """What a platform advertises of itself; the client keeps to it."""

    platform: str
    environment: str
    max_records: int = 5_000
    max_bytes: int = 16 * 1024 * 1024
    suites: tuple[str, ...] = ("ed25519",)
    encodings: tuple[str, ...] = ()
    editions: tuple[str, ...] = (EDITION,)
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Key id → public PEM, of the keys that sign its receipts."""
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @classmethod
    def parse(cls, tree: Mapping[str, Any]) -> "Description":
        """Read the answer of `describe`; what it leaves out has the interface's own limits.

        Raises:
            DockingUnavailable: not a description.
        """
        try:
            limits = tree.get("limits", {})
            keys = {key_id(one["public"]): one["public"] for one in tree.get("keys", ())}
            return cls(
                str(tree["platform"]),
                str(tree["environment"]),
                int(limits.get("max_records", cls.max_records)),
                int(limits.get("max_bytes", cls.max_bytes)),
                tuple(tree.get("suites", cls.suites)),
                tuple(tree.get("encodings", ())),
                tuple(tree.get("editions", cls.editions)),
                keys,
                tree,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"describe: {type(error).__name__} {error}"
            raise DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason}) from None


class Session:
    """Calls operations of one platform as one sender.

    Args:
        code: the sender's code, given at access.
        secret: its client secret; never shown.
        environment: `test` or `production`; the platform must say the same.
        receiver: the platform's code where it is known; another platform at the address is refused.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        line: Line,
        code: str,
        secret: str,
        *,
        environment: str,
        receiver: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.line = line
        self.receiver = receiver
        self.code = code
        self.environment = environment
        self._secret = secret
        self._clock = clock
        self._token = ""
        self._token_until = 0.0
        self._described: Description | None = None
        self._described_at = 0.0

    def __repr__(self) -> str:
        return f"Session({self.line.url!r}, code={self.code!r}, environment={self.environment!r})"

    def describe(self) -> Description:
        """What the platform advertises, asked for again every quarter of an hour.

        Raises:
            DockingDenied: its environment is not ours, or it is another platform.
        """
        now = self._clock()
        if self._described is None or not 0 <= now - self._described_at < DESCRIBE_TTL:
            self._described = self.accept(Description.parse(self.line.call("GET", "/v1/describe").tree()))
            self._described_at = now
        return self._described

    def accept(self, described: Description, receiver: str = "") -> Description:
        """See that a description is of our environment, and of the platform that was meant.

        Raises:
            DockingDenied: it is not.
        """
        meant = receiver or self.receiver or described.platform
        if described.platform != meant:
            params = {"address": self.line.url, "expected": meant, "other": described.platform}
            detail = f"{self.line.url} is {described.platform}, not {meant}"
            raise DockingDenied(detail, code="TK-DOCK-024", params=params)
        if described.environment != self.environment:
            params = {"own": self.environment, "other": described.environment}
            raise DockingDenied(
                f"environment: ours is {self.environment}, {described.platform}'s is {described.environment}",
                code="TK-DOCK-011",
                params=params,
            )
        return described

    def call(
        self,
        method: str,
        operation: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes = b"",
        encodings: tuple[str, ...] = (),
    ) -> Reply:
        """Call an operation with a token; one that was refused is fetched anew once.

        Raises:
            DockingError: by class, as `Line.call`.
        """
        fresh = not self._token or self._clock() >= self._token_until
        token = self._new_token() if fresh else self._token
        path = f"/v1/{operation}"
        try:
            return self.line.call(method, path, query=query, body=body, token=token, encodings=encodings)
        except DockingDenied as error:
            if fresh or error.params.get("status") not in ("401", "403"):
                raise
        return self.line.call(method, path, query=query, body=body, token=self._new_token(), encodings=encodings)

    def get(self, operation: str, **query: str | int | None) -> dict[str, Any]:
        """A reading operation; parameters without a value are left out."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return self.call("GET", operation, query=asked).tree()

    def _new_token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.code, "client_secret": self._secret}
        self._token = ""
        tree = self.line.call("POST", "/v1/token", body=urlencode(form).encode(), kind=_FORM).tree()
        token, lifetime = tree.get("access_token"), tree.get("expires_in", 300)
        if not isinstance(token, str) or not token.isascii() or not isinstance(lifetime, int):
            raise DockingUnavailable("token: no access_token", code="TK-DOCK-006", params={"reason": "token"})
        self._token = token
        self._token_until = self._clock() + max(lifetime - _EARLY, lifetime / 2)
        return token
