"""A line without sockets that breaks as it is told, and a clock that moves only when somebody waits.

clock = VirtualClock(1_763_600_000.0)
faulty = FaultyLine(InMemory(build_app(office)), clock)
client = Client(url, …, line=Line(url, transport=faulty), clock=clock, wait=clock.wait)
faulty.faults.append("drop_answer")      # the next request is answered, and its answer lost
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import orjson


class VirtualClock:
    """Seconds since 1970 that pass only by `wait`; called, it tells the time."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let seconds pass, and remember that somebody waited for them."""
        self.waits.append(seconds)
        self.now += seconds


class InMemory(httpx.BaseTransport):
    """Carries requests to an ASGI application in this process."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._loop = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer, with its bytes as they left."""
        return self._loop.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))

    def close(self) -> None:
        """Let the loop and its threads go."""
        self._loop.close()


class Seen(NamedTuple):
    """A request as the line saw it: the operation, the fault that met it (empty: none), the status that came (0: none)."""

    operation: str
    fault: str
    status: int


class FaultyLine(httpx.BaseTransport):
    """A transport whose line breaks as it is told: one of `faults` a request, the oldest first; then the line is good.

    Args:
        inner: what carries a request that arrives.
        clock: moves on where a fault costs time.
        patience: seconds after which the caller has given up.
    """

    def __init__(self, inner: httpx.BaseTransport, clock: VirtualClock, patience: float = 20.0) -> None:
        self.inner = inner
        self.clock = clock
        self.patience = patience
        self.faults: deque[str] = deque()
        self.seen: list[Seen] = []
        self._held: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or what becomes of it."""
        name = self.faults.popleft() if self.faults else ""
        operation, status = request.url.path.removeprefix("/v1/"), 0
        try:
            answer = FAULTS[name](self, request) if name else self.deliver(request)
            status = answer.status_code
        finally:
            self.seen.append(Seen(operation, name, status))
        return answer

    def deliver(self, request: httpx.Request) -> httpx.Response:
        """Bring a request, then what was held back before it."""
        answer = self.inner.handle_request(request)
        self.arrive()
        return answer

    def hold(self, request: httpx.Request) -> None:
        """Keep a request back; it arrives after the next one."""
        self._held.append(request)

    def arrive(self) -> None:
        """Bring what was held back; nobody waits for its answers any more."""
        held, self._held = self._held, []
        for request in held:
            self.inner.handle_request(request).read()

    def give_up(self) -> httpx.ReadTimeout:
        """The caller's patience is at its end."""
        self.clock.now += self.patience
        return httpx.ReadTimeout("no answer in time")


def _drop_request(line: FaultyLine, _: httpx.Request) -> httpx.Response:
    raise line.give_up()


def _drop_answer(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    line.deliver(request)
    raise line.give_up()


def _delay(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    answer = line.deliver(request)
    line.clock.now += line.patience / 2
    return answer


def _duplicate(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    line.deliver(request)
    return line.deliver(request)


def _reorder(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    line.hold(request)
    raise line.give_up()


def _truncate(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    """Half an answer that looks whole, as a proxy leaves it."""
    answer = line.deliver(request)
    body = answer.read()
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-encoding")}
    return httpx.Response(answer.status_code, headers=headers, stream=httpx.ByteStream(body[: len(body) // 2]))


def _reset(line: FaultyLine, request: httpx.Request) -> httpx.Response:
    line.deliver(request)
    raise httpx.ReadError("connection reset by peer")


def _refused(_: FaultyLine, request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"connection refused: {request.url.host}")


def _expired_certificate(_: FaultyLine, request: httpx.Request) -> httpx.Response:
    cause = ssl.SSLCertVerificationError("certificate has expired")
    cause.verify_message = "certificate has expired"
    raise httpx.ConnectError(f"certificate of {request.url.host} has expired") from cause


def _answers(status: int, code: str, **headers: str) -> Callable[[FaultyLine, httpx.Request], httpx.Response]:
    body = orjson.dumps({"status": status, "code": code, "title": code})
    shown = {"content-type": "application/problem+json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda _line, _request: httpx.Response(status, headers=shown, stream=httpx.ByteStream(body))


FAULTS: Mapping[str, Callable[[FaultyLine, httpx.Request], httpx.Response]] = MappingProxyType(
    {
        "drop_request": _drop_request,
        "drop_answer": _drop_answer,
        "delay": _delay,
        "duplicate": _duplicate,
        "reorder": _reorder,
        "truncate": _truncate,
        "reset": _reset,
        "refused": _refused,
        "expired_certificate": _expired_certificate,
        "busy": _answers(429, "TK-DOCK-116"),
        "busy_for_90_s": _answers(429, "TK-DOCK-116", retry_after="90"),
        "broken": _answers(500, "TK-DOCK-120"),
        "unavailable": _answers(503, "TK-DOCK-117"),
    }
)
"""What may happen to a request, by name."""
