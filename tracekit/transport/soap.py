"""A line that speaks SOAP: the same calls, each in an envelope to one address, each answer a JSON tree again. Needs the extra `soap`."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from tracekit.ids import canonical
from tracekit.spec.parts import Action, action_at, soap_path
from tracekit.spec.sets import Kind
from tracekit.spec.write_wsdl import VERSIONS
from tracekit.transport.bodies import compress
from tracekit.transport.failures import PROBLEM_TYPE, failure
from tracekit.transport.line import Line, Reply, off_interface
from tracekit.trees import is_object
from tracekit.wire import Reader, Writer, envelope, opened, problem_of

MEDIA = {"content-type": "application/json"}
_KEPT = ("authorization", "accept-language", "content-encoding")


class SoapLine(Line):
    """A line to one platform over SOAP 1.2; callers see what they would see over REST.

    Args:
        url: the platform's address, without the path.
        kinds: the kinds whose records stand under their own names; others go as plain values.
        options: as for `Line`.
    """

    def __init__(self, url: str, *, kinds: Mapping[str, Kind], **options: Any) -> None:
        super().__init__(url, **options)
        self._reader, self._writer = Reader(kinds), Writer(kinds)

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
        """As `Line.call`.

        Raises:
            DockingError: by class, as `Line.call`.
        """
        found = action_at(method, path)
        if found is None:
            return super().call(method, path, query=query, body=body, kind=kind, token=token, encodings=encodings)
        action, tree = found
        message = self._message(action, {**tree, **{name: str(value) for name, value in (query or {}).items()}}, body)
        message, encoding = compress(message, encodings)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        reply = self._ask(action, message, headers | ({"content-encoding": encoding} if encoding else {}))
        if 200 <= reply.status < 300:
            return reply
        raise failure(reply.status, reply.headers, reply.body, f"{self.url}{path}")

    def exchange(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """As `Line.exchange`; what no envelope can carry goes to the address as it is."""
        place, _, query = path.partition("?")
        found = action_at(method, place)
        if found is None:
            return super().exchange(method, path, headers=headers, body=body)
        action, tree = found
        asked = {name: unquote(text) for name, text in tree.items()} | dict(parse_qsl(query, keep_blank_values=True))
        try:
            message = self._message(action, asked, body)
        except ValueError:
            message = body
        return self._ask(action, message, {name: text for name, text in headers.items() if name in _KEPT})

    def _message(self, action: Action, asked: dict[str, Any], body: bytes) -> bytes:
        tree: Any = asked
        if action.media == "application/json":
            tree = orjson.loads(body)
        elif action.media:
            tree = dict(parse_qsl(body.decode()))
        if not is_object(tree):
            raise ValueError("no object")
        return envelope(self._writer.write(action.name, action.request, tree), VERSIONS[1])

    def _ask(self, action: Action, message: bytes, headers: Mapping[str, str]) -> Reply:
        """The answer as REST would give it: a tree, or the problem document of a fault under its own status."""
        reply = super().exchange("POST", soap_path(), headers={"content-type": VERSIONS[1].media, **headers}, body=message)
        try:
            content = opened(reply.body).content
            problem = problem_of(content)
            if problem is None:
                return Reply(reply.status, {**reply.headers, **MEDIA}, canonical(self._reader.read(action.answer, content)))
        except (ValueError, LookupError, TypeError) as error:
            if 200 <= reply.status < 300:
                raise off_interface(f"no SOAP answer: {error}") from None
            return reply
        told = problem.get("status")
        # a fault is no success, whatever the line said
        status = told if isinstance(told, int) and 400 <= told < 600 else max(reply.status, 500)
        return Reply(status, {**reply.headers, "content-type": PROBLEM_TYPE}, orjson.dumps(problem))
