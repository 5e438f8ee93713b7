"""A line to one platform over HTTP: bounded in time and size, no stray redirects, no secrets in what it says."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self, cast
from urllib.parse import urlsplit

import httpx
import orjson

from tracekit.errors import ConfigError, DockingDenied, DockingError, DockingUnavailable
from tracekit.transport.bodies import TooLarge, collect, compress
from tracekit.transport.failures import failure

Transport = httpx.BaseTransport
"""What carries requests: sockets, or something of a test in their place."""
MEBIBYTE = 1024 * 1024
_HOPS = 3


class Reply(NamedTuple):
    """A successful answer: its status, headers in lower case, and the body as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def tree(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            DockingUnavailable: it is none, so something between answered instead of the platform.
        """
        try:
            value: Any = orjson.loads(self.body)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise off_interface("not a JSON object")
        return cast("dict[str, Any]", value)


class Line:
    """A line to one platform; keep it open, connections are used again.

    Args:
        url: the platform's address, https, or plain http on loopback.
        timeout: seconds without a sign of life, for connecting, sending and reading.
        deadline: seconds that one whole answer may take.
        ca: a PEM file of certificate authorities, where the system's do not know the peer.
        proxy: an address; proxies of the environment are ignored.
        max_reply: bytes that an answer may have after decoding.
        transport: what carries requests in place of sockets: for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 20.0,
        deadline: float = 120.0,
        ca: str = "",
        proxy: str = "",
        max_reply: int = 64 * MEBIBYTE,
        agent: str = "tracekit",
        clock: Callable[[], float] = time.monotonic,
        transport: Transport | None = None,
    ) -> None:
        self.url = checked_url(url)
        self._deadline = deadline
        self._max_reply = max_reply
        self._clock = clock
        self._http = httpx.Client(
            timeout=timeout,
            verify=_trust(ca),
            proxy=proxy or None,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": agent, "accept": "application/json", "accept-encoding": "gzip"},
            transport=transport,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes = b"",
        kind: str = "application/json",
        token: str = "",
        encodings: Sequence[str] = (),
    ) -> Reply:
        """Send one request and return the successful answer.

        Args:
            kind: the content type of the body.
            token: a bearer token.
            encodings: the content encodings that the peer advertised.

        Raises:
            DockingUnavailable: no answer, a damaged one, 5xx, 429; `params["retry_after"]` where it was given.
            DockingRejected: 4xx.
            DockingDenied: 401, 403, a certificate that does not hold, a redirect to another host, no platform there.
        """
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if body:
            body, encoding = compress(body, encodings)
            headers["content-type"] = kind
            if encoding:
                headers["content-encoding"] = encoding
        address = httpx.URL(f"{self.url}{path}", params=query or {})
        request = self._http.build_request(method, address, content=body or None, headers=headers)
        reply = self._follow(request)
        if 200 <= reply.status < 300:
            return reply
        raise failure(reply.status, reply.headers, reply.body, f"{self.url}{path}")

    def exchange(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send one request as it is told and return whatever answer comes: no redirect is followed, no status is an error.

        Raises:
            DockingUnavailable, DockingDenied: no whole answer came.
        """
        return self._once(self._http.build_request(method, f"{self.url}{path}", content=body or None, headers=headers))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Line({self.url!r})"

    def _follow(self, request: httpx.Request) -> Reply:
        for _ in range(_HOPS):
            reply = self._once(request)
            target = reply.headers.get("location", "")
            if not (300 <= reply.status < 400 and target):
                return reply
            request = self._redirected(request, target)
        raise off_interface("too many redirects")

    def _redirected(self, request: httpx.Request, target: str) -> httpx.Request:
        url = request.url.join(target)
        if (url.scheme, url.host, url.port) != (request.url.scheme, request.url.host, request.url.port):
            host = f"{url.scheme}://{url.host}"
            raise DockingDenied(f"redirect to {host}", code="TK-DOCK-008", params={"target": host})
        return httpx.Request(request.method, url, headers=request.headers, content=request.read())

    def _once(self, request: httpx.Request) -> Reply:
        """One exchange; causes are dropped because they carry the request with its token."""
        place = f"{request.url.scheme}://{request.url.netloc.decode()}{request.url.path}"
        try:
            response = self._http.send(request, stream=True)
            try:
                body = self._read(response)
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise _broken(error, place) from None
        except TooLarge:
            params = {"limit": str(self._max_reply), "address": place}
            raise DockingUnavailable(f"{place}: above {self._max_reply} bytes", code="TK-DOCK-007", params=params) from None
        except ValueError as error:
            raise off_interface(f"{place}: {error}") from None
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    def _read(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "").lower()
        return collect(self._timed(response), encoding, self._max_reply)

    def _timed(self, response: httpx.Response) -> Iterator[bytes]:
        """Chunks, until the deadline: a peer that drips one byte a second must not hold the caller for ever."""
        end = self._clock() + self._deadline
        for chunk in response.iter_raw():
            if self._clock() > end:
                raise httpx.ReadTimeout(f"no whole answer within {self._deadline:g} s")
            yield chunk


def checked_url(url: str) -> str:
    """The address without a slash at its end.

    Raises:
        ConfigError: not http(s), user name or password inside, or plain http to another machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not host or not safe or "@" in parts.netloc or parts.query or parts.fragment:
        shown = f"{parts.scheme}://{host}"
        raise ConfigError(
            f"{shown}: https, or plain http to loopback only; no user, query or fragment",
            code="TK-DOCK-005",
            params={"address": shown},
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _trust(ca: str) -> Any:
    try:
        return ssl.create_default_context(cafile=ca) if ca else True
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{ca}: {error}", code="TK-DOCK-005", params={"address": ca}) from error


def _broken(error: httpx.HTTPError, place: str) -> DockingError:
    """A certificate that does not hold is no weather: the link stops until somebody has looked."""
    reason = f"{type(error).__name__}: {error}"
    params = {"reason": reason, "address": place}
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return DockingDenied(f"{place}: {cause.verify_message}", code="TK-DOCK-025", params={**params, "reason": cause.verify_message})
        cause = cause.__cause__ or cause.__context__
    return DockingUnavailable(f"{place}: {reason}", params=params)


def off_interface(reason: str) -> DockingUnavailable:
    """The error of an answer that is none of the interface: something between answered instead of the platform."""
    return DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason})
