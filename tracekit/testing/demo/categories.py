"""The categories' chains in a demo's country: records without files, sent in order of time, and what came of them beside the truth."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from tracekit.pipeline.times import interval
from tracekit.platform import chain
from tracekit.platform.office import Office
from tracekit.registry import Registry
from tracekit.sdk import Chain
from tracekit.spec.messages import message
from tracekit.testing import truth as truths
from tracekit.testing.demo import acts
from tracekit.testing.demo.country import Country
from tracekit.testing.demo.figures import COUNTED, LAST, LEVELS, PLAIN, Outcome, Row, counted, events
from tracekit.testing.demo.sender import Sender
from tracekit.testing.filing import filings
from tracekit.testing.generator import grow
from tracekit.testing.judging import in_order
from tracekit.testing.places import CITIES
from tracekit.testing.truth import EnterpriseTruth
from tracekit.testing.world import Enterprise, Event, Flat, Rates, Trace, World

LINK = "TK-LINK-001"
"""A link that is not found yet: it heals when its other end comes, so it is no finding that a chain promises."""
HOUR = 3600
LEAST = "least"
TWO = CITIES[1:]
"""Two cities with a border between their provinces."""


@dataclass
class Part:
    """The part that a category plays: its world, and who reports in it."""

    category: str
    world: World
    folders: list[tuple[Path, EnterpriseTruth]] = field(default_factory=list[tuple[Path, EnterpriseTruth]])
    senders: dict[str, Sender] = field(default_factory=dict[str, Sender])

    def admit(self, country: Country) -> None:
        """Let the cities admit the enterprises, before servers run."""
        self.folders = [(country.admit(one), one) for one in map(_told, self.world.enterprises)]

    def enter(self, country: Country, stack: ExitStack) -> None:
        """Give every enterprise its client; the stack closes them."""
        for folder, told in self.folders:
            self.senders[told.code] = Sender.at(folder, told, country.registry, country.clock)
            stack.callback(self.senders[told.code].client.close)

    def filings(self) -> list[Flat]:
        """What is filed at all cities."""
        return [flat for flats in filings(self.world).values() for flat in flats]

    def deliver(self, city: str) -> None:
        """Send a city what happened there in order of time, as rules expect; an enterprise's records go together up to another's."""
        here = [event for event in in_order(self.world.delivered()) if event.enterprise.city.platform == city]
        for code, together in groupby(here, lambda event: event.enterprise.code):
            self.senders[code].send([event.flat for event in together for _ in range(event.copies)])


def part_of(registry: Registry, category: str, seed: int, size: str) -> Part:
    """A world for the chains of one category."""
    return Part(category, grow(_chains(registry, category), seed, size))


def parts_beside(world: World, registry: Registry, category: str) -> list[Part]:
    """A little world of its own for every other category, in two cities of the same country; numbers go on where `world` stopped."""
    others = sorted({chain.category for chain in registry.chains.values()} - {category})
    rates = Rates(late=0)  # with a lot a line, late lots might leave no way to remember
    return [Part(one, grow(_chains(registry, one), world.seed, LEAST, rates=rates, cities=TWO, numbers=world.numbers)) for one in others]


def _chains(registry: Registry, category: str) -> list[Chain]:
    return [chain for chain in registry.chains.values() if chain.category == category]


def _told(one: Enterprise) -> EnterpriseTruth:
    nodes = tuple(node.ref for node in one.nodes)
    return EnterpriseTruth(one.code, one.name, one.city.platform, one.uscc, Path(), (), nodes, {})


def play(country: Country, parts: Sequence[Part]) -> acts.Filed:
    """Everything from filing to the nation, for all parts at once."""
    senders = [sender for part in parts for sender in part.senders.values()]
    filed = acts.file_all(country, senders, [flat for part in parts for flat in part.filings()])
    acts.everywhere(lambda city: [part.deliver(city.place.code) for part in parts], country.levels["city"])
    for level in ("city", "province"):
        acts.everywhere(acts.dock, country.levels[level])
    return filed


def figures(country: Country, part: Part) -> Row:
    """What came of a category, beside what its chain knows; `differences` says what is not equal."""
    told: Row = {
        **_names(country, part.category),
        "events": len(part.world.delivered()),
        **_forwarded(country, part.category),
        **_counts(country, part),
        "filings": _filings(country, part),
        "findings": _findings(part),
        "traces": [_traced(country, part.category, one) for one in part.world.traces],
    }
    return {**told, "differences": list(_differences(told))}


def line(told: Row) -> Row:
    """A category in one line: what came of it, in numbers."""
    city, *_, nation = told["levels"]
    return {
        **{name: told[name] for name in ("category", "name_zh", "name_en")},
        "kinds": len(told["goes_up"]) + len(told["stays"]),
        "events": city["total"],
        "nation": nation["total"],
        "day_counts": told["day_counts"]["count"],
        "found": sum(one["count"] for one in told["findings"] if one["code"] != LINK),
        "way": max((len(one["path"]) for one in told["traces"]), default=0),
        "equal": not told["differences"],
    }  # fmt: skip  one line a table row


def plain(country: Country, outcome: Outcome) -> Row:
    """The plain demo's own day told as a category's."""
    return {
        **_names(country, PLAIN),
        **_forwarded(country, PLAIN),
        "levels": outcome.levels,
        "day_counts": {"count": 0, "known": 0},
        "findings": outcome.findings,
        "traces": [outcome.trace, outcome.vegetables],
        "differences": outcome.differences,
    }


def _names(country: Country, category: str) -> Row:
    known = country.registry.categories[category]
    return {"category": category, "name_zh": known.name_zh, "name_en": known.name_en}


def reaches(country: Country, kind: str, category: str) -> str:
    """The highest level that records of a kind come to."""
    for level in LEVELS[:-1]:
        if not country.levels[level][0].office.forwarding.goes_up(kind, category):
            return level
    return LEVELS[-1]


def _forwarded(country: Country, category: str) -> Row:
    """The kinds that reach the nation with the groups that stay below, and the kinds that are kept."""
    kinds = [kind.id for kind in country.registry.kinds.values() if kind.id.startswith(f"{category}.")]
    up = [kind for kind in kinds if reaches(country, kind, category) == LEVELS[-1]]
    lower = [country.levels[level][0].office.forwarding for level in LEVELS[:-1]]
    withheld = {kind: sorted(set[str]().union(*(one.withheld(kind) for one in lower))) for kind in up}
    return {"goes_up": withheld, "stays": [kind for kind in kinds if kind not in withheld]}


def _counts(country: Country, part: Part) -> Row:
    """The counters by level, and the day counts of what is kept that came to the nation."""

    def goes_up(platform: str, event: Event) -> bool:
        return country.stations[platform].office.forwarding.goes_up(event.flat["kind"], part.category)

    def backfilled(event: Event) -> bool:
        # what its tables alone refuse is never read as far as its time
        read = not event.problem or message(event.problem).rule in country.registry.rules
        hours = country.registry.kinds[event.flat["kind"]].window_hours
        return read and hours > 0 and evening > interval(event.flat.get("until", event.flat["time"]))[1] + hours * HOUR

    evening = interval(country.time)[0]
    rows = {one.place.code: events(one.office, part.category) for one in country.stations.values()}
    known = truths.sum_levels(truths.count(part.world, goes_up, backfilled))
    ends = [(reaches(country, event.flat["kind"], part.category), event) for event in part.world.delivered()]
    kept = [event for end, event in ends if end == "city" or (end == "province" and not event.problem)]
    filed = [one for one in part.filings() if reaches(country, one["kind"], part.category) != LEVELS[-1]]
    nation = country.levels["nation"][0].office
    told = [one.counts["total"] for one in nation.store.day_counts(0, LAST, besides=nation.code) if one.category == part.category]
    sums = {level: [rows[one.place.code] for one in country.levels[level]] for level in LEVELS}
    return {
        "levels": [{"level": level, **{name: sum(row[name] for row in sums[level]) for name in COUNTED}} for level in LEVELS],
        "expected": [counted(level, known[level]) for level in LEVELS],
        "day_counts": {"count": sum(told), "known": len(kept) + len(filed)},
    }


def _filings(country: Country, part: Part) -> Row:
    """How many of the filings that go up are approved at the nation."""
    office = country.levels["nation"][0].office
    going = [one for one in part.filings() if reaches(country, one["kind"], part.category) == LEVELS[-1]]
    return {"count": sum(_approved(office, one) for one in going), "known": len(going)}


def _approved(office: Office, flat: Flat) -> bool:
    stored = office.store.records_of(flat["origin"], flat["kind"], [flat["key"]])
    filed = [office.store.filing(one.record_id) for one in stored if one.current]
    return any(one is not None and one.state == "approved" for one in filed)


def _findings(part: Part) -> list[Row]:
    """Findings by code, as the receipts of the cities tell them (`params`: of one case), beside those that the chain promised."""
    results = [result for one in part.senders.values() for receipt in one.receipts for result in receipt.results]
    findings = [finding for result in results for finding in result.findings if finding.code != LINK]
    found, known = Counter(finding.code for finding in findings), truths.count_findings(part.world)
    params = {finding.code: dict(finding.params) for finding in findings}
    codes = sorted({*found, *known})
    return [{"code": one, "count": found[one], "known": known.get(one, 0), "params": params.get(one, {})} for one in codes]


def _traced(country: Country, category: str, trace: Trace) -> Row:
    """The way back from a ref, asked at the nation; where not all of it came there, at the city that holds its end."""
    end = trace.path[-1].enterprise.city.platform
    whole = all(reaches(country, event.flat["kind"], category) == LEVELS[-1] for event in trace.path)
    station = country.levels["nation"][0] if whole else country.stations[end]
    told = chain.trace(station.office, {"ref": trace.ref, "direction": "backward"})
    names = {one["id"]: [one[name] for name in ("origin", "kind", "key")] for one in told["vertices"] if "key" in one}
    known = [list(event.id) for event in _held(trace, "" if whole else end)]
    return {
        "name": trace.name,
        "ref": trace.ref,
        "at": station.place.code,
        "path": known if _joined(known, told["edges"], names) else [names[one] for one in told["path"]],
        "expected": known,
        **{name: told["counts"][name] for name in ("vertices", "edges", "gaps")},
    }


def _joined(way: Sequence[list[str]], edges: Iterable[Row], names: Mapping[str, list[str]]) -> bool:
    """True if a way stands in an answer edge by edge; where ways fork, an answer names one of them as its path."""
    steps = [(names.get(one["to"]), names.get(one["from"])) for one in edges]
    return all(step in steps for step in pairwise(way)) and way[0] in names.values()


def _held(trace: Trace, city: str) -> Iterator[Event]:
    """The events of a way from its end back, as far as one city holds them; all of it where no city is named."""
    for event in reversed(trace.path):
        if city and event.enterprise.city.platform != city:
            return
        yield event


def _differences(told: Row) -> Iterator[str]:
    category = told["category"]
    for mine, known in zip(told["levels"], told["expected"], strict=True):
        if mine != known:
            yield f"{category}: {mine} ≠ {known}"
    for name, row in (("day counts", told["day_counts"]), ("filings", told["filings"]), *((one["code"], one) for one in told["findings"])):
        if row["count"] != row["known"]:
            yield f"{category} {name}: {row['count']} ≠ {row['known']}"
    for one in told["traces"]:
        if one["path"] != one["expected"]:
            yield f"{category} {one['ref']}: {one['path']} ≠ {one['expected']}"
