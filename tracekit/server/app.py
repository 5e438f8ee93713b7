"""The Starlette application of a platform: a table of routes, one edge that authenticates, bounds, runs and answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tracekit.config import Peer
from tracekit.errors import DockingError, TracekitError
from tracekit.platform.office import Office
from tracekit.platform.refusal import refusal
from tracekit.server import log
from tracekit.server.answers import Answer, Call, incident, problem
from tracekit.server.body import SECONDS, decode, read_body
from tracekit.server.desk import Desk
from tracekit.server.operations import OPERATIONS, SMALL_BODY, Operation
from tracekit.server.soap import soap_operations

Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(office: Office, *, body_seconds: float = SECONDS) -> Starlette:
    """The application of an opened platform."""
    desk = Desk(office)
    edge = _Edge(desk, body_seconds)
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in (*OPERATIONS, *soap_operations(desk)):
        by_path.setdefault(operation.path, {})[operation.method] = operation
    routes = [Route(path, partial(edge.answer, methods), methods=[*methods]) for path, methods in by_path.items()]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    app.state.office = office
    return app


class _Edge:
    """Where the async world ends: everything behind `answer` runs in a thread."""

    def __init__(self, desk: Desk, body_seconds: float) -> None:
        self._desk = desk
        self._body_seconds = body_seconds

    async def answer(self, methods: dict[str, Operation], request: Request) -> Response:
        start = time.perf_counter()
        operation = methods.get(request.method) or methods["GET"]
        entry = {"method": request.method, "operation": operation.name}
        try:
            answer = await self._answer(operation, request, entry)
        except TracekitError as error:
            answer = self._failed(error, request, entry)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  whatever breaks, the sender gets a code and the log the cause
            number = incident()
            log.fault(number, error)
            answer = problem(DockingError(code="TK-DOCK-120", params={"incident": number}), _language(request))
        if operation.dress:
            answer = operation.dress(answer, request.headers.get("content-type", ""), _language(request))
        log.request({**entry, "status": answer.status, "ms": round((time.perf_counter() - start) * 1000, 1)})
        return Response(answer.body, answer.status, dict(answer.headers), answer.media)

    async def _answer(self, operation: Operation, request: Request, entry: dict[str, str]) -> Answer:
        call = self._call(operation, request)
        if call.caller:
            entry["sender"] = call.caller.code
        limit = operation.limit if call.caller or not operation.dress else SMALL_BODY
        raw = await read_body(request, limit, self._body_seconds) if request.method == "POST" else b""
        encoding = request.headers.get("content-encoding", "").lower()
        return await run_in_threadpool(lambda: operation.run(replace(call, body=decode(raw, encoding, limit))))

    def _call(self, operation: Operation, request: Request) -> Call:
        """The call but for its body; where only the body tells the operation, a caller that is not known is told later."""
        caller, denied = None, None
        try:
            caller = None if operation.is_open and not operation.dress else self._caller(request)
        except DockingError as error:
            if not operation.dress:
                raise
            denied = error
        headers = {"authorization": request.headers.get("authorization", "")} if operation.name == "token" else {}
        query = {**dict(request.query_params), **headers}
        base = str(request.base_url).rstrip("/")
        return Call(self._desk, caller, dict(request.path_params), query, b"", _language(request), base, denied)

    def _caller(self, request: Request) -> Peer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise refusal("TK-DOCK-114")
        return self._desk.tokens.read(token.strip(), self._desk.office.now())

    def _failed(self, error: TracekitError, request: Request, entry: dict[str, str]) -> Answer:
        entry["code"] = error.code
        if not isinstance(error, DockingError):
            number = incident()
            error.params.setdefault("incident", number)
            log.fault(number, error)
        return problem(error, _language(request))


def _language(request: Request) -> str:
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


async def _no_route(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    code = {"method": request.method} if status == 405 else {"what": request.url.path[:100]}
    answer = problem(refusal("TK-DOCK-125" if status == 405 else "TK-DOCK-118", **code), _language(request))
    return Response(answer.body, answer.status, media_type=answer.media)
