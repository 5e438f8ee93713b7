"""What the synthetic world's platforms must come to, worked out from the generator's own knowledge and no other code."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tracekit.testing.places import Platform, platforms
from tracekit.testing.world import Event, Flat, Trace, World


@dataclass
class Counts:
    """The counters of a platform or a level; duplicates and broken links stand beside the total, never in it."""

    total: int = 0
    valid: int = 0
    problem: int = 0
    pending: int = 0
    backfilled: int = 0
    duplicates: int = 0
    broken: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The sum of two."""
        return Counts(**{name: value + getattr(other, name) for name, value in asdict(self).items()})


@dataclass(frozen=True)
class Statement:
    """What a node says of its day: traded with counts by kind, or nothing (零报告). A silent node says nothing at all."""

    city: str
    node: str
    name: str
    day: str
    state: str
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class EnterpriseTruth:
    """An enterprise: where its files lie, its nodes, and how many rows-made-records each source holds."""

    code: str
    name: str
    city: str
    uscc: str
    folder: Path
    sources: tuple[Path, ...]
    nodes: tuple[str, ...]
    records: Mapping[str, int]


@dataclass(frozen=True)
class Correction:
    """A problem to be mended in the demo: the record's names, its finding, and the settings of the file with the mended row."""

    enterprise: str
    city: str
    node: str
    kind: str
    key: str
    code: str
    settings: Path
    record: Flat


@dataclass(frozen=True)
class Traced:
    """A ref whose way is known: (origin, kind, key) of every event, upstream first, and the paper it begins with."""

    name: str
    ref: str
    path: tuple[tuple[str, str, str], ...]
    certificate: str
    platforms: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """Everything that is known of a built world."""

    seed: int
    size: str
    day: str
    platforms: tuple[Platform, ...]
    enterprises: tuple[EnterpriseTruth, ...]
    levels: Mapping[str, Counts]
    by_platform: Mapping[str, Counts]
    findings: Mapping[str, int]
    filings: Mapping[str, Sequence[Flat]]
    statements: tuple[Statement, ...]
    silent: tuple[str, ...]
    reporting: Mapping[str, tuple[int, int]]
    """City → nodes that said something of the day, and nodes filed there."""
    worst: str
    correction: Correction | None
    traces: tuple[Traced, ...]


GoesUp = Callable[[str, Event], bool]
"""Whether the platform of a code sends an event on to the one above it."""


def everything(platform: str, event: Event) -> bool:
    """All of it goes up."""
    del platform, event
    return True


def meant_late(event: Event) -> bool:
    """It was grown as late goods."""
    return event.late


def count(world: World, goes_up: GoesUp = everything, backfilled: Callable[[Event], bool] = meant_late) -> dict[str, Counts]:
    """The counters of every platform once all has arrived: a city has its own and what is refused, above comes what is valid."""
    tree = platforms(tuple(world.cities))
    parents = {one.code: one.parent for one in tree}
    here: dict[str, list[Event]] = {one.code: [] for one in tree}
    for event in world.delivered():
        code = event.enterprise.city.platform
        here[code].append(event)
        while parents[code] and not event.problem and goes_up(code, event):
            code = parents[code]
            here[code].append(event)
    return {code: _counts(events, backfilled, own=code.startswith("city-")) for code, events in here.items()}


def _counts(events: Sequence[Event], backfilled: Callable[[Event], bool], *, own: bool) -> Counts:
    valid = [event for event in events if not event.problem]
    known = {id(event) for event in valid}
    return Counts(
        total=len(events),
        valid=len(valid),
        problem=len(events) - len(valid),
        backfilled=sum(map(backfilled, events)),
        duplicates=sum(event.copies - 1 for event in events) if own else 0,
        broken=sum(_is_broken(event, known) for event in valid),
    )


def _is_broken(event: Event, known: set[int]) -> bool:
    """True if one of the things it came from has no known event."""
    return any(not any(id(one) in known for one in choice) for choice in event.needs)


def sum_levels(by_platform: Mapping[str, Counts]) -> dict[str, Counts]:
    """The platforms of a level added up: city, province, nation."""
    levels = {"city": Counts(), "province": Counts(), "nation": Counts()}
    for code, counts in by_platform.items():
        level = code.partition("-")[0]
        levels[level] = levels[level].plus(counts)
    return levels


def count_findings(world: World) -> dict[str, int]:
    """How often each finding of a single record is expected at the cities; broken links are counted as such."""
    found = Counter[str]()
    for event in world.delivered():
        found.update([event.problem] if event.problem else event.warnings)
    return dict(sorted(found.items()))


def statements(world: World) -> tuple[Statement, ...]:
    """What every node that reports says of the business day."""
    day = world.day.isoformat()
    counts: dict[str, Counter[str]] = {}
    for event in world.delivered():
        if event.flat["time"].startswith(day):
            counts.setdefault(event.flat["place"], Counter())[event.flat["kind"]] += 1
    return tuple(
        Statement(node.city.platform, node.ref, node.name, day, _said(counts, node.ref), dict(counts.get(node.ref, {})))
        for enterprise in world.enterprises
        for node in enterprise.nodes
        if node.state != "silent"
    )


def _said(counts: Mapping[str, Counter[str]], node: str) -> str:
    return "traded" if node in counts else "nothing"


def traced(trace: Trace) -> Traced:
    """A remembered trace as names."""
    first = next((paper["ref"] for paper in trace.path[0].flat.get("documents", ())), "")
    cities = dict.fromkeys(event.enterprise.city.platform for event in trace.path)
    return Traced(trace.name, trace.ref, tuple(event.id for event in trace.path), first, tuple(cities))


def identities(events: Iterable[Event]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The flat records by origin, kind and key."""
    return {event.id: event.flat for event in events}
