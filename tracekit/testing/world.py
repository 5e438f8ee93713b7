"""The synthetic world: enterprises, nodes, merchants and events, with the truth kept beside every record."""

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tracekit.testing.numbers import Numbers
from tracekit.testing.places import CITIES, City

Flat = dict[str, Any]


@dataclass(frozen=True)
class Rates:
    """How often things go wrong; each is a share between 0 and 1."""

    returned: float = 0.04
    late: float = 0.1
    duplicates: float = 0.03
    broken: float = 0.02
    missing_slips: float = 0.03
    wrong_units: float = 0.1
    problem_node: float = 0.3


@dataclass(frozen=True)
class Size:
    """How much a city trades on the day."""

    lots: int
    wholesalers: int
    stalls: int
    crops: int
    sales: int
    cities: int | None = None
    """In how many cities the chains of tables begin; in all where it is not said."""


SIZES = {"least": Size(1, 1, 2, 1, 1, 1), "small": Size(2, 2, 4, 3, 1), "demo": Size(6, 6, 54, 18, 8), "large": Size(24, 12, 160, 72, 12)}


@dataclass
class Merchant:
    """A merchant at a node."""

    ref: str
    name: str
    type: str
    node: "Node"
    stall: str = ""
    card: str = ""


@dataclass
class Node:
    """A place of business. `state` is what its day looked like: traded, nothing (零报告) or silent."""

    ref: str
    name: str
    type: str
    city: City
    county: str
    uscc: str
    merchants: list[Merchant] = field(default_factory=list[Merchant])
    state: str = "traded"

    @property
    def code(self) -> str:
        """The nine digits."""
        return self.ref.partition(":")[2]

    @property
    def itself(self) -> Merchant:
        """The node acting as merchant: serial 0000."""
        return self.merchants[0]


@dataclass
class Enterprise:
    """A system that reports: its origin code, who answers for it, and the folder that says how its files look (`style`)."""

    code: str
    name: str
    city: City
    uscc: str
    style: Path
    nodes: list[Node] = field(default_factory=list[Node])
    category: str = ""
    """The category of the chain it was founded for."""
    filed: dict[str, Flat] = field(default_factory=dict[str, Flat])
    """What its filings as `subject` and `node` say beyond what every such filing says."""


LATE_DAYS = 6
"""How many days ago late goods were traded: beyond every reporting window."""

FILED_DAYS = 30
"""How many days ago everything was filed."""

Needs = list[list["Event"]]


@dataclass
class Event:
    """A record with its truth: `needs` lists what it came from, each entry a choice of events of which one must be known."""

    flat: Flat
    enterprise: Enterprise
    node: Node
    needs: Needs = field(default_factory=list[list["Event"]])
    late: bool = False
    problem: str = ""
    warnings: list[str] = field(default_factory=list[str])
    copies: int = 1
    slipless: bool = False
    whole: Flat | None = None
    """The record as it should have been, where it was spoiled."""

    @property
    def id(self) -> tuple[str, str, str]:
        """Origin, kind and key."""
        return self.flat["origin"], self.flat["kind"], self.flat["key"]


class Break(NamedTuple):
    """A way to spoil a record: the code it must then get, and the function that spoils the flat record in place."""

    code: str
    spoil: Callable[[Flat], object]


class Trace(NamedTuple):
    """A ref and the events that lead to it, upstream first; where the way forks, along what is named first."""

    ref: str
    name: str
    path: tuple[Event, ...]


