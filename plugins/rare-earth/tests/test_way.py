"""The synthetic chain joins: from the mine to the magnet factory, and from its scrap back to the smelter."""

from collections import defaultdict

from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.plugin_suite import Subject

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
FROM_MINE = ("mining", "sale", "intake", "separation", "sale", "intake")
FROM_SCRAP = ("scrap_sale", "intake", "scrap_recovery", "sale", "intake")


def test_every_intake_leads_back_to_a_mine_or_to_scrap() -> None:
    it = Subject("rare_earth")
    world = grow([chain for chain in it.registry.chains.values() if chain.category == it.id], 7, rates=CALM)
    sealed = seal_flat([event.flat for event in world.events], it.registry, b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = it.checks.judge(it.checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    ways = set[tuple[str, ...]]()
    for at, one in enumerate(outcome.judged, 1):
        way, here = [one.kind.partition(".")[2]], -at
        while sources[here]:
            assert len(sources[here]) == 1
            here = next(iter(sources[here]))
            way.insert(0, outcome.judged[-here - 1].kind.partition(".")[2])
        ways.add(tuple(way))
    assert {way for way in ways if way[-1] == "intake"} == {
        FROM_MINE[:3],
        FROM_MINE,
        (*FROM_MINE, "metal_smelting", "sale", "intake"),
        FROM_SCRAP[:2],
        FROM_SCRAP,
    }
    assert {way[-1] for way in ways if way[:-1] == FROM_MINE[:4]} == {"sale", "export", "stock_count"}
