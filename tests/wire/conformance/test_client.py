"""`tracekit conform client`: our own sender keeps every promise, and a sender that breaks one fails exactly there."""

import http.client
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from mutants.senders import deaf_to_403, honest, judged, with_another_key, with_new_ids
from typer.testing import CliRunner

from tracekit.cli.conform import app
from tracekit.config import ServerSection
from tracekit.conformance.client_run import applicant, played
from tracekit.conformance.host import LOST, Answer, Host, Request
from tracekit.conformance.plan import SenderTest
from tracekit.conformance.results import without_times
from tracekit.errors import ConfigError
from tracekit.loader import installed

pytestmark = pytest.mark.wire
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sdk" / "send_for_conformance.py"


def failing(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {one["case"]: one["result"] for one in lines[1:-1] if one["result"] != "pass"}


def test_our_client_keeps_every_promise_and_two_runs_say_the_same(tmp_path: Path) -> None:
    lines = judged(honest, tmp_path)
    assert failing(lines) == {}
    assert (lines[0]["platform"]["platform"], lines[0]["platform"]["name"]) == ("sender", "sender"), "the sender is judged, not the kit"
    assert lines[-1]["statement"] == "conformant"
    assert set(lines[-1]["requirements"].values()) == {"pass"}
    short = ("TC-CLIENT-0001", "TC-CLIENT-0006")
    first, second = (judged(honest, tmp_path, *short) for _ in range(2))
    assert [without_times(one) for one in first] == [without_times(one) for one in second]


@pytest.mark.parametrize(
    ("send", "fails"),
    [
        (with_new_ids, {"TC-CLIENT-0006": "fail", "TC-CLIENT-0007": "fail", "TC-CLIENT-0008": "fail"}),
        (deaf_to_403, {"TC-CLIENT-0016": "fail"}),
        (with_another_key, {"TC-CLIENT-0001": "fail"}),
    ],
)
def test_a_sender_that_breaks_a_promise_fails_exactly_there(send: Any, fails: dict[str, str], tmp_path: Path) -> None:
    lines = judged(send, tmp_path)
    assert failing(lines) == fails
    assert (lines[-1]["statement"], lines[-1]["exit"]) == ("not conformant", 1)


def test_a_failure_shows_the_way_without_prices_and_tokens(tmp_path: Path) -> None:
    (line,) = judged(with_new_ids, tmp_path, "TC-CLIENT-0006")[1:-1]
    failure = line["failure"]
    assert {one["path"] for one in failure["differences"]} == {"open", "doubled"}
    assert sum("closed without an answer" in one for one in failure["exchanges"]) == 1
    assert failure["sent"]["headers"]["authorization"] == "***"
    assert "12.5" not in json.dumps(failure)


def test_what_only_an_operator_can_see_is_left_to_a_reviewer(tmp_path: Path) -> None:
    lines = judged(honest, tmp_path, "TC-CLIENT-0001", "TC-CLIENT-0015", watched=False)
    assert failing(lines) == {"TC-CLIENT-0015": "review"}
    assert lines[-1]["exit"] == 1


def test_a_sender_that_ends_too_early_has_proved_nothing(tmp_path: Path) -> None:
    def only_once(asked: Any, trades: Any) -> None:
        if asked["CASE"] == "TC-CLIENT-0001":
            honest(asked, trades)

    assert failing(judged(only_once, tmp_path, "TC-CLIENT-0001", "TC-CLIENT-0002")) == {"TC-CLIENT-0002": "not_proven"}


def test_the_example_is_judged_as_a_command(tmp_path: Path) -> None:
    cases = [word for id_ in ("TC-CLIENT-0005", "TC-CLIENT-0006", "TC-CLIENT-0015") for word in ("--case", id_)]
    command = f"{sys.executable} {EXAMPLE}"
    words = ["client", "--run", command, "--folder", str(tmp_path / "kit"), "--out", str(tmp_path / "report"), "--json", *cases]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.exit_code, told["footer"]["counts"]) == (0, {"pass": 3}), told
    assert (tmp_path / "report" / "report.html").is_file()
    assert (tmp_path / "kit" / "credentials.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", [f"{sys.executable} -c pass", "no-such-command", ""])
def test_a_sender_that_never_came_is_no_result(command: str, tmp_path: Path) -> None:
    words = ["client", "--run", command, "--folder", str(tmp_path), "--case", "TC-CLIENT-0001"]
    with pytest.raises(ConfigError) as raised:
        CliRunner().invoke(app, words, input="\n", catch_exceptions=False)
    assert raised.value.code == "TK-CONF-040"


def test_other_credentials_are_no_result_either(tmp_path: Path) -> None:
    def stranger(asked: Any, trades: Any) -> None:
        given = Path(asked["CREDENTIALS"])
        given.write_text(json.dumps({**json.loads(given.read_text("utf-8")), "client_secret": "guessed"}), "utf-8")
        honest(asked, trades)

    with pytest.raises(ConfigError, match="client_secret"):
        judged(stranger, tmp_path, "TC-CLIENT-0001")


@pytest.fixture
def echo() -> Iterator[str]:
    """A host that says back what came."""

    def answer(request: Request) -> Answer:
        if request.path == "/lost":
            return LOST
        return Answer(400 if request.fault else 200, orjson.dumps([request.method, request.path, request.fault, len(request.body)]))

    with Host(ServerSection(), answer) as host:
        yield host.url


def _status_of_length(url: str, told: str) -> int:
    """The answer to a head that tells such a length and is followed by nothing."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    line.putrequest("POST", "/x")
    line.putheader("Content-Length", told)
    line.endheaders()
    with line.getresponse() as answer:
        return answer.status


def test_the_host_reads_every_form_of_a_body_and_survives_the_broken_ones(echo: str) -> None:
    with httpx.Client(base_url=echo, trust_env=False) as line:
        assert line.get("/x?y=1").json() == ["GET", "/x", "", 0]
        assert line.post("/x", content=iter([b"ab", b"c"])).json() == ["POST", "/x", "", 3]
        assert line.post("/x", content=b"no gzip", headers={"content-encoding": "gzip"}).status_code == 400
        assert line.post("/x", content=b"x", headers={"content-encoding": "br"}).status_code == 400
        assert [_status_of_length(echo, told) for told in ("99999999999", "-1", "many")] == [400, 400, 400]
        with pytest.raises(httpx.RemoteProtocolError):
            line.post("/lost", content=b"x")
        assert line.get("/x").status_code == 200


def test_a_package_that_none_can_read_is_refused(tmp_path: Path) -> None:
    plan = SenderTest()
    platform = played(plan, applicant(plan, tmp_path, tmp_path), installed())
    for body in (b"", b"[]", b"{", b'{"header": {}, "records": []}', b'{"header": {"id": 1, "records_digest": "0"}, "records": [1]}'):
        assert platform.answer(Request("POST", "/v1/submit", {}, body)).status == 400
    assert platform.answer(Request("GET", "/v1/trace", {}, b"")).status == 404
    header = {"id": "p", "records_digest": "0" * 64}
    odd = orjson.dumps({"header": header, "records": [1, {}, {"kind": "core.object_event"}]})
    assert platform.answer(Request("POST", "/v1/submit", {}, odd)).status == 401
    assert platform.fault == ""
