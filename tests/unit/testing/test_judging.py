"""A world judged in order of time: each record with the facts of those before it in its city."""

import pytest

from tracekit.loader import installed
from tracekit.testing import Rates, grow, judged_in_order
from tracekit.testing.generator import chains_of
from tracekit.testing.world import Event

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)


@pytest.mark.parametrize("category", sorted({chain.category for chain in installed().chains.values()}))
def test_every_event_gets_what_its_chain_promises(category: str) -> None:
    world = grow(chains_of(category), 20261120)
    judged = judged_in_order(world, installed())
    assert len(judged) == len(world.delivered()) > 0
    for event, one in judged:
        codes = [finding.code for finding in one.findings if finding.code != "TK-LINK-001"]
        assert codes == ([event.problem] if event.problem else event.warnings), event.id


def _comes_from_elsewhere(event: Event) -> bool:
    return any(not any(one.enterprise.city == event.enterprise.city for one in choice) for choice in event.needs)


def test_a_link_is_broken_only_where_its_other_end_is_in_another_city() -> None:
    world = grow(chains_of("meat_veg"), 3, rates=CALM)
    judged = judged_in_order(world, installed())
    assert {event.id for event, one in judged if one.broken} == {event.id for event in world.events if _comes_from_elsewhere(event)}
    assert 0 < sum(one.broken for _, one in judged) < len(judged)


def test_what_was_recalled_before_is_known_after() -> None:
    world = grow(chains_of("food"), 3, rates=CALM)
    recall = world.of("food.recall")[0]
    dispatch = next(one for one in world.of("food.dispatch") if one.flat["items"][0]["ref"] == recall.flat["items"][0]["ref"])

    def said() -> list[str]:
        return next([finding.code for finding in one.findings] for event, one in judged_in_order(world, installed()) if event is dispatch)

    assert said() == []
    recall.flat["time"] = dispatch.flat["time"].replace("T05", "T04")
    assert len(said()) == 1
