"""Builds a synthetic country: a trading day of seeded chains, the enterprises' own files, and the truth beside them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tracekit.sdk import Chain
from tracekit.testing import truth as truths
from tracekit.testing.faults import apply_faults, worst_node
from tracekit.testing.filing import filings
from tracekit.testing.numbers import Numbers
from tracekit.testing.places import CITIES, City, platforms
from tracekit.testing.sources import SourceFile, write_correction, write_enterprises
from tracekit.testing.truth import Correction, EnterpriseTruth, Truth
from tracekit.testing.world import SIZES, Enterprise, Rates, World

DAY = date(2026, 11, 20)
PLAIN = "meat_veg.day"
"""The chain of the plain demo, whose enterprises write files of their own layouts."""


def grow(
    chains: Iterable[Chain],
    seed: int,
    size: str = "small",
    day: date = DAY,
    rates: Rates | None = None,
    *,
    cities: Sequence[City] = CITIES,
    numbers: Numbers | None = None,
) -> World:
    """A world with its chains grown and its faults applied; nothing is written.

    Args:
        numbers: those of another world in the same country, which this one goes on from.
    """
    world = World(seed, day, SIZES[size], rates or Rates(), cities, numbers=numbers or Numbers())
    for chain in sorted(chains, key=lambda one: one.id):
        world.category = chain.category
        chain.grow(world)
    apply_faults(world)
    return world


def build(
    folder: Path,
    seed: int,
    size: str = "small",
    *,
    day: date = DAY,
    rates: Rates | None = None,
    chains: Iterable[Chain] | None = None,
) -> Truth:
    """Grow a world and write its enterprises' files under `folder`; the same arguments give the same bytes.

    Args:
        day: the business day. What is not meant to be late happened on it or the evening before.
        chains: that of the plain demo where none are given.
    """
    return write_world(folder, grow(chains_of() if chains is None else chains, seed, size, day, rates), size)


def write_world(folder: Path, world: World, size: str = "") -> Truth:
    """Write a grown world's files and say what must come of them."""
    written = write_enterprises(folder, world)
    by_platform = truths.count(world)
    worst = worst_node(world)
    return Truth(
        seed=world.seed,
        size=size,
        day=world.day.isoformat(),
        platforms=platforms(tuple(world.cities)),
        enterprises=tuple(_enterprise(folder, one, written[one.code]) for one in world.enterprises),
        levels=truths.sum_levels(by_platform),
        by_platform=by_platform,
        findings=truths.count_findings(world),
        filings=filings(world),
        statements=truths.statements(world),
        silent=tuple(node.ref for one in world.enterprises for node in one.nodes if node.state == "silent"),
        reporting=_reporting(world),
        worst=worst.ref if worst else "",
        correction=_correction(folder, world),
        traces=tuple(truths.traced(trace) for trace in world.traces),
    )


def chains_of(category: str = "") -> list[Chain]:
    """The chains that the installed plugin of a category brings; that of the plain demo where none is named."""
    from tracekit.loader import installed

    return [chain for chain in installed().chains.values() if (chain.category == category if category else chain.id == PLAIN)]


def _enterprise(folder: Path, enterprise: Enterprise, files: list[SourceFile]) -> EnterpriseTruth:
    counts = Counter({one.kind: len({event.id for event in one.events}) for one in files})
    return EnterpriseTruth(
        enterprise.code,
        enterprise.name,
        enterprise.city.platform,
        enterprise.uscc,
        folder / enterprise.code,
        tuple(one.settings for one in files),
        tuple(node.ref for node in enterprise.nodes),
        dict(counts),
    )


def _reporting(world: World) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for city in world.cities:
        nodes = [node for one in world.enterprises if one.city.code == city.code for node in one.nodes]
        found[city.platform] = (sum(node.state != "silent" for node in nodes), len(nodes))
    return found


def _correction(folder: Path, world: World) -> Correction | None:
    """The first problem of the worst node whose mended row changes nothing else: nobody depends on a till slip."""
    node = worst_node(world)
    leads_on = {id(one) for event in world.events for choice in event.needs for one in choice}
    spoiled = [one for one in world.delivered() if one.problem and one.node is node and id(one) not in leads_on]
    if not spoiled or node is None:
        return None
    event = spoiled[0]
    origin, kind, key = event.id
    settings = write_correction(folder / origin, event)
    return Correction(origin, event.enterprise.city.platform, node.ref, kind, key, event.problem, settings, event.whole or event.flat)
