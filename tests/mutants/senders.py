"""Senders that break one promise each: our own client with exactly that broken, and the cases that must fail then."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from trades import trade

from tracekit import Client, DockingDenied, DockingRejected, DockingUnavailable
from tracekit.conformance.client_run import PREFIX, applicant, hosted, judge_sender, lasting, played
from tracekit.conformance.client_scenarios import Scenario, load_scenarios
from tracekit.conformance.client_sender import Ended, Let
from tracekit.conformance.plan import SenderTarget, SenderTest
from tracekit.conformance.requirements import read_requirements
from tracekit.dock import client as dock_client
from tracekit.dock import sealing
from tracekit.dock.receipt import Receipt
from tracekit.dock.retry import Retry
from tracekit.dock.sending import Sender
from tracekit.dock.session import Session
from tracekit.errors import TracekitError
from tracekit.loader import installed
from tracekit.suites import ED25519
from tracekit.transport import Line

Asked = dict[str, str]
Flats = list[dict[str, Any]]
Send = Callable[[Asked, Flats], None]
Break = Callable[[], AbstractContextManager[Any]]

# senders


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
        plain(asked, trades)


def plain(asked: Asked, trades: Flats, **options: Any) -> None:
    """Sends once and divides nothing anew."""
    with client(asked, **options) as one:
        one.send(trades)


def impatient(asked: Asked, trades: Flats) -> None:
    """Waits for a second in all."""
    plain(asked, trades, retry=Retry(budget=1.0))


def with_new_ids(asked: Asked, trades: Flats) -> None:
    """Repeats from the application: each attempt is a new package."""
    try:
        plain(asked, trades, retry=Retry(budget=0))
    except DockingUnavailable:
        plain(asked, trades)
    except DockingRejected as refused:
        if refused.params.get("status") != "413":
            raise
        honest(asked, trades)


def giving_up(asked: Asked, trades: Flats) -> None:
    """Forgets what got no answer."""
    with contextlib.suppress(DockingUnavailable):
        plain(asked, trades, retry=Retry(budget=0))


def deaf_to_403(asked: Asked, trades: Flats) -> None:
    """Sends one record after the other, whatever the platform said to the last."""
    if asked["CASE"] != "TC-CLIENT-0016":
        honest(asked, trades)
        return
    for one in trades:
        with contextlib.suppress(DockingDenied):
            plain(asked, [one])


def with_another_key(asked: Asked, trades: Flats) -> None:
    """Signs with a key that nobody was told of."""
    other = Path(asked["FOLDER"]) / "other.pem"
    other.write_text(ED25519.generate()[0], "utf-8")
    honest({**asked, "KEY": str(other)}, trades)


def twice(asked: Asked, trades: Flats) -> None:
    """Sends everything again, whatever the receipt said."""
    honest(asked, trades)
    plain(asked, trades)


# what is broken inside our client


def patched(owner: Any, name: str, make: Callable[[Any], Any]) -> Break:
    return lambda: mock.patch.object(owner, name, make(getattr(owner, name)))


def sealed_as(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Break:
    """Every record is changed before it goes into a package."""
    return patched(Client, "seal", lambda true: lambda self, records: [change(one) for one in true(self, records)])


def altered(true: Any) -> Any:
    """Packages are altered after they were signed."""

    def call(self: Any, method: str, path: str, **more: Any) -> Any:
        if path == "/v1/submit":
            more["body"] = more["body"].replace(b'"mode":"proceed"', b'"mode":"rollback"')
        return true(self, method, path, **more)

    return call


def taken_for(kind: type[TracekitError], other: type[TracekitError]) -> Break:
    """One class of errors of `submit` is taken for another."""

    def make(true: Any) -> Any:
        def call(self: Any, method: str, path: str, **more: Any) -> Any:
            try:
                return true(self, method, path, **more)
            except kind as error:
                if path != "/v1/submit":
                    raise
                raise other(str(error), code=error.code) from None

        return call

    return patched(Line, "call", make)


def one_token(true: Any) -> Any:
    """The first token is held for good."""

    def fetch(self: Any) -> str:
        self.first_token = getattr(self, "first_token", "") or true(self)
        self._token, self._token_until = self.first_token, 1e12
        return self.first_token

    return fetch


def many_tokens(true: Any) -> Any:
    """After 401 token after token is fetched."""

    def call(self: Any, *given: Any, **more: Any) -> Any:
        for _ in range(3):
            with contextlib.suppress(DockingDenied):
                return true(self, *given, **more)
        return true(self, *given, **more)

    return call


class Mutant(NamedTuple):
    """A sender that breaks one requirement in one way."""

    requirement: str
    how: str
    caught_by: tuple[str, ...]
    send: Send = honest
    breaks: Break = nullcontext
    above: Any = "city"


def _cases(*numbers: int) -> tuple[str, ...]:
    return tuple(f"TC-CLIENT-{number:04}" for number in numbers)


SENDERS = (
    Mutant("NC-SEAL-01", "signs with a key that nobody was told of", _cases(1), with_another_key),
    Mutant("NC-SEAL-01", "alters the header after it was signed", _cases(1), breaks=patched(Line, "call", altered)),
    Mutant(
        "NC-SEAL-02",
        "names another environment than it was admitted to",
        _cases(1),
        breaks=patched(sealing, "header", lambda true: lambda *given: {**true(*given), "environment": "production"}),
    ),
    Mutant(
        "NC-RECORD-01",
        "leaves the time out",
        _cases(1),
        breaks=sealed_as(lambda one: {name: value for name, value in one.items() if name != "time"}),
    ),
    Mutant(
        "NC-GROUPS-01",
        "digests of groups are of nothing",
        _cases(3),
        breaks=sealed_as(lambda one: {**one, "groups": dict.fromkeys(one["groups"], "0" * 64)}),
    ),
    Mutant("NC-GROUPS-02", "sends a province what only a city may have", _cases(4), above="province"),
    Mutant(
        "NC-LIMITS-01",
        "does not heed the limits",
        _cases(5),
        breaks=patched(
            dock_client,
            "pack",
            lambda true: lambda records, told, *given, **more: true(records, replace(told, max_records=5000), *given, **more),
        ),
    ),
    Mutant("NC-LIMITS-02", "divides nothing after 413", _cases(11), plain),
    Mutant("NC-ONCE-01", "sends again what has a receipt", _cases(2), twice),
    Mutant("NC-REPEAT-01", "repeats under new ids", _cases(6, 7, 8), with_new_ids),
    Mutant("NC-REPEAT-01", "forgets what got no answer", _cases(6, 7, 8), giving_up),
    Mutant(
        "NC-REPEAT-02",
        "does not heed Retry-After",
        _cases(7, 8),
        breaks=patched(Retry, "pause", lambda true: lambda self, attempt, random, asked=0.0: true(self, attempt, random) / 2),
    ),
    Mutant(
        "NC-REJECTED-01",
        "takes a refusal for a fault of the line",
        _cases(9, 10),
        impatient,
        taken_for(DockingRejected, DockingUnavailable),
    ),
    Mutant("NI-ERRORS-02", "repeats after 409", _cases(9), impatient, taken_for(DockingRejected, DockingUnavailable)),
    Mutant("NI-ERRORS-02", "takes a fault of the line for a refusal", _cases(7), plain, taken_for(DockingUnavailable, DockingRejected)),
    Mutant("NC-TOKEN-01", "holds on to its first token", _cases(12), breaks=patched(Session, "_new_token", one_token)),
    Mutant("NC-TOKEN-01", "fetches token after token", _cases(13), breaks=patched(Session, "call", many_tokens)),
    Mutant("NC-DENIED-01", "goes on after 403", _cases(16), deaf_to_403),
    Mutant("NC-PROBLEM-01", "sends a problem again as it is", _cases(14), twice),
    Mutant(
        "NC-RECEIPT-01",
        "takes a receipt of any key",
        _cases(15),
        breaks=patched(Sender, "signed", lambda _: lambda self, raw, _: Receipt.parse(raw)),
    ),
)  # fmt: skip  one line a mutant where it fits


# the kit beside them


def letting(send: Send, make: Callable[..., dict[str, Any]] = trade, *, watched: bool = True) -> Let:
    """Runs a sender in this process; its exit code is known only if it is watched."""

    def let(scenario: Scenario, environment: Mapping[str, str]) -> Ended:
        asked = {name.removeprefix(PREFIX): value for name, value in environment.items()}
        numbers = range(int(asked["SERIAL"]), int(asked["SERIAL"]) + scenario.records)
        try:
            send(asked, [make(number) for number in numbers])
        except TracekitError as error:
            return Ended(1 if watched else None, str(error))
        return Ended(0 if watched else None)

    return let


def judged(send: Send, folder: Path, *ids: str, watched: bool = True, above: Any = "city") -> list[dict[str, Any]]:
    """The lines of a run in this process."""
    plan = SenderTest(target=SenderTarget(above=above))
    platform = played(plan, applicant(plan, folder, folder), installed())
    scenarios = [one for id_, one in load_scenarios().items() if not ids or id_ in ids]
    with hosted(plan, platform, folder) as host:
        let, environment = letting(send, watched=watched), lasting(host.url, folder)
        return judge_sender(plan, platform, scenarios, read_requirements(), let, environment, lambda _: None)[0]


def results(mutant: Mutant, folder: Path, *ids: str) -> Iterator[tuple[str, str]]:
    """Case and result of a mutant's run."""
    with mutant.breaks():
        yield from ((one["case"], one["result"]) for one in judged(mutant.send, folder, *ids, above=mutant.above)[1:-1])
