"""What happens in the demo, one function an act; all of it goes through the interface that any sender uses."""

import random
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson

from tracekit.config import SourceSection
from tracekit.dock.outbox import Sent
from tracekit.platform import quality
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.platform.registry import Review
from tracekit.platform.sources import run_source
from tracekit.store.values import Filing, Refused
from tracekit.testing.demo.country import Country, Station
from tracekit.testing.demo.sender import Sender
from tracekit.testing.truth import Correction, Truth
from tracekit.testing.world import Flat

ThingT = TypeVar("ThingT")
AnswerT = TypeVar("AnswerT")

REVIEWER = "审核员（示范）"


@dataclass
class Break:
    """The line that was broken: which link, whether a package was under way then, and how often it was sent."""

    lower: str
    upper: str
    in_flight: bool = False
    attempts: int = 0
    waiting: int = 0


@dataclass
class Mended:
    """The problem that went back to its node: what it was, its feedback, and what came of the corrected record."""

    node: str
    key: str
    kind: str
    findings: tuple[str, ...] = ()
    deadline: str = ""
    answer: str = ""
    verdict: str = ""


@dataclass
class Filed:
    """Filing at the cities: how many passed review, and which code was newly assigned to whom."""

    approved: int = 0
    told: int = 0
    """How many of these their applicants learned by cursor."""
    assigned: dict[str, str] = field(default_factory=dict[str, str])
    wrong: list[str] = field(default_factory=list[str])
    """Codes that are not the ones that were next."""


def everywhere(call: Callable[[ThingT], AnswerT], things: Iterable[ThingT]) -> list[AnswerT]:
    """Call for all things at the same time, in threads."""
    listed = list(things)
    with ThreadPoolExecutor(max_workers=max(1, min(3, len(listed)))) as pool:
        return list(pool.map(call, listed))


def by_city(senders: Iterable[Sender]) -> list[list[Sender]]:
    """The senders of each city."""
    found: dict[str, list[Sender]] = {}
    for sender in senders:
        found.setdefault(sender.truth.city, []).append(sender)
    return list(found.values())


def in_turn(senders: Iterable[Sender], call: Callable[[Sender], object]) -> None:
    """Call for every sender, the cities beside each other."""

    def work(group: list[Sender]) -> None:
        for one in group:
            call(one)

    everywhere(work, by_city(senders))


def file_all(country: Country, senders: Iterable[Sender], filings: Iterable[Flat]) -> Filed:
    """Enterprises file themselves, their nodes and merchants; each city reviews; the last merchant of a node asks for its code."""
    own: dict[str, list[Flat]] = {}
    wanted: dict[str, str] = {}
    for flat in without_last_codes(filings, wanted):
        own.setdefault(flat["origin"], []).append(flat)
    listed = [one for one in senders if one.truth.code in own]
    in_turn(listed, lambda one: one.file(own[one.truth.code]))
    filed = Filed()
    for station in country.levels["city"]:
        _review(station.office, filed, wanted)
    filed.wrong = [f"{key}: {code}" for key, code in filed.assigned.items() if wanted[key] != f"merchant:{code}"]
    filed.told = sum(map(sum, everywhere(_learn, by_city(listed))))
    return filed


def _learn(senders: Iterable[Sender]) -> list[int]:
    """How many filings each applicant is told to be approved, with their codes where they asked for one."""
    return [sum(row["state"] == "approved" for row in one.client.filings()["filings"]) for one in senders]


def without_last_codes(flats: Iterable[Flat], wanted: dict[str, str]) -> list[Flat]:
    """The filings, the last merchant of each node without its code: review must find the very same one.

    Args:
        wanted: filled with key → the code that review must assign.
    """
    last = {flat["node"]: flat["key"] for flat in flats if flat["kind"] == "core.merchant"}
    found: list[Flat] = []
    for flat in flats:
        if flat["kind"] == "core.merchant" and last[flat["node"]] == flat["key"] and not flat["key"].endswith("0000"):
            wanted[flat["key"]] = flat["ref"]
            flat = {name: value for name, value in flat.items() if name != "ref"}  # noqa: PLW2901  the same filing
        found.append(flat)
    return found


def _review(office: Office, filed: Filed, wanted: Mapping[str, str]) -> None:
    """Approve what the checks let through: first all that has its code, then those that need one."""
    waiting: list[Filing] = []
    while page := office.store.filings(waiting[-1].seq if waiting else 0, 1000, state="pending"):
        waiting += page
    stored = office.store.records(one.record_id for one in waiting)
    reception = Reception(office)
    for needs_code in (False, True):
        with office.store.receiving([]) as tx:
            tx.lock_links()
            review = Review(office, tx)
            for filing in waiting:
                one = stored[filing.record_id]
                if (one.key in wanted and filing.kind == "core.merchant") == needs_code:
                    record = orjson.loads(one.body)
                    decided = review.approve(filing, record, REVIEWER, reception.up(filing.kind, record["category"]))
                    filed.approved += 1
                    if needs_code:
                        filed.assigned[one.key] = decided.assigned_code


