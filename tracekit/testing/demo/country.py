"""The demo's country: a folder and a server process for every platform, all of them stopped at the end."""

import json
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from tracekit.errors import ConfigError
from tracekit.platform import admission
from tracekit.platform.office import Clock, Office
from tracekit.platform.setup import load
from tracekit.registry import Registry
from tracekit.store import Store
from tracekit.testing.places import Platform
from tracekit.testing.truth import EnterpriseTruth

PATIENCE = 30
"""Seconds that a server may take to stop."""


@dataclass
class Station:
    """One platform of the demo: its folder, its server, and the office that its own staff works in."""

    place: Platform
    folder: Path
    office: Office
    keep: bool = False
    times: int = 0
    """How often its server was started."""
    url: str = ""
    process: "subprocess.Popen[str] | None" = None

    def start(self, time: str) -> None:
        """Start the server, to act as if it were a time; `ready` waits for it."""
        tail = () if self.keep else ("--leashed",)
        command = [sys.executable, "-m", "tracekit.cli", "serve", str(self.folder), "--json", "--rehearse", time, *tail]
        with (self.folder / "serve.log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=self._leash(), stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        self.times += 1

    def ready(self) -> None:
        """Wait until the server listens.

        Raises:
            ConfigError: it stopped instead.
        """
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            reason = (self.folder / "serve.log").read_text("utf-8")[-600:]
            raise ConfigError(reason, code="TK-CLI-005", params={"port": self.place.code, "reason": reason})
        self.url = json.loads(line)["url"]

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self.process is not None:
            self.process.kill()
            _drop(self.process)

    def stop(self) -> None:
        """Stop the server and close the office."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
            _drop(self.process)
        self.office.close()

    def leave(self) -> None:
        """Close the office and leave the server up."""
        self.office.close()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def _leash(self) -> int:
        return subprocess.DEVNULL if self.keep else subprocess.PIPE


def _drop(process: "subprocess.Popen[str]") -> None:
    pipes: Sequence[IO[Any] | None] = (process.stdin, process.stdout)
    process.wait()
    for pipe in pipes:
        if pipe is not None:
            pipe.close()


@dataclass
class Country:
    """All stations by code, parents first, and the folders of the enterprises that report to the cities."""

    folder: Path
    registry: Registry
    clock: Clock
    time: str
    keep: bool = False
    stations: dict[str, Station] = field(default_factory=dict[str, Station])

    @classmethod
    def found(cls, folder: Path, registry: Registry, clock: Clock, time: str, places: Sequence[Platform], *, keep: bool) -> Self:
        """Make every platform's folder and keys, and admit each to the one above."""
        country = cls(folder, registry, clock, time, keep)
        for place in places:
            country._make(place)
        return country

    @property
    def levels(self) -> dict[str, list[Station]]:
        """The stations of each level, from the cities up."""
        found: dict[str, list[Station]] = {"city": [], "province": [], "nation": []}
        for station in self.stations.values():
            found[station.place.role].append(station)
        return found

    def links(self) -> Iterator[tuple[Station, Station]]:
        """Each link as (lower, upper), cities first."""
        for station in (*self.levels["city"], *self.levels["province"]):
            yield station, self.stations[station.place.parent]

    def admit(self, enterprise: EnterpriseTruth) -> Path:
        """Give an enterprise a folder with its own keys, and let its city admit it; the folder."""
        folder = self.folder / "enterprises" / enterprise.code
        city = self.stations[enterprise.city]
        regions = sorted({ref[5:11] for ref in enterprise.nodes}) or list(city.office.setup.config.platform.regions)
        admission.create(folder, "enterprise", enterprise.code, enterprise.name, regions, port=1)
        admission.install(folder, admission.admit(city.office.setup, admission.read_identity(folder)))
        return folder

    def addresses(self) -> dict[str, tuple[str, int]]:
        """Address and process of every running server."""
        return {one.place.code: (one.url, one.process.pid) for one in self.stations.values() if one.process}

    @contextmanager
    def running(self) -> Generator[None]:
        """Servers for all stations; they are stopped in the end, whatever happens, unless they are to be kept."""
        done = False
        try:
            for station in self.stations.values():
                station.office = self._office(station.folder)
                station.start(self.time)
            for station in self.stations.values():
                station.ready()
            yield
            done = True
        finally:
            kept = self.keep and done
            for station in self.stations.values():
                if station.process is not None and not kept:
                    station.process.terminate()
            for station in self.stations.values():
                (station.leave if kept else station.stop)()

    def _make(self, place: Platform) -> None:
        folder = self.folder / "platforms" / place.code
        regions = [place.region.rstrip("0")] if place.role != "nation" else ["*"]
        file = admission.create(folder, place.role, place.code, place.name, regions)  # pyright: ignore[reportArgumentType]  a role's name
        if place.role != "city":
            # what a city has approved needs no second review
            file.write_text(file.read_text("utf-8").replace('filing = "manual"', 'filing = "auto"'), "utf-8")
        if place.parent:
            admission.install(folder, admission.admit(self.stations[place.parent].office.setup, admission.read_identity(folder)))
        self.stations[place.code] = Station(place, folder, self._office(folder), keep=self.keep)

    def _office(self, folder: Path) -> Office:
        """The office on the platform's store; read anew once all peers are admitted."""
        setup = load(folder)
        return Office(setup, self.registry, Store.open(setup.store_url, create=True), self.clock)
