"""A synthetic chain that a category tells in one JSON file, so that no plugin needs Python for it.

`chain.json` holds `places` (who reports, in which city), `lines` (the goods: values of their own), `steps` (the records,
in order of time), `breaks` (how records go wrong) and `traces` (whose way is worth remembering). Every text of a step's
record is a template in Python's format language. A text that is one name alone gives the value itself; what is then null
falls away. The names:

* `{plant.node}`, `.code`, `.uscc`, `.ref`, `.county`, `.name`: a place by its id; `{here.…}` is the step's own;
* `{line[product]}`: a value of the line; `{intake[items][0][ref]}`: what an earlier step of the lot wrote;
* `{day:+30}`, `{day:-1}`, `{day:+6m}`, `{day:-1M}` (last of the month before), `{day:%y%m%d}`, `{day:-1%1y%m%d}` (`%1y`: its last digit);
* `{some:800-1200}` a number by chance; what `let` gives: `{weight:*0.12}` to the tenth, `{weight:*0.12~0}` to whole ones,
  `{whole:-{part}}`, `{whole:+3}`;
* `{number}` of the lot in its city, `{next:04d}` of the step at its place, `{serial:07}` another one at every use,
  `{n:02}` in a loop;
* `{gs1:690123{serial:06}}`, `{mod11_10:…}`, `{uscc:…}`: digits with their check character.

A step with `times` writes as many records, told apart by `{n}`, and `{"times": 3, "each": {…}}` in a list (items, documents)
stands for as many entries. In the n-th of them, the name of a step that wrote several means its n-th record. `times` may be
a template. Items without `line` are numbered. `from` names the steps that a record comes from; an entry that is a list is a
choice, of which one must be known. Steps of `only` some lines, or for the first `lots` of a line alone.

A step whose record is a filing (`core.asset`, `core.product` …) files it with the city before anything is sent. What a
place's own filings say beyond their names stands under its `subject` and `node`: licences (`refs`), `roles` and the like.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tracekit.sdk.templates import CHECKED, Chance, Day, Serial, as_quantity, fill, nth
from tracekit.sdk.types import Chain
from tracekit.trees import is_array

Flat = dict[str, Any]

FILINGS = frozenset(("core.subject", "core.node", "core.merchant", "core.product", "core.device", "core.asset"))
"""Kinds that are filed, not reported."""


def table_chain(category: str, specs: Path) -> Chain:
    """The chain of a category that its `chain.json` tells."""
    return Chain(f"{category}.table", category, lambda world: grow_table(json.loads((specs / "chain.json").read_text("utf-8")), world))


def grow_table(told: Flat, world: Any) -> None:
    """Grow what a chain file tells: in as many cities as the world's size says its places, and for every line as many lots."""
    common = {"some": Chance(world.rng), "serial": Serial(lambda: world.numbers.next(f"serial {world.category}")), **CHECKED}
    for at in range(len(world.cities))[: world.size.cities]:
        places = {name: _found(world, at, row, common) for name, row in told["places"].items()}
        runs = [(line, lot) for line in told["lines"] for lot in range(world.size.lots)]
        late = world.share(len(runs), world.rates.late)
        for number, (line, lot) in enumerate(runs):
            names = {**common, **places, "line": line, "number": number + 1, "day": Day(world.day_of(number in late))}
            _Lot(world, places, names, late=number in late).play(told["steps"], lot)
    for row in told.get("breaks", ()):
        world.can_break(row["kind"], row["code"], partial(_spoil, row))
    _remember(world, told.get("traces", ()))


def _spoil(row: Mapping[str, Any], flat: Flat) -> None:
    mend(flat, row)


def _found(world: Any, at: int, row: Mapping[str, Any], common: Mapping[str, Any]) -> "Place":
    city = world.cities[(at + row.get("city", 0)) % len(world.cities)]
    place = Place(world.enterprise(city, row["name"], row["type"], Path(), row.get("county", 0)))
    names = {**common, "here": place, "day": Day(world.day)}
    place.enterprise.filed |= {name: fill(row[name], names) for name in ("subject", "node") if name in row}
    return place


