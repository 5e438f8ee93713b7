"""Whole platforms under faults: the stage that runs and kills real processes, and a market docked to its city."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tracekit.pipeline.times import day_of_text
from tracekit.platform import admission
from tracekit.platform.setup import load
from tracekit.store import Store

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PLATFORM = HERE.parent / "platform"
GOOD, BAD, BATCH = 36, 2, 14
HEAD = "凭证号,时间,卖方,买方,批次,商品,重量,单价,检疫证\r\n"
DAY = "2026-11-20"


class Stage:
    """Starts commands as real processes and kills them before their n-th event."""

    def __init__(self, folder: Path) -> None:
        self.errors = folder / "stage.log"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACEKIT_LANG": "en"}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "stage.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def _do(self, *command: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": command}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self.log()
        return json.loads(line)

    def log(self) -> str:
        return self.errors.read_text() if self.errors.exists() else ""

    def start(self, *argv: object, kill_at: int = 0, batch: int = 0) -> int:
        """Start a process."""
        return self._do("start", [str(arg) for arg in argv], str(self.errors), kill_at, batch)["pid"]

    def said(self, process: int) -> Any:
        """The first thing that a process says."""
        line = self._do("said", process)["line"]
        assert line, self.log()
        return json.loads(line)

    def arm(self, process: int, events: int) -> None:
        """Kill the process before so many further events."""
        self._do("arm", process, events)

    def events(self, process: int) -> int:
        """How many events a running process has had."""
        return self._do("events", process)["events"]

    def ended(self) -> tuple[int, int, int, str]:
        """Wait for any process to end: which, its exit code, its events, what it said."""
        told = self._do("ended")
        return told["pid"], told["code"], told["events"], told["line"]

    def stop(self, process: int) -> None:
        """End a process as an operator does."""
        self._do("term", process)
        assert self.ended()[0] == process

    def command(self, *argv: object) -> tuple[int, Any]:
        """Run one command to its end: exit code and answer."""
        process = self.start(*argv)
        ended, code, _, line = self.ended()
        assert ended == process, self.log()
        return code, json.loads(line)

    def close(self) -> None:
        self._process.communicate(timeout=30)


class Link:
    """A market with a source of files, docked to the city that is served."""

    def __init__(self, folder: Path, stage: Stage, stores: dict[str, str]) -> None:
        self.stage = stage
        self.city = admission.create(folder / "city", "city", "370600", "烟台市", ["3706"]).parent
        self.shop = admission.create(folder / "shop", "enterprise", "market-370600004", "市场", ["370600"]).parent
        admission.install(self.shop, admission.admit(load(self.city), admission.read_identity(self.shop)))
        for name, url in stores.items():
            file = folder / name / "platform.toml"
            file.write_text(file.read_text("utf-8").replace("sqlite:///store.db", url), "utf-8")
        (self.shop / "in").mkdir()
        shutil.copy(PLATFORM / "market.csv", self.shop / "mapping.csv")
        settings = (PLATFORM / "market.toml").read_text("utf-8")
        (self.shop / "source.toml").write_text(settings.replace("[source]", f"[source]\nbatch_rows = {BATCH}", 1), "utf-8")
        with (self.shop / "platform.toml").open("a", encoding="utf-8") as config:
            config.write('\n[[sources]]\nname = "market"\nsettings = "source.toml"\n')
        self.files = 0
        self.server = 0
        self.serve()

    def serve(self) -> None:
        self.server = self.stage.start("serve", self.city)
        self.url = self.stage.said(self.server)["url"]

    def new_file(self) -> Path:
        """One more export of the market."""
        first = self.files * (GOOD + BAD) + 1
        self.files += 1
        rows = "".join(map(row, range(first, first + GOOD + BAD)))
        path = self.shop / "in" / f"交易{self.files:03d}.csv"
        path.write_text(HEAD + rows, "utf-8", newline="")
        return path

    def run(self, kill_at: int = 0, kill_server_at: int = 0) -> tuple[int, int]:
        """`tracekit run` of the market; a server that is killed meanwhile comes back at once. Exit code and events of the run."""
        if kill_server_at:
            self.stage.arm(self.server, kill_server_at)
        process = self.stage.start("run", self.shop, kill_at=kill_at, batch=BATCH)
        while True:
            ended, code, events, _ = self.stage.ended()
            if ended == process:
                return code, events
            assert (ended, code) == (self.server, -signal.SIGKILL), self.stage.log()
            self.serve()

    def counts(self, folder: Path) -> dict[str, int]:
        with Store.open(load(folder).store_url) as store:
            assert store.integrity() == []
            return dict(store.status().counts)

    def proof(self) -> None:
        """Nothing lost, nothing doubled, both sides agree, every counter equals a recount."""
        good, bad = self.good, self.files * BAD
        shop, city = self.counts(self.shop), self.counts(self.city)
        assert (shop["valid"], shop["problem"], shop["duplicate"]) == (good, bad, 0)
        assert (city["valid"], city["problem"], city["duplicate"]) == (good, 0, 0)
        assert self.statement(self.shop, "up:370600") == self.statement(self.city, "from:market-370600004") != []

    @property
    def good(self) -> int:
        """Good rows in all files."""
        return self.files * GOOD

    def settled(self) -> None:
        """Run again and again, as a timer does, until everything is in and up."""
        for _ in range(4):
            code = self.run()[0]
            with Store.open(load(self.shop).store_url) as store:
                if code in (0, 1) and not store.outbox_waiting("370600"):
                    return
        raise AssertionError(self.stage.log())

    def copy_of_shop(self) -> None:
        """The market moves to another folder with its keys and files, and an empty store."""
        other = self.shop.with_name("other")
        shutil.copytree(self.shop, other, ignore=shutil.ignore_patterns("store.db*"))
        file = other / "platform.toml"
        file.write_text(
            re.sub(r'^url = "postgresql:.*$', 'url = "sqlite:///store.db"', file.read_text("utf-8"), count=1, flags=re.MULTILINE), "utf-8"
        )
        self.shop = other

    def statement(self, folder: Path, link: str) -> list[Any]:
        with Store.open(load(folder).store_url) as store:
            day = day_of_text(DAY)
            return store.statement(link, day, day)


def row(number: int) -> str:
    """A trade of the export; the last of each file have a weight that is no number."""
    weight = "八十" if (number - 1) % (GOOD + BAD) >= GOOD else "82.5"
    slip = f"3706000040001{number:07d}"
    return f"{slip},2026-11-20 06:30,3706000040001,3706000050002,3706000040000058,21113011,{weight},12.5,{number:010d}\r\n"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage of a test module."""
    made = Stage(tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


@pytest.fixture
def seed() -> int:
    """The seed of the points; `TRACEKIT_TEST_SEED` repeats a run."""
    chosen = int(os.environ.get("TRACEKIT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    sys.stdout.write(f"TRACEKIT_TEST_SEED={chosen}\n")
    return chosen


@pytest.fixture(params=["sqlite", "postgresql"])
def link(request: pytest.FixtureRequest, tmp_path: Path, stage: Stage) -> Iterator[Link]:
    """A market docked to its city, on each of the two databases."""
    stores: dict[str, str] = {}
    if request.param == "postgresql":
        from stores import database_on

        server = request.getfixturevalue("postgres_url")
        stores = {name: database_on(server) for name in ("city", "shop")}
    made = Link(tmp_path, stage, stores)
    yield made
    stage.stop(made.server)


@pytest.fixture
def trade() -> Callable[..., dict[str, Any]]:
    """Makes a wholesale trade in flat form that every check accepts."""

    def make(number: int, **more: Any) -> dict[str, Any]:
        slip = f"3706000040001{number:07d}"
        quantity = {"value": "82.5", "unit": "kg", "basis": "weight"}
        item = {"line": 1, "role": "object", "ref": "batch:3706000040000058", "product": "goods:21113011", "quantities": [quantity]}
        return {
            "kind": "meat_veg.market_trade",
            "key": slip,
            "reporter": "node:370600004",
            "time": "2026-11-20T06:30+08:00",
            "recorded_at": "2026-11-20T06:31:00+08:00",
            "category": "meat_veg",
            "region": "370600",
            "shape": "transaction",
            "party": "merchant:3706000040001",
            "counterparty": "merchant:3706000050002",
            "place": "node:370600004",
            "items": [{**item, "unit_price": "12.5"}],
            "documents": [
                {"type": "trade_slip", "ref": f"tran:{slip}", "direction": "out"},
                {"type": "product_quarantine", "ref": f"quarantine:{number:010d}", "direction": "in"},
            ],
            **more,
        }

    return make
