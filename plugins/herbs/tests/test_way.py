"""The synthetic chain joins: edges lead from a till slip back to the plot, and from pieces on into a medicine."""

from collections import defaultdict

from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.generator import chains_of

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
TO_COUNTER = [
    "harvest",
    "primary_processing",
    "sale",
    "trade_intake",
    "sale",
    "trade_intake",
    "piece_production",
    "piece_sale",
    "piece_intake",
]


def _judged() -> tuple[list[str], dict[int, set[int]]]:
    world = grow(chains_of("herbs"), 7, rates=CALM)
    checks = Checks(installed())
    sealed = seal_flat([event.flat for event in world.events], installed(), b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    return [one.kind.partition(".")[2] for one in outcome.judged], sources


def test_a_till_slip_leads_back_to_the_plot_or_to_the_wild() -> None:
    kinds, sources = _judged()
    ways = set[tuple[str, ...]]()
    for at, kind in enumerate(kinds, 1):
        if kind == "dispensing":
            way, here = list[str](), -at
            while sources[here]:
                assert len(sources[here]) == 1
                here = next(iter(sources[here]))
                way.insert(0, kinds[-here - 1])
            ways.add(tuple(way))
    assert ways == {("planting", *TO_COUNTER), tuple(TO_COUNTER)}


def test_inputs_and_tests_and_a_recall_join_what_they_concern() -> None:
    kinds, sources = _judged()
    found: dict[str, set[str]] = defaultdict(set)
    for at, kind in enumerate(kinds, 1):
        found[kind] |= {kinds[-one - 1] for one in sources[-at]}
    assert found["growing_care"] == {"planting"}
    assert found["inspection"] == {"primary_processing", "piece_production"}
    assert found["recall"] == {"piece_production"}
    assert (found["stop_sale"], found["disposal"]) == ({"recall"}, {"recall", "stop_sale"})