def _remember(world: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        for event in world.of(row["kind"]):
            path: list[Any] = world.way_to(event, forks=True)
            if not event.late and len(path) == row.get("length", len(path)):
                world.remember(row["name"], value_at(event.flat, row["ref"]), path)
                break


@dataclass(frozen=True)
class Place:
    """An enterprise with its node, under the names that templates use."""

    enterprise: Any

    @property
    def node(self) -> str:
        """The ref of its node."""
        return self.enterprise.nodes[0].ref

    @property
    def code(self) -> str:
        """The nine digits of its node."""
        return self.enterprise.nodes[0].code

    @property
    def uscc(self) -> str:
        """Its 统一社会信用代码."""
        return self.enterprise.uscc

    @property
    def ref(self) -> str:
        """That code as a ref."""
        return f"uscc:{self.enterprise.uscc}"

    @property
    def county(self) -> str:
        """The county in which it stands."""
        return self.enterprise.nodes[0].county

    @property
    def name(self) -> str:
        """Its name."""
        return self.enterprise.name


class _Lot:
    """One lot on its way through the steps; what each step wrote is known to the next under the step's id."""

    def __init__(self, world: Any, places: Mapping[str, Place], names: Flat, *, late: bool) -> None:
        self.world, self.places, self.late = world, places, late
        self.written: dict[str, list[Flat]] = {}
        self.events: dict[str, list[Any]] = {}
        self.names: Flat = {**names, "written": self.written}

    def play(self, steps: Iterable[Flat], lot: int) -> None:
        line = self.names["line"]
        for step in steps:
            if all(line.get(name) in values for name, values in step.get("only", {}).items()) and lot < step.get("lots", lot + 1):
                self.written[step["id"]], self.events[step["id"]] = [], []
                for n in range(1, int(fill(step.get("times", 1), self.names)) + 1):
                    self.step(step, n)

    def step(self, step: Flat, n: int) -> None:
        place = self.places[step["at"]]
        self.names = nth(self.names, n) | {"here": place, "next": self.world.numbers.next(f"{step['id']} {place.code}")}
        for name, text in step.get("let", {}).items():
            self.names[name] = as_quantity(fill(text, self.names))
        flat = fill(step["record"], self.names)
        files = flat["kind"] in FILINGS
        self.written[step["id"]].append(self.world.file(flat, place.enterprise) if files else self.report(flat, step, n))

    def report(self, flat: Flat, step: Flat, n: int) -> Flat:
        place = self.places[step["at"]]
        flat.setdefault("place", place.node)
        for line, item in enumerate(flat.get("items", ()), 1):
            item.setdefault("line", line)
        needs = [one for entry in step.get("from", ()) for one in self.needed(entry, n, alone="times" not in step) if one]
        event = self.world.add(flat, place.enterprise, needs, late=self.late, warnings=step.get("warnings", ()))
        self.events[step["id"]].append(event)
        return event.flat

    def needed(self, entry: str | Sequence[str], n: int, *, alone: bool) -> list[list[Any]]:
        """All records of a step, the n-th of them where both steps write several, or a choice among the records of steps."""
        if not isinstance(entry, str):
            return [[event for name in entry for event in self.events.get(name, ())]]
        events = self.events.get(entry, [])
        return [[event] for event in (events if alone else events[min(n, len(events)) - 1 :][:1])]


def mend(record: Flat, row: Mapping[str, Any]) -> None:
    """Change a record in place: `set` values at dotted paths, `drop` what stands at others; entries of lists count from 1."""
    for path, value in row.get("set", {}).items():
        holder, name = _holder(record, path)
        holder[name] = deepcopy(value)
    for path in row.get("drop", ()):
        holder, name = _holder(record, path)
        del holder[name]


def value_at(record: Flat, path: str) -> Any:
    """What stands at a dotted path."""
    holder, name = _holder(record, path)
    return holder[name]


def _holder(record: Flat, path: str) -> tuple[Any, Any]:
    here: Any = record
    *outer, last = path.split(".")
    for name in outer:
        here = here[int(name) - 1] if is_array(here) else here[name]
    return here, int(last) - 1 if is_array(here) else last
