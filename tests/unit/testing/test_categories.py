"""A category's part in the demo: which one is meant, what its truth is where records stay below, and its little world."""

from dataclasses import replace

import pytest

from tracekit.errors import TracekitError
from tracekit.loader import installed
from tracekit.testing import grow
from tracekit.testing.demo.categories import parts_beside
from tracekit.testing.demo.category_show import category_of
from tracekit.testing.generator import chains_of
from tracekit.testing.places import CITIES
from tracekit.testing.truth import count, sum_levels
from tracekit.testing.world import Event

SEED = 20261120


@pytest.mark.parametrize("name", ["special-equipment", "special_equipment"])
def test_a_category_is_meant_with_either_dash(name: str) -> None:
    assert category_of(installed(), name) == "special_equipment"


def test_without_a_chain_it_says_which_have_one() -> None:
    registry = installed()
    bare = replace(registry, chains={id_: one for id_, one in registry.chains.items() if one.category != "food"})
    with pytest.raises(TracekitError) as raised:
        category_of(bare, "food")
    assert raised.value.code == "TK-CLI-008"
    assert "meat_veg" in raised.value.params["expected"]
    assert "food" not in raised.value.params["expected"]


def test_what_stays_below_is_counted_below_only() -> None:
    def goes_up(platform: str, event: Event) -> bool:
        return event.flat["kind"] != "food.dispatch" and platform.startswith("city-")

    world = grow(chains_of("food"), SEED)
    levels, all_up = sum_levels(count(world, goes_up)), sum_levels(count(world))
    dispatched = [event for event in world.of("food.dispatch") if not event.problem]
    assert levels["city"] == all_up["city"]
    assert levels["province"].total == all_up["province"].total - len(dispatched)
    assert levels["nation"].total == 0


def test_backfilled_is_what_one_is_told_it_is() -> None:
    world = grow(chains_of("food"), SEED)
    assert count(world, backfilled=lambda event: True)["nation"].backfilled == count(world)["nation"].total
    assert 0 < count(world)["nation"].backfilled < count(world)["nation"].total


def test_little_worlds_stand_in_one_country_without_a_number_twice() -> None:
    world = grow(chains_of(), SEED)
    parts = parts_beside(world, installed(), "meat_veg")
    worlds = [world, *(part.world for part in parts)]
    assert {part.category for part in parts} == {one.category for one in installed().chains.values()} - {"meat_veg"}
    codes = [one.code for each in worlds for one in each.enterprises]
    nodes = [node.ref for each in worlds for one in each.enterprises for node in one.nodes]
    assert (len(set(codes)), len(set(nodes))) == (len(codes), len(nodes))
    for part in parts:
        assert {one.city for one in part.world.enterprises} <= set(CITIES[1:])
        assert part.world.traces
        assert all(event.node.state != "silent" for trace in part.world.traces for event in trace.path)
