"""The synthetic chain joins: the pipeline's own edges lead from a till slip back to the milk station."""

from collections import defaultdict

from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.generator import chains_of

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
MILK = [
    "raw_milk_handover",
    "raw_milk_intake",
    "production",
    "outgoing_inspection",
    "dispatch",
    "trade_intake",
    "wholesale",
    "trade_intake",
]


def _judged() -> tuple[list[str], dict[int, set[int]]]:
    world = grow(chains_of("food"), 7, rates=CALM)
    checks = Checks(installed())
    flats = [event.flat for event in world.events]
    sealed = seal_flat(flats, installed(), b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    return [one.kind.partition(".")[2] for one in outcome.judged], sources


def test_a_till_slip_leads_back_to_the_milk_station() -> None:
    kinds, sources = _judged()
    ways = set[tuple[str, ...]]()
    for at, kind in enumerate(kinds, 1):
        if kind == "retail_sale":
            way, here = list[str](), -at
            while sources[here]:
                assert len(sources[here]) == 1
                here = next(iter(sources[here]))
                way.insert(0, kinds[-here - 1])
            ways.add(tuple(way))
    assert ways == {tuple(MILK), ("raw_material_intake", *MILK[2:])}


def test_a_recalled_batch_joins_its_stop_and_disposal() -> None:
    kinds, sources = _judged()
    found = {kind: {kinds[-one - 1] for one in sources[-at]} for at, kind in enumerate(kinds, 1) if kind in ("stop_sale", "disposal")}
    assert found == {"stop_sale": {"recall"}, "disposal": {"recall", "stop_sale"}}
