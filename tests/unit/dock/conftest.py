"""A strict tiny platform on a real socket, and a client of it whose clock and pauses the test holds."""

import gzip
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import orjson
import pytest
import zstandard

from tracekit import Client, Retry
from tracekit.ids import canonical, content_id, identity, records_digest
from tracekit.loader import build
from tracekit.pipeline.compare import Cell
from tracekit.pipeline.seal import is_signed, signature
from tracekit.registry import Registry
from tracekit.suites import ED25519, key_id

CODE, SECRET, CITY = "shop-7", "s3cret-of-shop-7", "city-370200"
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 26),
}


class Faults(list[Any]):
    """What happens at the next submits, first to last: `cut` before storing, `lost` after it, or (status, code, headers)."""


class Platform(ThreadingHTTPServer):
    """Answers the operations of the interface for one admitted sender; refuses whatever is not exactly right."""

    daemon_threads = True
    # many short connections in a row must not be refused
    request_queue_size = 64

    def __init__(self, public_pem: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sender_key = public_pem
        self.private, self.public = ED25519.generate()
        self.environment = "test"
        self.limits = {"max_records": 5000, "max_bytes": 16 << 20}
        self.encodings = ["gzip", "zstd"]
        self.tokens: set[str] = set()
        self.faults = Faults()
        self.bodies: list[bytes] = []
        self.used_encodings: list[str] = []
        self.receipts: dict[str, tuple[str, bytes]] = {}
        self.held: dict[bytes, dict[str, Any]] = {}
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.answers: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.alter: Callable[[dict[str, Any]], dict[str, Any]] = lambda receipt: receipt
        self.on_submit: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def describe(self) -> dict[str, Any]:
        keys = [{"id": key_id(self.public), "suite": "ed25519", "public": self.public}]
        return {
            "platform": CITY,
            "environment": self.environment,
            "limits": self.limits,
            "encodings": self.encodings,
            "suites": ["ed25519"],
            "editions": ["national:v1"],
            "keys": keys,
        }

    def take(self, body: bytes) -> tuple[int, bytes]:
        package = orjson.loads(body)
        header, records = package["header"], package["records"]
        ids = [content_id(record) for record in records]
        checks = {
            "TK-DOCK-102": body == canonical(package),
            "TK-DOCK-104": is_signed(header, package["signature"], ED25519, self.sender_key)
            and package["signature"]["key"] == key_id(self.sender_key),
            "TK-DOCK-105": header["records_digest"] == records_digest(ids),
            "TK-DOCK-106": header["receiver"] == CITY,
            "TK-DOCK-112": header["count"] == len(records),
        }
        if header["environment"] != self.environment:
            return 403, problem(403, "TK-DOCK-107")
        for code, good in checks.items():
            if not good:
                return 422, problem(422, code)
        if len(records) > self.limits["max_records"] or len(body) > self.limits["max_bytes"]:
            return 413, problem(413, "TK-DOCK-110")
        with self.lock:
            known = self.receipts.get(header["id"])
            if known and known[0] != header["records_digest"]:
                return 409, problem(409, "TK-DOCK-109")
            if not known:
                known = self.receipts[header["id"]] = (header["records_digest"], self.judge(header, records))
        return 200, known[1]

    def judge(self, header: dict[str, Any], records: list[dict[str, Any]]) -> bytes:
        results: list[dict[str, Any]] = []
        for index, record in enumerate(records):
            name = identity(record["origin"], record["kind"], record["key"])
            if name in self.held:
                results.append({"index": index, "verdict": "duplicate"})
            self.held.setdefault(name, record)
        tree = {
            "id": uuid.uuid4().hex,
            "package": header["id"],
            "digest": header["records_digest"],
            "platform": CITY,
            "sender": header["sender"],
            "environment": header["environment"],
            "outcome": "stored",
            "counts": {
                "total": len(records) - len(results),
                "valid": len(records) - len(results),
                "problem": 0,
                "pending": 0,
                "duplicate": len(results),
            },
            "results": results,
            "rule_set": "0" * 64,
            "received_at": "2026-11-20T06:30:15+08:00",
        }
        tree = self.alter(tree)
        return canonical({**tree, "signature": signature(tree, ED25519, self.private, key_id(self.public))})


def problem(status: int, code: str) -> bytes:
    return orjson.dumps({"type": f"urn:tracekit:error:{code}", "title": code, "status": status, "code": code, "side": "sender"})


class _Handler(BaseHTTPRequestHandler):
    server: Platform
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.seen.append(("GET", parts.path, dict(parse_qsl(parts.query))))
        if parts.path == "/v1/describe":
            self.say(200, orjson.dumps(self.server.describe()))
        elif not self.allowed():
            self.say(401, problem(401, "TK-DOCK-114"))
        elif parts.path.startswith("/v1/receipt/"):
            found = self.server.receipts.get(parts.path.rpartition("/")[2])
            self.say(200, found[1]) if found else self.say(404, problem(404, "TK-DOCK-118"))
        elif parts.path in self.server.answers:
            answer = self.server.answers[parts.path]
            self.say(200, orjson.dumps(answer(parse_qs(parts.query, keep_blank_values=True)) if callable(answer) else answer))
        else:
            self.say(404, b"nothing here", {"Content-Type": "text/plain"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(("POST", self.path, {}))
        if self.path == "/v1/token":
            self.token(dict(parse_qsl(body.decode())))
        elif not self.allowed():
            self.say(401, problem(401, "TK-DOCK-114"))
        elif self.path == "/v1/submit":
            self.submit(body)
        elif self.path in self.server.answers:
            self.say(200, orjson.dumps(self.server.answers[self.path](orjson.loads(body))))
        else:
            self.say(404, b"", {})

    def token(self, form: dict[str, str]) -> None:
        if form != {"grant_type": "client_credentials", "client_id": CODE, "client_secret": SECRET}:
            self.say(401, problem(401, "TK-DOCK-103"))
            return
        token = uuid.uuid4().hex
        self.server.tokens.add(token)
        self.say(200, orjson.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 300}))

    def allowed(self) -> bool:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") in self.server.tokens

    def submit(self, raw: bytes) -> None:
        encoding = self.headers.get("Content-Encoding", "")
        body = DECODERS[encoding](raw)
        self.server.bodies.append(body)
        self.server.used_encodings.append(encoding)
        self.server.on_submit()
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault == "cut":
            self.close_connection = True
            return
        if isinstance(fault, tuple):
            status, code, headers = fault
            self.say(status, problem(status, code) if code else b"", headers)
            return
        status, answer = self.server.take(body)
        if fault == "lost":
            self.close_connection = True
            return
        self.say(status, answer)

    def say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        kind = "application/json" if status < 400 else "application/problem+json"
        for name, value in {"Content-Type": kind, **(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@dataclass
class Hands:
    """The clock and the pauses, held by the test: a pause only moves the clock."""

    now: float = 1_795_300_000.0
    pauses: list[float] = field(default_factory=list[float])

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    return ED25519.generate()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def platform(keys: tuple[str, str]) -> Iterator[Platform]:
    server = Platform(keys[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def core() -> Registry:
    return build([])


@pytest.fixture
def connect(platform: Platform, keys: tuple[str, str], hands: Hands, core: Registry, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Make clients of the tiny platform; a spool file unless told otherwise."""
    made: list[Client] = []

    def make(**changes: Any) -> Client:
        options: dict[str, Any] = {
            "code": CODE,
            "secret": SECRET,
            "key": keys[0],
            "spool": tmp_path / "spool.db",
            "registry": core,
            "clock": hands.clock,
            "wait": hands.wait,
            "random": lambda: 0.5,
            "retry": Retry(),
        }
        client = Client(changes.pop("url", platform.url), **{**options, **changes})
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def shops() -> Callable[..., list[dict[str, Any]]]:
    """Flat filings of subjects, with a personal telephone number in each."""

    def make(count: int, start: int = 0) -> list[dict[str, Any]]:
        return [
            {
                "kind": "core.subject",
                "key": f"S{number}",
                "reporter": "uscc:91370200MA3C1XYT02",
                "time": "2026-11-20",
                "region": "370200",
                "ref": "uscc:91370200MA3C1XYT02",
                "name": f"第{number}号店",
                "subject_type": "enterprise",
                "category": "meat_veg",
                "phone": "13800000000",
            }
            for number in range(start, start + count)
        ]

    return make


@pytest.fixture
def cells() -> type[Cell]:
    return Cell
