"""The kit's own address: requests in, the answers of a function out; one request at a time, so that what came has an order."""

import gzip
import io
import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tracekit.config import ServerSection

LARGEST = 64 * 1024 * 1024
"""Bytes of a body that are read, before and after its encoding is undone."""
SILENCE = 120.0
"""Seconds after which a connection on which nothing comes is closed."""


class Request(NamedTuple):
    """What came: header names in lower case, the body with its encoding undone, or why it could not be read."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    fault: str = ""


class Answer(NamedTuple):
    """What is sent back; status 0 closes the connection without an answer."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = {}


LOST = Answer(0)


class Host:
    """Listens while a `with` block lasts.

    Raises:
        OSError: the address cannot be listened on, or certificate and key cannot be read.
    """

    def __init__(self, listen: ServerSection, answer: Callable[[Request], Answer]) -> None:
        self._server = _Server((listen.host, listen.port), _Handler)
        self._server.answer = answer
        scheme = "http"
        if listen.cert:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(listen.cert, listen.key)
            # the handshake is the handler's: a peer that says nothing must not keep others out
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.url = listen.url or f"{scheme}://{listen.host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a sender that keeps its connection open must not keep the kit
    answer: Callable[[Request], Answer]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.turn = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that goes away while it is answered is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SILENCE
    wbufsize = -1  # head and body leave together
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  the one that makes this handler

    def _exchange(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body, fault = self._body(headers)
        request = Request(self.command, urlsplit(self.path).path, headers, body, fault)
        with self.server.turn:
            made = self.server.answer(request)
        if not made.status:
            self.close_connection = True
            return
        self.send_response(made.status)
        for name, value in {"Content-Type": made.kind, "Content-Length": str(len(made.body)), **made.headers}.items():
            self.send_header(name, value)
        if fault:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(made.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _exchange  # noqa: N815  the names that the library looks for

    def _body(self, headers: Mapping[str, str]) -> tuple[bytes, str]:
        try:
            raw = self._chunked() if headers.get("transfer-encoding", "").lower() == "chunked" else self._counted(headers)
            return _decoded(raw, headers.get("content-encoding", "").lower()), ""
        except (ValueError, EOFError, OSError) as error:
            return b"", str(error)

    def _counted(self, headers: Mapping[str, str]) -> bytes:
        return self._read(int(headers.get("content-length") or 0))

    def _chunked(self) -> bytes:
        whole = b""
        while size := int(self.rfile.readline(64).partition(b";")[0], 16):
            whole += self._read(size, len(whole))
            self.rfile.readline(64)
        while self.rfile.readline(1024).strip():
            pass
        return whole

    def _read(self, size: int, before: int = 0) -> bytes:
        if not 0 <= size <= LARGEST - before:
            raise ValueError(f"above {LARGEST} bytes")
        data = self.rfile.read(size)
        if len(data) < size:
            raise ValueError("the body ends early")
        return data

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        """What came is written down by whoever answers."""


def _decoded(raw: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return raw
    if encoding != "gzip":
        raise ValueError(f"content encoding {encoding}")
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"above {LARGEST} bytes")
    return data
