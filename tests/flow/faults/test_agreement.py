"""A sender, its city and the province above it, two thousand steps of bad luck: after one reconciliation all of them agree."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from trades import trade

from tracekit import Client
from tracekit.dock.receipt import Pending, Receipt
from tracekit.dock.retry import Retry
from tracekit.errors import DockingDenied
from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.platform import admission
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import Office
from tracekit.platform.reconcile import reconcile
from tracekit.platform.setup import load
from tracekit.server.app import build_app
from tracekit.store import Store
from tracekit.testing.line import FAULTS, FaultyLine, InMemory, VirtualClock
from tracekit.transport import Line

IN_CI = 2000
STEPS = int(os.environ.get("TRACEKIT_TEST_STEPS", IN_CI))
"""Steps in all; another number, say 10000, takes new luck every time and shrinks what fails."""
DAY = "2026-11-20"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
RETRY = Retry()
SHOP, CITY, PROVINCE = "market-370600004", "370600", "370000"


def country(folder: Path) -> Path:
    """A province, its city, and an enterprise of the city: the folders that each example begins with."""
    province = admission.create(folder / PROVINCE, "province", PROVINCE, "山东省", ["37"]).parent
    city = admission.create(folder / CITY, "city", CITY, "烟台市", ["3706"]).parent
    shop = admission.create(folder / SHOP, "enterprise", SHOP, "市场", ["370600"]).parent
    admission.install(city, admission.admit(load(province), admission.read_identity(city)))
    admission.install(shop, admission.admit(load(city), admission.read_identity(shop)))
    for one in (province, city):
        Store.open(load(one).store_url, create=True).close()
    return folder


LUCK = st.lists(st.sampled_from(("", *sorted(FAULTS))), max_size=4)
"""What meets the next requests; empty: nothing."""


class Agreement(RuleBasedStateMachine):
    """What the sender did, kept beside what the platforms hold."""

    met: ClassVar[Counter[str]] = Counter()
    """How often each fault was met, over all examples."""
    steps: ClassVar[int] = 0
    template: Path
    checks: Checks
    scratch: Callable[[], Path]

    @initialize()
    def begin(self) -> None:
        self.folder = self.scratch() / "country"
        shutil.copytree(self.template, self.folder)
        self.clock = VirtualClock(NOON)
        self.skew = 0.0
        self.revisions: dict[int, int] = {}
        self.voided: set[int] = set()
        self.receipts: dict[str, bytes] = {}
        self.number = 0
        self.lines: dict[str, FaultyLine] = {}
        self.offices: dict[str, Office] = {}
        for code in (PROVINCE, CITY):
            self._open(code)
        self.client = self._client()

    def _open(self, code: str) -> None:
        setup = load(self.folder / code)
        office = Office(setup, installed(), Store.open(setup.store_url), lambda: datetime.fromtimestamp(self.clock(), UTC))
        office.checks = self.checks  # compiled once: what restarts is the store and the server
        self.offices[code] = office
        inner = InMemory(build_app(office))
        if code in self.lines:
            self.lines[code].inner = inner
        else:
            self.lines[code] = FaultyLine(inner, self.clock)

    def _close(self, code: str) -> None:
        self.lines[code].inner.close()
        self.offices[code].close()

    def _client(self) -> Client:
        city, shop = self.folder / CITY, self.folder / SHOP
        return Client.admitted(
            city / "credentials" / f"{SHOP}.json",
            shop / "keys" / "signing.pem",
            spool=shop / "spool.db",
            retry=RETRY,
            line=Line("http://127.0.0.1:1", transport=self.lines[CITY]),
            clock=lambda: self.clock() + self.skew,
            random=lambda: 0.5,
            wait=self.clock.wait,
            registry=installed(),
        )

    # what happens: each way of acting meets a line of its own luck

    @rule(luck=LUCK, count=st.integers(1, 4))
    def send(self, luck: list[str], count: int) -> None:
        numbers = [self.number + at for at in range(1, count + 1)]
        self.number += count
        self.revisions |= dict.fromkeys(numbers, 1)
        self._send(luck, numbers)

    @precondition(lambda self: self.revisions)
    @rule(luck=LUCK, data=st.data(), void=st.sampled_from((False, False, True)))
    def correct(self, luck: list[str], data: st.DataObject, void: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.revisions)))
        self.revisions[number] += 1
        (self.voided.add if void else self.voided.discard)(number)
        self._send(luck, [number])

    @precondition(lambda self: self.revisions)
    @rule(luck=LUCK, data=st.data())
    def send_again(self, luck: list[str], data: st.DataObject) -> None:
        self._send(luck, [data.draw(st.sampled_from(sorted(self.revisions)))])

    @rule(luck=LUCK)
    def flush(self, luck: list[str]) -> None:
        self._under(CITY, luck, self.client.flush)

    @rule(luck=LUCK)
    def forward(self, luck: list[str]) -> None:
        self._under(PROVINCE, luck, self._outbox().run)

    @rule(seconds=st.sampled_from((61.0, 1800.0)), skew=st.sampled_from((0.0, -7200.0, 240.0)))
    def time_passes(self, seconds: float, skew: float) -> None:
        self.clock.now += seconds
        self.skew = skew

    @rule(who=st.sampled_from((SHOP, CITY, PROVINCE)))
    def restart(self, who: str) -> None:
        if who == SHOP:
            self.client.spool.close()
            self.client = self._client()
        else:
            self._close(who)
            self._open(who)

    @invariant()
    def count(self) -> None:
        type(self).steps += 1

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self._settle()
            self.client.close()
            for code in (CITY, PROVINCE):
                self.met.update(one.fault for one in self.lines[code].seen)
                self._close(code)

    # inside

    def _as_it_is(self, number: int) -> dict[str, Any]:
        revision = self.revisions[number]
        more = {"action": "new"} if revision == 1 else {"action": "void" if number in self.voided else "correct", "reason": "误录"}
        flat = trade(number, revision=revision, **more)
        flat["items"][0]["quantities"][0]["value"] = str(80 + revision)
        return flat

    def _outbox(self) -> Any:
        return outbox_up(self.offices[CITY], self.lines[PROVINCE], retry=RETRY, random=lambda: 0.5, wait=self.clock.wait)

    def _send(self, luck: list[str], numbers: list[int]) -> None:
        flats = [self._as_it_is(number) for number in numbers]
        self._under(CITY, luck, lambda: self.client.send(flats))

    def _under(self, code: str, luck: list[str], act: Callable[[], Any]) -> None:
        """Act on a line of such luck: no retry goes beyond its budget, and a line that was denied is asked nothing more."""
        line = self.lines[code]
        line.faults.extend(luck)
        before = len(line.seen)
        self.clock.waits.clear()
        try:
            done = act()
        except DockingDenied:
            done = None
        line.faults.clear()
        assert sum(self.clock.waits) <= RETRY.budget
        stopped = [at for at, one in enumerate(line.seen[before:]) if one.fault == "expired_certificate"]
        assert stopped in ([], [len(line.seen) - before - 1]), "a stop stops"
        assert done is not None or stopped
        for one in done if isinstance(done, list) else ():
            self._keep(one)

    def _keep(self, one: Receipt | Pending) -> None:
        if isinstance(one, Receipt):
            assert self.receipts.setdefault(one.package, one.raw) == one.raw, "a receipt never changes"

    def _settle(self) -> None:
        """All lines are good, clocks right: everything goes up, and one reconciliation later both links agree."""
        for line in self.lines.values():
            line.arrive()
        self.skew = 0.0
        self.clock.now += 7200.0
        self._under(CITY, [], self.client.flush)
        assert not any(True for _ in self.client.spool.waiting())
        self._under(PROVINCE, [], self._outbox().run)
        city, province = self.offices[CITY].store, self.offices[PROVINCE].store
        assert not city.outbox_waiting(PROVINCE)
        told = reconcile(self.offices[CITY], DAY, DAY, transport=self.lines[PROVINCE])
        assert told["equal"], told
        self._in_effect_once()
        assert city.status().counts["problem"] == 0
        assert province.status().counts["problem"] == 0
        assert (city.rollups_broken(), province.rollups_broken()) == ([], [])
        for package, raw in self.receipts.items():
            assert city.receipt(SHOP, package) == raw

    def _in_effect_once(self) -> None:
        answer = self.client.statement(DAY)
        held = [
            one for cell in answer["cells"] for one in self.client.statement(DAY, node=cell["node"], kind=cell["kind"], keys=True)["keys"]
        ]
        assert {one["key"]: one["revision"] for one in held} == {trade(number)["key"]: last for number, last in self.revisions.items()}
        assert len(held) == len(self.revisions)


def test_both_sides_agree_after_every_misfortune(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    Agreement.template, Agreement.checks = country(tmp_path), Checks(installed())
    Agreement.scratch = lambda _=None: tmp_path_factory.mktemp("example")
    each, by_hand = 50, STEPS != IN_CI
    run_state_machine_as_test(
        Agreement,
        settings=settings(
            max_examples=max(1, -(-STEPS * 11 // (each * 10))),
            stateful_step_count=each,
            deadline=None,
            derandomize=not by_hand,
            phases=(Phase.generate, Phase.shrink) if by_hand else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    print(f"{Agreement.steps} steps; requests by fault: {dict(sorted(Agreement.met.items()))}")  # noqa: T201  the figures, with -s
    assert set(Agreement.met) == {"", *FAULTS}, "every fault was met"
