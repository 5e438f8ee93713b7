"""What a SOAP line makes of answers that are none, and of an installation without the extra."""

from collections.abc import Callable
from typing import Any

import pytest

from tracekit.errors import ConfigError, DockingDenied, DockingRejected, DockingUnavailable
from tracekit.spec.parts import actions
from tracekit.transport import Line, Reply, bindings, open_line
from tracekit.wire import Writer, envelope, fault
from tracekit.wire.soap import NEW, OLD

PROBLEM = {"type": "urn:x", "title": "no", "status": 409, "code": "TK-DOCK-109", "side": "sender", "params": {"package": "p"}}
ANSWER = envelope(Writer({}).write("subjectsResponse", actions()["subjects"].answer, {"subjects": [], "cursor": "1"}), NEW)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Asks for subjects and gets a canned answer."""

    def ask(status: int, body: bytes, **headers: str) -> Any:
        monkeypatch.setattr(Line, "exchange", lambda *_, **__: Reply(status, headers, body))
        with open_line("soap", "http://127.0.0.1:1", dict) as line:
            return line.call("GET", "/v1/subjects").tree()

    return ask


def test_an_answer_is_its_tree(asked: Any) -> None:
    assert asked(200, ANSWER) == {"subjects": [], "cursor": "1"}


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_fault_is_its_problem_whatever_the_line_says(asked: Any, status: int, version: Any) -> None:
    with pytest.raises(DockingRejected) as caught:
        asked(status, fault(PROBLEM, version, "en"))
    assert (caught.value.code, caught.value.params["package"], caught.value.params["status"]) == ("TK-DOCK-109", "p", "409")


@pytest.mark.parametrize("status", [7, "abc", True, None])
def test_a_fault_without_a_usable_status_is_tried_again(asked: Any, status: Any) -> None:
    with pytest.raises(DockingUnavailable):
        asked(200, fault({**PROBLEM, "status": status, "code": "X"}, NEW, "en"))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html/>", DockingUnavailable),
        (200, b"", DockingUnavailable),
        (200, ANSWER.replace(b"cursor", b"other"), DockingUnavailable),
        (200, ANSWER[:-5], DockingUnavailable),
        (502, b"<html/>", DockingUnavailable),
        (404, b"not here", DockingDenied),
        (401, b"", DockingDenied),
    ],
)
def test_what_is_no_answer_has_its_class(asked: Any, status: int, body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        asked(status, body)


def test_without_the_extra_the_binding_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bindings, "find_spec", lambda _: None)
    with pytest.raises(ConfigError) as caught:
        open_line("soap", "http://127.0.0.1:1", dict)
    assert caught.value.code == "TK-DOCK-027"
    open_line("rest", "http://127.0.0.1:1", dict).close()
