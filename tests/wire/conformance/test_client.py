"""`tracekit conform client`: our own sender keeps every promise, and a sender that breaks one fails exactly there."""

import http.client
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from tracekit import Client, DockingDenied, DockingRejected, DockingUnavailable
from tracekit.cli.conform import app
from tracekit.config import ServerSection
from tracekit.conformance.client_run import PREFIX, applicant, hosted, judge_sender, lasting, played
from tracekit.conformance.client_scenarios import Scenario, load_scenarios
from tracekit.conformance.client_sender import Ended, Let
from tracekit.conformance.host import LOST, Answer, Host, Request
from tracekit.conformance.plan import SenderTest
from tracekit.conformance.requirements import read_requirements
from tracekit.conformance.results import without_times
from tracekit.dock.retry import Retry
from tracekit.errors import ConfigError, TracekitError
from tracekit.loader import installed
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sdk" / "send_for_conformance.py"


Asked = dict[str, str]
Flats = list[dict[str, Any]]


def client(asked: Asked, **options: Any) -> Client:
    return Client.admitted(asked["CREDENTIALS"], asked["KEY"], **options)


def honest(asked: Asked, trades: Flats) -> None:
    """Keeps what it sends in a spool, and divides by lower limits."""
    try:
        with client(asked, spool=Path(asked["FOLDER"]) / "spool.db") as one:
            one.send(trades)
    except DockingRejected as refused:
        if refused.params.get("status") != "413":
            raise
        with client(asked) as one:
            one.send(trades)


def with_new_ids(asked: Asked, trades: Flats) -> None:
    """Repeats from the application: each attempt is a new package."""
    try:
        with client(asked, retry=Retry(budget=0)) as one:
            one.send(trades)
    except DockingUnavailable:
        with client(asked) as one:
            one.send(trades)
    except DockingRejected as refused:
        if refused.params.get("status") != "413":
            raise
        honest(asked, trades)


def deaf_to_403(asked: Asked, trades: Flats) -> None:
    """Sends one record after the other, whatever the platform said to the last."""
    if asked["CASE"] != "TC-CLIENT-0016":
        honest(asked, trades)
        return
    for trade in trades:
        with client(asked) as one, pytest.raises(DockingDenied):
            one.send([trade])


def with_another_key(asked: Asked, trades: Flats) -> None:
    """Signs with a key that nobody was told of."""
    other = Path(asked["FOLDER"]) / "other.pem"
    other.write_text(ED25519.generate()[0], "utf-8")
    honest({**asked, "KEY": str(other)}, trades)


def letting(send: Callable[[Asked, Flats], None], trade: Callable[..., dict[str, Any]], *, watched: bool = True) -> Let:
    """Runs a sender in this process; its exit code is known only if it is watched."""

    def let(scenario: Scenario, environment: Mapping[str, str]) -> Ended:
        asked = {name.removeprefix(PREFIX): value for name, value in environment.items()}
        numbers = range(int(asked["SERIAL"]), int(asked["SERIAL"]) + scenario.records)
        try:
            send(asked, [trade(number) for number in numbers])
        except TracekitError as error:
            return Ended(1 if watched else None, str(error))
        return Ended(0 if watched else None)

    return let


def judged(send: Any, trade: Any, folder: Path, *ids: str, watched: bool = True) -> list[dict[str, Any]]:
    """The lines of a run in this process."""
    plan = SenderTest()
    platform = played(plan, applicant(plan, folder, folder), installed())
    scenarios = [one for id_, one in load_scenarios().items() if not ids or id_ in ids]
    with hosted(plan, platform, folder) as host:
        let, environment = letting(send, trade, watched=watched), lasting(host.url, folder)
        return judge_sender(plan, platform, scenarios, read_requirements(), let, environment, lambda _: None)[0]


def failing(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {one["case"]: one["result"] for one in lines[1:-1] if one["result"] != "pass"}


def test_our_client_keeps_every_promise_and_two_runs_say_the_same(trade: Any, tmp_path: Path) -> None:
    lines = judged(honest, trade, tmp_path)
    assert failing(lines) == {}
    assert (lines[0]["platform"]["platform"], lines[0]["platform"]["name"]) == ("sender", "sender"), "the sender is judged, not the kit"
    assert lines[-1]["statement"] == "conformant"
    assert set(lines[-1]["requirements"].values()) == {"pass"}
    short = ("TC-CLIENT-0001", "TC-CLIENT-0006")
    first, second = (judged(honest, trade, tmp_path, *short) for _ in range(2))
    assert [without_times(one) for one in first] == [without_times(one) for one in second]


@pytest.mark.parametrize(
    ("send", "fails"),
    [
        (with_new_ids, {"TC-CLIENT-0006": "fail", "TC-CLIENT-0007": "fail", "TC-CLIENT-0008": "fail"}),
        (deaf_to_403, {"TC-CLIENT-0016": "fail"}),
        (with_another_key, {"TC-CLIENT-0001": "fail"}),
    ],
)
def test_a_sender_that_breaks_a_promise_fails_exactly_there(send: Any, fails: dict[str, str], trade: Any, tmp_path: Path) -> None:
    lines = judged(send, trade, tmp_path)
    assert failing(lines) == fails
    assert (lines[-1]["statement"], lines[-1]["exit"]) == ("not conformant", 1)


def test_a_failure_shows_the_way_without_prices_and_tokens(trade: Any, tmp_path: Path) -> None:
    (line,) = judged(with_new_ids, trade, tmp_path, "TC-CLIENT-0006")[1:-1]
    failure = line["failure"]
    assert {one["path"] for one in failure["differences"]} == {"open", "doubled"}
    assert sum("closed without an answer" in one for one in failure["exchanges"]) == 1
    assert failure["sent"]["headers"]["authorization"] == "***"
    assert "12.5" not in json.dumps(failure)


def test_what_only_an_operator_can_see_is_left_to_a_reviewer(trade: Any, tmp_path: Path) -> None:
    lines = judged(honest, trade, tmp_path, "TC-CLIENT-0001", "TC-CLIENT-0015", watched=False)
    assert failing(lines) == {"TC-CLIENT-0015": "review"}
    assert lines[-1]["exit"] == 1


def test_a_sender_that_ends_too_early_has_proved_nothing(trade: Any, tmp_path: Path) -> None:
    def only_once(asked: Any, trades: Any) -> None:
        if asked["CASE"] == "TC-CLIENT-0001":
            honest(asked, trades)

    assert failing(judged(only_once, trade, tmp_path, "TC-CLIENT-0001", "TC-CLIENT-0002")) == {"TC-CLIENT-0002": "not_proven"}


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


def test_other_credentials_are_no_result_either(trade: Any, tmp_path: Path) -> None:
    def stranger(asked: Any, trades: Any) -> None:
        given = Path(asked["CREDENTIALS"])
        given.write_text(json.dumps({**json.loads(given.read_text("utf-8")), "client_secret": "guessed"}), "utf-8")
        honest(asked, trades)

    with pytest.raises(ConfigError, match="client_secret"):
        judged(stranger, trade, tmp_path, "TC-CLIENT-0001")


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
