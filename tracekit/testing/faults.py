"""What goes wrong in the synthetic world: a silent node, a bad node, broken codes, lost slips, rows sent twice."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import cycle

from tracekit.testing.world import Event, Node, World


def apply_faults(world: World) -> None:
    """Spoil the world at its rates; what leads to a remembered trace stays whole."""
    kept = {id(event) for trace in world.traces for event in world.upstream(trace.path[-1])}
    busy = {id(event.node) for event in world.events}
    for node in _nodes(world):
        node.state = "traded" if id(node) in busy else "nothing"
    if (silent := _shop(world, 0)) is not None:
        silent.state = "silent"
    worst = _shop(world, 1)
    free = [event for event in world.delivered() if id(event) not in kept and not event.late]
    _lose_slips(world, [event for event in free if event.node is not worst])
    for kind in world.breaks:
        of_kind = [event for event in free if event.flat["kind"] == kind and event.node is not worst]
        _break(world, of_kind, world.rates.broken)
    if worst is not None:
        _break_node(world, worst, free)
    _repeat(world, free)


def worst_node(world: World) -> Node | None:
    """The node with many problems."""
    return _shop(world, 1)


def _nodes(world: World) -> list[Node]:
    return [node for enterprise in world.enterprises for node in enterprise.nodes]


def _shop(world: World, city: int) -> Node | None:
    """The last retail market of a city."""
    code = world.cities[city % len(world.cities)].code
    shops = [node for node in _nodes(world) if node.city.code == code and node.type == "retail_market"]
    return shops[-1] if shops else None


def _lose_slips(world: World, free: Sequence[Event]) -> None:
    for kind, lose in world.unslipped.items():
        events = [event for event in free if event.flat["kind"] == kind]
        for at in sorted(world.share(len(events), world.rates.missing_slips)):
            lose(events[at])
            events[at].slipless = True


def _break(world: World, events: Sequence[Event], rate: float) -> None:
    whole = [event for event in events if not event.slipless and not event.problem]
    hit = sorted(world.share(len(whole), rate))
    _spoil(world, [whole[at] for at in hit])


def _break_node(world: World, node: Node, free: Sequence[Event]) -> None:
    of_node = [event for event in free if event.node is node and event.flat["kind"] in world.breaks]
    everything = [event for event in world.delivered() if event.node is node]
    count = min(len(of_node), round(len(everything) * world.rates.problem_node))
    _spoil(world, world.rng.sample(of_node, count))


def _spoil(world: World, events: Sequence[Event]) -> None:
    """Use the ways of a kind in turn, so that each shows up."""
    turns = {kind: cycle(ways) for kind, ways in world.breaks.items()}
    for event in events:
        way = next(turns[event.flat["kind"]])
        event.whole = deepcopy(event.flat)
        way.spoil(event.flat)
        event.problem = way.code


def _repeat(world: World, free: Sequence[Event]) -> None:
    good = [event for event in free if not event.problem]
    for at in sorted(world.share(len(good), world.rates.duplicates)):
        good[at].copies = 2