def deliver(senders: Iterable[Sender]) -> None:
    """Every enterprise sends its files."""
    in_turn(senders, lambda one: one.send_all())


def report_days(senders: Iterable[Sender], truth: Truth) -> None:
    """Nodes report their day: traded or nothing to report; the silent one says nothing."""
    states = {one.node: one.state for one in truth.statements}
    in_turn(senders, lambda one: one.report(truth.day, {node: states[node] for node in one.truth.nodes if node in states}))


def dock(station: Station) -> Sent:
    """Send up what waits."""
    return outbox_up(station.office).run()


def dock_over_a_break(country: Country, lower: Station, upper: Station, seed: int) -> Break:
    """Dock while the server above is killed at a seeded moment; it comes back, and the same package is repeated."""
    told = Break(lower.place.code, upper.place.code)
    moment = random.Random(seed).uniform(0.04, 0.12)
    killed = threading.Event()

    def kill() -> None:
        told.in_flight = True
        upper.kill()
        killed.set()

    def back(seconds: float) -> None:
        del seconds
        killed.wait()
        told.attempts += 1
        told.waiting = lower.office.store.outbox_waiting(upper.place.code)
        upper.start(country.time)
        upper.ready()

    timer = threading.Timer(moment, kill)
    outbox = outbox_up(lower.office, wait=back)
    outbox.session.describe()
    timer.start()
    outbox.run()
    timer.cancel()
    timer.join()
    if not told.attempts:
        _between_two_packages(country, upper, told)
    return told


def _between_two_packages(country: Country, upper: Station, told: Break) -> None:
    """The package was quicker than the fault: break the line all the same, for whoever comes next."""
    told.in_flight = False
    upper.kill()
    upper.start(country.time)
    upper.ready()


def mend(country: Country, senders: Iterable[Sender], correction: Correction) -> Mended:
    """A city sends a problem back to its node; the node corrects the row, sends it again and answers."""
    told = Mended(correction.node, correction.key, correction.kind)
    office = country.stations[correction.city].office
    quality.send_back(office, [_refused(office, correction).id])
    sender = next(one for one in senders if one.truth.code == correction.enterprise)
    asked = sender.client.feedback()["feedback"][0]
    told.findings = tuple(one["code"] for one in asked["findings"] if one["level"] == "error")
    told.deadline = asked["deadline"]
    receipt = sender.send(sender.read(correction.settings))[0]
    told.verdict = "accepted" if receipt.counts["valid"] == 1 else "problem"
    told.answer = sender.client.answer(asked["id"], "corrected")["state"]
    return told


def _refused(office: Office, correction: Correction) -> Refused:
    found = office.store.quarantine_export("new", node=correction.node.removeprefix("node:"))
    return next(one for one in found if (one.origin, one.kind, one.key) == (correction.enterprise, correction.kind, correction.key))


def feeds(country: Country) -> list[dict[str, Any]]:
    """Feeds written by others, read by a province itself: EPCIS documents, and price lists where they are at hand."""
    office = country.levels["province"][0].office
    return [_feed(office, name, settings) for name, settings in feed_settings(country.folder / "feeds")]


def feed_settings(folder: Path) -> list[tuple[str, Path]]:
    """The settings files of the feeds that are at hand: in a checkout the EPCIS examples, beside it the price lists."""
    checkout = Path(__file__).parents[3]
    found: list[tuple[str, Path]] = []
    if (epcis := checkout / "examples" / "sources" / "epcis" / "source.toml").is_file():
        found.append(("epcis", epcis))
    prices, lists = checkout / "examples" / "sources" / "wholesale-prices", checkout.parent / "shared" / "data" / "feeds"
    if prices.is_dir() and lists.is_dir():
        found.append(("prices", _where_they_lie(prices, lists, folder)))
    return found


def _where_they_lie(example: Path, lists: Path, folder: Path) -> Path:
    """The example's settings with absolute paths, so that the lists are read where they lie."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (example / "source.toml").read_text("utf-8").replace("market_price_", f"{lists.resolve()}/market_price_")
    (folder / "mapping.csv").write_bytes((example / "mapping.csv").read_bytes())
    settings = folder / "prices.toml"
    settings.write_text(text, "utf-8")
    return settings


def _feed(office: Office, name: str, settings: Path) -> dict[str, Any]:
    done = run_source(office, Reception(office), SourceSection(name=name, settings=str(settings)))
    return {"name": name, "rows": done.rows, "receipts": len(done.receipts), "findings": done.worst, **done.counts}