@dataclass
class World:
    """What chains grow in. Everything random comes from `rng`, so a seed gives the same world."""

    seed: int
    day: date
    size: Size
    rates: Rates
    cities: Sequence[City] = CITIES
    events: list[Event] = field(default_factory=list[Event])
    enterprises: list[Enterprise] = field(default_factory=list[Enterprise])
    traces: list[Trace] = field(default_factory=list[Trace])
    breaks: dict[str, list[Break]] = field(default_factory=dict[str, list[Break]])
    unslipped: dict[str, Callable[[Event], object]] = field(default_factory=dict[str, Callable[[Event], object]])
    numbers: Numbers = field(default_factory=Numbers)
    category: str = ""
    """That of the chain which grows."""
    filed: list[tuple[Enterprise, Flat]] = field(default_factory=list[tuple[Enterprise, Flat]])
    """Filings of products, devices and assets with who files them."""
    rng: random.Random = field(init=False)
    _nodes: dict[str, Node] = field(default_factory=dict[str, Node])

    def __post_init__(self) -> None:
        self.rng = random.Random(f"tracekit {self.seed}")

    def enterprise(self, city: City, name: str, node_type: str, style: Path, county: int = 0) -> Enterprise:
        """Found an enterprise with one node, which is also its own merchant; no node where `node_type` is empty."""
        area = city.counties[county % len(city.counties)]
        uscc = self.numbers.credit_code(area)
        code = f"ent-{area}-{self.numbers.next('enterprise'):03d}"
        found = Enterprise(code, f"示范{name}（{city.name}）", city, uscc, style, category=self.category)
        if node_type:
            found.nodes.append(self._node(found, node_type, area))
        self.enterprises.append(found)
        return found

    def _node(self, owner: Enterprise, node_type: str, area: str) -> Node:
        node = Node(f"node:{self.numbers.node(area)}", owner.name, node_type, owner.city, area, f"uscc:{owner.uscc}")
        node.merchants.append(Merchant(f"merchant:{node.code}0000", node.name, "other", node))
        self._nodes[node.ref] = node
        return node

    def merchant(self, node: Node, type_: str, stall: str = "") -> Merchant:
        """Register a merchant at a node."""
        number = self.numbers.next("merchant name")
        found = Merchant(f"merchant:{self.numbers.merchant(node.code)}", f"示范商户{number:04d}", type_, node, stall)
        node.merchants.append(found)
        return found

    def share(self, count: int, rate: float) -> set[int]:
        """Which of `count` things a rate hits: a fixed number, at least one where the rate is not zero."""
        hit = min(count, max(1, round(count * rate))) if rate > 0 and count else 0
        return set(self.rng.sample(range(count), hit))

    def day_of(self, late: bool) -> date:
        """The business day, or a day long past for late goods."""
        return self.day - timedelta(days=LATE_DAYS if late else 0)

    def add(self, flat: Flat, enterprise: Enterprise, needs: Needs, *, late: bool = False, warnings: Sequence[str] = ()) -> Event:
        """Take a flat record into the world as an event, completing what every record has."""
        node = self._nodes.get(flat.get("place", "")) or enterprise.nodes[0]
        known = {
            "origin": enterprise.code,
            "reporter": f"uscc:{enterprise.uscc}",
            "category": flat["kind"].partition(".")[0],
            "region": node.county,
            "place": node.ref,
        }
        event = Event(deepcopy({**known, **flat}), enterprise, node, needs, late, "", list(warnings))
        self.events.append(event)
        return event

    def file(self, flat: Flat, enterprise: Enterprise) -> Flat:
        """Take a filing into the world, completing what every filing has."""
        day = (self.day - timedelta(days=FILED_DAYS)).isoformat()
        known = {
            "origin": enterprise.code,
            "reporter": f"uscc:{enterprise.uscc}",
            "time": day,
            "category": enterprise.category,
            "region": enterprise.nodes[0].county if enterprise.nodes else enterprise.city.counties[0],
        }
        found = {**known, **flat}
        self.filed.append((enterprise, found))
        return found

    def of(self, kind: str) -> list[Event]:
        """All events of a kind."""
        return [event for event in self.events if event.flat["kind"] == kind]

    def can_break(self, kind: str, code: str, spoil: Callable[[Flat], object]) -> None:
        """Tell how a record of a kind may go wrong, and the code it then gets."""
        self.breaks.setdefault(kind, []).append(Break(code, spoil))

    def can_lose_slip(self, kind: str, lose: Callable[[Event], object]) -> None:
        """Tell how a record of a kind may have lost its slip; `lose` also mends the event's needs."""
        self.unslipped[kind] = lose

    def way_to(self, event: Event, *, forks: bool = False) -> list[Event]:
        """The events that lead to one, upstream first; where the way forks it is empty, or goes along what is named first."""
        way = [event]
        while needs := way[0].needs:
            if not forks and (len(needs) > 1 or len(needs[0]) != 1):
                return []
            way.insert(0, needs[0][0])
        return way

    def upstream(self, event: Event) -> list[Event]:
        """All events that lead to one, itself first."""
        found, waiting = {id(event): event}, [event]
        while waiting:
            for before in (one for choice in waiting.pop().needs for one in choice):
                if id(before) not in found:
                    found[id(before)] = before
                    waiting.append(before)
        return list(found.values())

    def remember(self, name: str, ref: str, path: Sequence[Event]) -> None:
        """Keep a way whose answer is known; nothing that leads to its end goes wrong."""
        self.traces.append(Trace(ref, name, tuple(path)))

    def delivered(self) -> list[Event]:
        """The events that reach a platform: those of silent nodes never do."""
        return [event for event in self.events if event.node.state != "silent"]
