"""The told chain joins: from the canteen back to the plot, from the till back to hen house, pond and ear tag; it promises all findings."""

from collections import defaultdict
from functools import cache

from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.generator import chains_of

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
FROM_FARM = ("harvest", "farm_dispatch")


@cache
def _joined() -> tuple[list[str], dict[int, set[int]], dict[int, str]]:
    world = grow([chain for chain in chains_of("meat_veg") if chain.id == "meat_veg.table"], 7, rates=CALM)
    checks = Checks(installed())
    sealed = seal_flat([event.flat for event in world.events], installed(), b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    for event, judged in zip(world.events, outcome.judged, strict=True):
        assert [finding.code for finding in judged.findings] == event.warnings, event.id
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    kinds = [one.kind.partition(".")[2] for one in outcome.judged]
    return kinds, sources, {-at: event.enterprise.city.code for at, event in enumerate(world.events, 1)}


def _ways(last: str) -> set[tuple[str, ...]]:
    """The kinds on the way to each record of a kind, along what was made or moved, not what only vouches for it."""
    kinds, sources, _ = _joined()
    vouching = {"promise_issue", "quarantine_issue", "input_use", "immunisation"}
    ways = set[tuple[str, ...]]()
    for at, kind in enumerate(kinds, 1):
        if kind == last:
            way, here = list[str](), -at
            while before := [one for one in sources[here] if kinds[-one - 1] not in vouching]:
                here = max(before)
                way.insert(0, kinds[-here - 1])
            ways.add(tuple(way))
    return ways


def test_a_canteen_finds_the_plot() -> None:
    assert _ways("group_intake") == {("planting", *FROM_FARM, "market_intake", "market_trade")}


def test_a_till_slip_finds_the_herd_and_the_animal() -> None:
    through_slaughter = ("slaughter_intake", "slaughter", "meat_inspection", "meat_dispatch")
    assert _ways("retail_sale") == {
        ("breeding", *FROM_FARM, "supermarket_intake"),
        ("breeding", "farm_dispatch", *through_slaughter, "supermarket_intake"),
    }


def test_papers_tests_and_treatments_join_what_they_concern() -> None:
    kinds, sources, _ = _joined()
    found: dict[str, set[str]] = defaultdict(set)
    for at, kind in enumerate(kinds, 1):
        found[kind] |= {kinds[-one - 1] for one in sources[-at]}
    assert found["input_use"] == {"planting", "breeding"}
    assert found["origin_test"] == {"harvest"}
    assert found["promise_issue"] == {"harvest"}
    assert found["quarantine_issue"] == {"breeding"}
    assert found["farm_dispatch"] == {"harvest", "promise_issue", "quarantine_issue", "breeding"}
    assert found["market_inspection"] == {"market_intake"}
    assert found["recall"] == {"farm_dispatch"}
    assert found["harmless_treatment"] == {"recall", "breeding"}


def test_the_way_leads_through_two_cities() -> None:
    _, sources, cities = _joined()
    assert any(cities[here] != cities[before] for here, all_before in sources.items() for before in all_before)
