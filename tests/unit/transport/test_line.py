"""The line, against a server of raw sockets that answers exactly what the test says."""

import gzip
import logging
import socket
import threading
from collections.abc import Callable, Iterator

import orjson
import pytest

from tracekit.errors import ConfigError, DockingDenied, DockingError, DockingRejected, DockingUnavailable
from tracekit.transport import Line
from tracekit.transport.bodies import compress

pytestmark = pytest.mark.wire


class Server:
    """Gives each connection the next answer; keeps the requests' heads and bodies."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.answers: list[bytes | Callable[[socket.socket], None]] = []
        self.requests: list[bytes] = []
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            with connection:
                request = self.read(connection)
                if request == b"":
                    return
                self.requests.append(request)
                answer = self.answers.pop(0)
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)

    def read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def stop(self) -> None:
        with socket.create_connection(self.socket.getsockname()):
            pass
        self.thread.join()
        self.socket.close()


def answer(status: int, body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def problem(status: int, code: str, **more: object) -> bytes:
    body = orjson.dumps({"title": "t", "status": status, "code": code, **more})
    return answer(status, body, Content_Type="application/problem+json; charset=utf-8")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    with Line(server.url, timeout=5) as made:
        yield made


@pytest.mark.parametrize(
    ("status", "class_"),
    [(400, DockingRejected), (401, DockingDenied), (403, DockingDenied), (407, DockingDenied), (408, DockingUnavailable),
     (409, DockingRejected), (413, DockingRejected), (415, DockingRejected), (422, DockingRejected), (425, DockingUnavailable),
     (429, DockingUnavailable), (500, DockingUnavailable), (502, DockingUnavailable), (503, DockingUnavailable),
     (504, DockingUnavailable), (599, DockingUnavailable), (304, DockingUnavailable)],
)  # fmt: skip
def test_a_status_alone_gives_the_class(server, line, status, class_):
    server.answers = [answer(status, b"")]
    with pytest.raises(DockingError) as caught:
        line.call("GET", "/v1/describe")
    assert type(caught.value) is class_
    assert caught.value.params["status"] == str(status)


@pytest.mark.parametrize(
    ("status", "code", "class_"),
    [(413, "TK-DOCK-110", DockingRejected), (503, "TK-DOCK-117", DockingUnavailable), (404, "TK-DOCK-118", DockingRejected),
     (403, "TK-DOCK-107", DockingDenied), (500, "TK-DOCK-105", DockingUnavailable), (422, "XX-UNKNOWN-1", DockingRejected)],
)  # fmt: skip
def test_a_code_is_kept_and_cannot_contradict_its_status(server, line, status, code, class_):
    server.answers = [problem(status, code, detail="why", params={"limit": 5})]
    with pytest.raises(DockingError) as caught:
        line.call("GET", "/v1/x")
    assert (type(caught.value), caught.value.code, caught.value.params["limit"]) == (class_, code, "5")
    assert "why" in caught.value.detail


def test_findings_of_a_problem_are_told(server, line):
    server.answers = [problem(422, "TK-DOCK-102", findings=[{"code": "TK-REC-002", "path": "items.1.ref"}, "junk"])]
    with pytest.raises(DockingRejected, match=r"TK-REC-002 items\.1\.ref"):
        line.call("GET", "/v1/x")


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"null"])
def test_a_broken_problem_document_falls_back_to_the_status(server, line, body):
    server.answers = [answer(422, body, Content_Type="application/problem+json")]
    with pytest.raises(DockingRejected) as caught:
        line.call("GET", "/v1/x")
    assert caught.value.code == "TK-DOCK-003"


@pytest.mark.parametrize("status", [404, 405])
def test_an_address_without_a_platform_stops_the_link(server, line, status):
    server.answers = [answer(status, b"<html>nginx</html>", Content_Type="text/html")]
    with pytest.raises(DockingDenied) as caught:
        line.call("POST", "/v1/submit", body=b"{}")
    assert caught.value.code == "TK-DOCK-019"


def test_retry_after_is_kept(server, line):
    server.answers = [answer(429, b"", Retry_After="17")]
    with pytest.raises(DockingUnavailable) as caught:
        line.call("GET", "/v1/x")
    assert caught.value.params["retry_after"] == "17"


def test_nobody_there_is_unavailable():
    with Line("http://127.0.0.1:9") as line, pytest.raises(DockingUnavailable) as caught:
        line.call("GET", "/v1/x", token="very-secret")
    assert "very-secret" not in f"{caught.value!r}{caught.value.params}{caught.value.__cause__}"


def test_a_connection_cut_in_the_answer_is_unavailable(server, line):
    server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]
    with pytest.raises(DockingUnavailable):
        line.call("GET", "/v1/x")


def test_a_silent_peer_times_out(server):
    release = threading.Event()
    server.answers = [lambda _: release.wait(10)]
    with Line(server.url, timeout=0.2) as line, pytest.raises(DockingUnavailable, match="ReadTimeout"):
        line.call("GET", "/v1/x")
    release.set()


def test_a_dripping_peer_is_cut_off_at_the_deadline(server):
    ticks = iter(range(0, 10_000, 10))

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(1000):
                connection.sendall(b"x")
        except OSError:
            pass

    server.answers = [drip]
    with (
        Line(server.url, timeout=5, deadline=5, clock=lambda: next(ticks)) as line,
        pytest.raises(DockingUnavailable, match="whole answer"),
    ):
        line.call("GET", "/v1/x")


@pytest.mark.parametrize("gzipped", [False, True])
def test_an_answer_cannot_grow_without_bound(server, gzipped):
    body = b" " * 3_000_000
    packed = answer(200, gzip.compress(body), Content_Encoding="gzip") if gzipped else answer(200, body)
    server.answers = [packed, packed]
    with Line(server.url, max_reply=2_999_999) as line, pytest.raises(DockingUnavailable) as caught:
        line.call("GET", "/v1/x")
    assert caught.value.code == "TK-DOCK-007"
    with Line(server.url, max_reply=3_000_000) as line:
        assert len(line.call("GET", "/v1/x").body) == 3_000_000


@pytest.mark.parametrize(
    "bad",
    [answer(200, b"not gzip", Content_Encoding="gzip"), answer(200, gzip.compress(b"x" * 999)[:-12], Content_Encoding="gzip"),
     answer(200, b"x", Content_Encoding="br")],
    ids=["damaged", "cut", "unasked"],
)  # fmt: skip
def test_a_damaged_or_unasked_encoding_is_no_answer(server, line, bad):
    server.answers = [bad]
    with pytest.raises(DockingUnavailable) as caught:
        line.call("GET", "/v1/x")
    assert caught.value.code == "TK-DOCK-006"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"1", b""])
def test_what_is_no_json_object_is_not_the_platform(server, line, body):
    server.answers = [answer(200, body)]
    with pytest.raises(DockingUnavailable) as caught:
        line.call("GET", "/v1/x").tree()
    assert caught.value.code == "TK-DOCK-006"


def test_a_redirect_to_another_host_is_not_followed_and_gets_no_token(server, line):
    other = Server()
    server.answers = [answer(307, b"", Location=f"{other.url}/v1/submit")]
    with pytest.raises(DockingDenied) as caught:
        line.call("POST", "/v1/submit", body=b"{}", token="secret-token")
    assert caught.value.code == "TK-DOCK-008"
    other.stop()
    assert other.requests == []


def test_a_redirect_on_the_same_host_is_followed_with_its_body(server, line):
    server.answers = [answer(308, b"", Location="/v2/submit"), answer(200, b'{"a":1}')]
    assert line.call("POST", "/v1/submit", body=b'{"b":2}', token="t").tree() == {"a": 1}
    assert server.requests[1].startswith(b"POST /v2/submit ")
    assert server.requests[1].endswith(b'{"b":2}')


def test_redirects_in_a_ring_end(server, line):
    server.answers = [answer(307, b"", Location="/v1/x")] * 3
    with pytest.raises(DockingUnavailable):
        line.call("GET", "/v1/x")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxies_of_the_environment_are_ignored(server, monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers = [answer(200)]
    with Line(server.url) as line:
        assert line.call("GET", "/v1/x").status == 200


def test_a_configured_proxy_is_used(server):
    server.answers = [answer(200)]
    with Line("http://127.0.0.1:9", proxy=server.url) as line:
        line.call("GET", "/v1/x")
    assert server.requests[0].startswith(b"GET http://127.0.0.1:9/v1/x ")


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "http://10.0.0.1:80", "ftp://127.0.0.1", "https://user:pw@example.org", "//x", "", "https://",
     "http://127.0.0.1.example.org", "http://127.0.0.1@example.org", "https://x.example/?a=1", "http://[::2]/"],
)  # fmt: skip
def test_unsafe_addresses_are_refused_without_repeating_a_password(url):
    with pytest.raises(ConfigError) as caught:
        Line(url)
    assert caught.value.code == "TK-DOCK-005"
    assert "pw" not in f"{caught.value}{caught.value.params}"


@pytest.mark.parametrize("url", ["https://example.org/base/", "http://localhost:1", "http://[::1]:1", "http://127.8.0.1"])
def test_safe_addresses_are_taken(url):
    with Line(url) as line:
        assert line.url == url.rstrip("/")


def test_an_unreadable_ca_file_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError):
        Line("https://example.org", ca=str(tmp_path / "none.pem"))


def test_the_token_travels_and_is_never_logged(server, line, caplog):
    caplog.set_level(logging.DEBUG)
    server.answers = [answer(200)]
    line.call("GET", "/v1/x", token="tok-1234567890")
    assert b"authorization: bearer tok-1234567890" in server.requests[0].lower().replace(b"Bearer", b"bearer")
    assert "tok-1234567890" not in caplog.text + repr(line)


def test_compression_only_pays_for_bodies_that_are_not_small():
    assert compress(b"x" * 100, ["gzip"]) == (b"x" * 100, "")
    packed, name = compress(b"x" * 5000, ["gzip"])
    assert (gzip.decompress(packed), name) == (b"x" * 5000, "gzip")
    assert compress(b"x" * 5000, ["gzip"]) == (packed, name)


def test_a_query_is_escaped(server, line):
    server.answers = [answer(200)]
    line.call("GET", "/v1/trace", query={"ref": "local:a/b&c=1 ü", "depth": 2})
    assert server.requests[0].startswith(b"GET /v1/trace?ref=local%3Aa%2Fb%26c%3D1+%C3%BC&depth=2 ")
