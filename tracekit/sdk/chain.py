"""A synthetic chain that a category tells in one JSON file, so that no plugin needs Python for it.

`chain.json` holds `places` (who reports, in which city), `lines` (the goods: values of their own), `steps` (the records,
in order of time), `breaks` (how records go wrong) and `traces` (whose way is worth remembering). Every text of a step's
record is a template in Python's format language: `{plant.node}`, `{line[product]}`, `{intake[items][0][ref]}`,
`{day:+30}`, `{day:+6m}`, `{day:%y%m%d}`, `{some:800-1200}`, `{weight:*0.12}`. A text that is one name alone gives the
value itself; what is then null falls away.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from string import Formatter
from typing import Any

from tracekit.sdk.checks import months_later
from tracekit.sdk.types import Chain
from tracekit.spec.lexical import decimal_fault, decimal_text
from tracekit.trees import is_array, is_object

Flat = dict[str, Any]

_format = Formatter()
_TENTH = Decimal("0.1")


def table_chain(category: str, specs: Path) -> Chain:
    """The chain of a category that its `chain.json` tells."""
    return Chain(f"{category}.table", category, lambda world: grow_table(json.loads((specs / "chain.json").read_text("utf-8")), world))


def grow_table(told: Flat, world: Any) -> None:
    """Grow what a chain file tells: in every city its places, and for every line as many lots as the world's size says."""
    for at in range(len(world.cities)):
        places = {name: _found(world, at, row) for name, row in told["places"].items()}
        runs = [(line, lot) for line in told["lines"] for lot in range(world.size.lots)]
        late = world.share(len(runs), world.rates.late)
        for number, (line, lot) in enumerate(runs):
            _Lot(world, places, line, number=number + 1, late=number in late).play(told["steps"], lot)
    for row in told.get("breaks", ()):
        world.can_break(row["kind"], row["code"], partial(_spoil, row))
    _remember(world, told.get("traces", ()))


def _spoil(row: Mapping[str, Any], flat: Flat) -> None:
    mend(flat, row)


def _found(world: Any, at: int, row: Mapping[str, Any]) -> "Place":
    city = world.cities[(at + row.get("city", 0)) % len(world.cities)]
    return Place(world.enterprise(city, row["name"], row["type"], Path(), row.get("county", 0)))


def _remember(world: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        for event in world.of(row["kind"]):
            path: list[Any] = world.way_to(event)
            if not event.late and len(path) == row["length"]:
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


class _Day:
    """The lot's day: `{day}`, `{day:+30}`, `{day:-2}`, `{day:+6m}`, `{day:%y%m%d}`."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __format__(self, spec: str) -> str:
        if spec[:1] not in ("+", "-"):
            return self.day.strftime(spec) if spec else self.day.isoformat()
        moved = months_later(self.day, int(spec[:-1])) if spec.endswith("m") else self.day + timedelta(days=int(spec))
        return moved.isoformat()


class _Some:
    """A number by chance: `{some:800-1200}`."""

    def __init__(self, rng: Any) -> None:
        self.rng = rng

    def __format__(self, spec: str) -> str:
        low, _, high = spec.partition("-")
        return str(self.rng.randrange(int(low), int(high) + 1))


class _Number(str):
    """A quantity: `{weight}`, or times a factor `{weight:*0.12}`, to the tenth."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return decimal_text((Decimal(self) * Decimal(spec[1:])).quantize(_TENTH)) if spec.startswith("*") else str(self)


class _Lot:
    """One lot on its way through the steps; what each step wrote is known to the next under the step's id."""

    def __init__(self, world: Any, places: Mapping[str, Place], line: Flat, *, number: int, late: bool) -> None:
        self.world, self.places, self.line, self.late = world, places, line, late
        day, some = _Day(world.day_of(late)), _Some(world.rng)
        self.names: dict[str, Any] = {**places, "line": line, "number": number, "day": day, "some": some}
        self.events: dict[str, Any] = {}

    def play(self, steps: Iterable[Flat], lot: int) -> None:
        for step in steps:
            if all(self.line.get(name) in values for name, values in step.get("only", {}).items()) and lot < step.get("lots", lot + 1):
                self.step(step)

    def step(self, step: Flat) -> None:
        place = self.places[step["at"]]
        self.names |= {"here": place, "next": self.world.numbers.next(f"{step['id']} {place.code}")}
        for name, text in step.get("let", {}).items():
            self.names[name] = as_number(self.fill(text))
        flat = self.fill(step["record"])
        flat.setdefault("place", place.node)
        needs = [[self.events[one] for one in _choices(entry) if one in self.events] for entry in step.get("from", ())]
        event = self.world.add(flat, place.enterprise, [one for one in needs if one], late=self.late, warnings=step.get("warnings", ()))
        self.events[step["id"]], self.names[step["id"]] = event, event.flat

    def fill(self, template: Any) -> Any:
        """A template with every name in it replaced."""
        if is_object(template):
            filled = {name: self.fill(value) for name, value in template.items()}
            return {name: value for name, value in filled.items() if value is not None}
        if is_array(template):
            return [self.fill(one) for one in template]
        return self.text(template) if isinstance(template, str) else template

    def text(self, template: str) -> Any:
        parts = list(_format.parse(template))
        if len(parts) == 1 and not parts[0][0] and parts[0][1] and not parts[0][2]:
            value = _format.get_field(parts[0][1], (), self.names)[0]
            return deepcopy(value) if value is None or is_object(value) or is_array(value) or type(value) is int else f"{value}"
        return _format.vformat(template, (), self.names)


def _choices(entry: Any) -> Sequence[str]:
    return entry if is_array(entry) else [entry]


def as_number(value: Any) -> Any:
    """A text that is a decimal as a quantity that templates can multiply; all else as it is."""
    return _Number(value) if isinstance(value, str) and not decimal_fault(value) else value


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
