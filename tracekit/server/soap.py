"""The operations over SOAP: an envelope becomes the call that REST would make, and its answer an envelope again."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from tracekit.platform.package import MAX_BYTES
from tracekit.platform.refusal import refusal
from tracekit.server.answers import PROBLEM, Answer, Call
from tracekit.server.desk import Desk
from tracekit.server.operations import OPERATIONS, Operation
from tracekit.spec.parts import NAMESPACE, Action, actions, soap_path
from tracekit.spec.sets import Kind
from tracekit.spec.write_wsdl import wsdl

if TYPE_CHECKING:
    from tracekit.wire import Envelope, Structure

GROWTH = 2
"""A package is at most so many times as long in XML as in JSON."""
MAX_MARKS = 4_000_000
"""Elements and attributes take a hundred bytes each when they are read, however short they are written."""
EXPLAINED = 256 * 1024
"""Longer messages are told what libxml2 says: xmlschema takes some thirty times as long to say it better."""
_PLACE = "http://address.invalid"


def soap_operations(desk: Desk) -> tuple[Operation, ...]:
    """The routes of the binding; none where the extra `soap` is not installed."""
    if find_spec("lxml") is None:
        return ()
    face = _Face({kind.id: kind for kind in desk.office.registry.kinds.values()})
    limit = MAX_BYTES * GROWTH
    return (
        Operation("POST", soap_path(), "soap", face.answer, is_open=True, limit=limit, dress=_dressed),
        Operation("GET", soap_path(), "wsdl", face.describe, is_open=True),
    )


class _Face:
    """What the binding knows of one platform: readers, writers and the schema of its kinds."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        from tracekit.wire import Reader, Writer

        self._kinds = kinds
        self._operations = {one.name: one for one in OPERATIONS}
        self._reader, self._writer = Reader(kinds), Writer(kinds)
        self._lock = Lock()
        self._wsdl = lru_cache(maxsize=32)(self._make_wsdl)

    @cached_property
    def _structure(self) -> "Structure":
        from tracekit.wire import Structure

        return Structure(self._kinds)

    def describe(self, call: Call) -> Answer:
        """The WSDL; of one category where the query names it."""
        category = call.query.get("category", "")
        if category and not any(id_.startswith(f"{category}.") for id_ in self._kinds):
            raise refusal("TK-DOCK-118", what=category[:64])
        address = call.office.setup.config.server.url or call.base
        return Answer(self._wsdl(category).replace(_PLACE, address.rstrip("/")).encode(), media="text/xml; charset=utf-8")

    def _make_wsdl(self, category: str) -> str:
        kinds = [kind for kind in self._kinds.values() if kind.docked and (not category or kind.id.startswith((f"{category}.", "core.")))]
        return wsdl(actions().values(), kinds, f"{_PLACE}{soap_path()}")

    def answer(self, call: Call) -> Answer:
        """Run the operation that the body names."""
        from tracekit.wire import envelope

        request = _opened(call.body)
        name = str(request.content.tag).removeprefix(f"{{{NAMESPACE}}}")
        action, operation = actions().get(name), self._operations.get(name)
        if action is None or operation is None:
            raise refusal("TK-DOCK-118", what=name[:64])
        if not action.is_open:
            _ = call.peer
        if len(call.body) > operation.limit * GROWTH:
            raise refusal("TK-DOCK-101", limit=str(operation.limit * GROWTH))
        self._validate(request.content, action, len(call.body))
        answer = operation.run(_as_rest(call, action, self._read(request.content, action)))
        made = self._writer.write(f"{name}Response", action.answer, orjson.loads(answer.body))
        return Answer(envelope(made, request.version), media=request.version.media, headers=answer.headers)

    def _validate(self, content: Any, action: Action, size: int) -> None:
        with self._lock:
            said = self._structure.fault(content)
        if said:
            explained = self._structure.explain(content, action) if size <= EXPLAINED else ""
            raise refusal("TK-DOCK-140", reason=explained or said)

    def _read(self, content: Any, action: Action) -> dict[str, Any]:
        try:
            return self._reader.read(action.request, content)
        except ValueError as error:
            raise refusal("TK-DOCK-140", reason=str(error)[:500]) from None


def _opened(body: bytes) -> "Envelope":
    from tracekit.wire import opened

    if body.count(b"<") + body.count(b"=") > MAX_MARKS:
        raise refusal("TK-DOCK-140", reason=f"more than {MAX_MARKS} elements and attributes")
    try:
        request = opened(body)
    except ValueError as error:
        raise refusal("TK-DOCK-140", reason=str(error)[:500]) from None
    except LookupError as error:
        raise refusal("TK-DOCK-142", name=str(error)[:200]) from None
    if request.due:
        raise refusal("TK-DOCK-141", name=request.due[0][:200])
    return request


def _as_rest(call: Call, action: Action, tree: dict[str, Any]) -> Call:
    """The call that REST would make of the same tree."""
    texts = {name: value for name, value in tree.items() if isinstance(value, str)}
    path: dict[str, str] = {}
    query: dict[str, str] = {}
    body = b""
    if not action.media:
        for name, text in texts.items():
            (path if f"{{{name}}}" in action.path else query)[name] = text
    elif action.media == "application/json":
        body = _json(tree)
    else:
        body = urlencode(texts).encode()
    return Call(call.desk, call.caller, path, query, body, call.language)


def _json(tree: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(tree)
    except TypeError as error:
        raise refusal("TK-DOCK-102", reason=str(error)) from None


def _dressed(answer: Answer, media: str, language: str) -> Answer:
    """A problem document as a fault of the version that was asked with; what is an envelope already stays."""
    if answer.media != PROBLEM:
        return answer
    from tracekit.wire import fault, version_of

    version, problem = version_of(media), orjson.loads(answer.body)
    status = 400 if version.prefix == "soap12" and problem["side"] == "sender" else 500
    return Answer(fault(problem, version, language), status, version.media, answer.headers)
