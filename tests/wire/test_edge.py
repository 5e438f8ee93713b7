"""The edge: what is public, who gets a token, which bodies are refused before anything reads them."""

import base64
import gzip
import logging
import socket
import time
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import zstandard

from tracekit.spec.messages import message

pytestmark = pytest.mark.wire

LIMIT = 16 * 1024 * 1024


def problem(answer: httpx.Response, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    tree = answer.json()
    assert tree["code"] == code
    assert tree["status"] == status == int(message(code).status)
    assert tree["type"].endswith(code)
    assert tree["title"]
    assert tree["side"] in ("sender", "receiver")
    return tree


def test_describe_is_public_and_says_all_that_a_client_needs(town) -> None:
    told = town.call("GET", "/v1/describe").json()
    assert told["platform"] == "370600"
    assert told["environment"] == "test"
    assert told["limits"] == {"max_records": 5000, "max_bytes": LIMIT}
    assert set(told["encodings"]) == {"gzip", "zstd"}
    assert told["windows"]["meat_veg.market_trade"] > 0
    assert told["keys"][0]["public"] == town.office.setup.keys.public_pem
    assert "项目自定义" in told["notice"]
    assert "PRIVATE" not in str(told)


def test_health_and_metrics(town) -> None:
    assert town.call("GET", "/healthz").json() == {"status": "ok"}
    text = town.call("GET", "/metrics").text
    assert "# TYPE tracekit_packages_total counter" in text
    assert 'tracekit_records{verdict="valid"}' in text


def test_what_is_not_there_and_what_does_not_apply_are_problem_documents(town) -> None:
    problem(town.call("GET", "/v1/nothing"), 404, "TK-DOCK-118")
    problem(town.call("PUT", "/v1/submit"), 405, "TK-DOCK-125")


def test_problem_documents_speak_the_callers_language(town) -> None:
    told = problem(town.call("GET", "/v1/nothing", headers={"accept-language": "zh-CN"}), 404, "TK-DOCK-118")
    assert "没有找到" in told["title"]


def test_a_token_by_form_and_by_basic(town) -> None:
    secret = town.market.above_secret()
    form = {"grant_type": "client_credentials", "client_id": town.market.code, "client_secret": secret}
    answer = town.call("POST", "/v1/token", data=form)
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    basic = base64.b64encode(f"{town.market.code}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {basic}"}
    assert town.call("POST", "/v1/token", data={"grant_type": "client_credentials"}, headers=headers).status_code == 200


def test_wrong_secret_and_unknown_client_get_the_same_refusal(town) -> None:
    answers = [
        town.call("POST", "/v1/token", data={"grant_type": "client_credentials", "client_id": client, "client_secret": "x"})
        for client in (town.market.code, "nobody")
    ]
    trees = [problem(answer, 401, "TK-DOCK-103") for answer in answers]
    assert [set(tree) for tree in trees] == [set(trees[0])] * 2


def test_a_call_without_or_with_a_foreign_token_is_refused(town) -> None:
    problem(town.call("GET", "/v1/statement"), 401, "TK-DOCK-114")
    for token in ("x", town.token(town.market)[:-4] + "AAAA", "a.b.c"):
        problem(town.call("GET", "/v1/statement", headers={"authorization": f"Bearer {token}"}), 401, "TK-DOCK-114")


def test_an_expired_token_is_refused(town) -> None:
    tokens = __import__("tracekit.platform.tokens", fromlist=["Tokens"]).Tokens(town.office.setup)
    old = tokens.issue(town.market.code, town.market.above_secret(), int(time.time()) - 1000)["access_token"]
    problem(town.call("GET", "/v1/statement", headers={"authorization": f"Bearer {old}"}), 401, "TK-DOCK-114")


def test_a_body_above_the_limit_is_refused_by_its_own_word_and_while_it_grows(town) -> None:
    problem(town.call("POST", "/v1/submit", town.market, content=b"x" * (LIMIT + 1)), 413, "TK-DOCK-101")

    def endless() -> Iterator[bytes]:
        for _ in range(LIMIT // 65536 + 2):
            yield b" " * 65536

    problem(town.call("POST", "/v1/submit", town.market, content=endless()), 413, "TK-DOCK-101")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_compressed_bomb_is_refused(town, encoding: str) -> None:
    size = 512 * 1024 * 1024
    if encoding == "gzip":
        made = zlib.compressobj(9, wbits=31)
        bomb = b"".join(made.compress(bytes(1 << 20)) for _ in range(size >> 20)) + made.flush()
    else:
        made = zstandard.ZstdCompressor().compressobj()
        bomb = b"".join(made.compress(bytes(1 << 20)) for _ in range(size >> 20)) + made.flush()
    assert len(bomb) < LIMIT
    problem(town.call("POST", "/v1/submit", town.market, content=bomb, headers={"content-encoding": encoding}), 413, "TK-DOCK-101")


@pytest.mark.parametrize(
    ("encoding", "body", "status", "code"),
    [
        ("br", b"x", 415, "TK-DOCK-119"),
        ("gzip", b"not gzip", 400, "TK-DOCK-102"),
        ("gzip", gzip.compress(b"{}")[:-9], 400, "TK-DOCK-102"),
        ("zstd", b"not zstd", 400, "TK-DOCK-102"),
        ("", b"", 400, "TK-DOCK-102"),
        ("", b"\xff\xfe", 400, "TK-DOCK-102"),
        ("", b"[]", 400, "TK-DOCK-102"),
        ("", b'{"header": 1}', 400, "TK-DOCK-102"),
        ("", b"[" * 100_000, 400, "TK-DOCK-102"),
        ("", b'{"header": NaN}', 400, "TK-DOCK-102"),
    ],
    ids=["unknown", "no gzip", "cut gzip", "no zstd", "empty", "no text", "no object", "no header", "deep", "no number"],
)
def test_a_body_that_is_no_package_is_refused(town, encoding: str, body: bytes, status: int, code: str) -> None:
    problem(town.call("POST", "/v1/submit", town.market, content=body, headers={"content-encoding": encoding}), status, code)


def test_a_body_that_drips_is_given_up(town) -> None:
    place = urlsplit(town.url)
    with socket.create_connection((place.hostname, place.port), 20) as line:
        line.settimeout(20)
        head = f"POST /v1/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {town.token(town.market)}\r\nContent-Length: 100\r\n\r\n{{"
        line.sendall(head.encode())
        answer = line.recv(65536)
    assert b" 408 " in answer.split(b"\r\n")[0]


def test_no_secret_and_no_token_in_the_logs(town, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("tracekit").propagate = True
        town.call("GET", "/v1/trace?ref=person:abc", town.market)
    text = "\n".join(str(record.__dict__) for record in caplog.records if record.name.startswith("tracekit"))
    assert "trace" in text
    for secret in (town.market.above_secret(), "Bearer", "person:abc"):
        assert secret not in text
