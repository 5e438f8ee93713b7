"""The synthetic chain joins: edges lead from the use on the farm back to the raw material, and what is used sets the withdrawal period."""

from collections import defaultdict
from functools import cache

from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.plugin_suite import Subject

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
IT = Subject("agri_inputs")
TO_FARM = ("factory_sale", "dealer_intake", "dealer_sale")


@cache
def _judged() -> tuple[list[str], dict[int, set[int]], list[tuple[str, str]]]:
    chains = [chain for chain in IT.registry.chains.values() if chain.category == IT.id]
    checks = Checks(IT.registry)
    sealed = seal_flat([event.flat for event in grow(chains, 7, rates=CALM).events], IT.registry, b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    marks = [(one.kind.partition(".")[2], key.key) for one in outcome.judged for key in one.marks if key.side == "set"]
    return [one.kind.partition(".")[2] for one in outcome.judged], sources, marks


def test_a_use_leads_back_to_the_raw_material_or_to_the_seed_field() -> None:
    kinds, sources, _ = _judged()
    ways = set[tuple[str, ...]]()
    for at, kind in enumerate(kinds, 1):
        if kind in ("crop_use", "animal_use"):
            way, here = list[str](), -at
            while sources[here]:
                here = min(sources[here], key=lambda one: ("packing" in kinds[-one - 1], one))
                way.insert(0, kinds[-here - 1])
            ways.add(tuple(way))
    assert ways == {("material_intake", "production", *TO_FARM), ("seed_production", *TO_FARM)}


def test_packs_tests_and_a_recall_join_what_they_concern() -> None:
    kinds, sources, _ = _judged()
    found: dict[str, set[str]] = defaultdict(set)
    for at, kind in enumerate(kinds, 1):
        found[kind] |= {kinds[-one - 1] for one in sources[-at]}
    assert found["packing"] == {"production"}
    assert found["factory_sale"] == {"production", "seed_production", "packing"}
    assert found["inspection"] == {"production", "seed_production"}
    assert (found["recall"], found["stop_sale"], found["disposal"]) == ({"production"}, {"recall"}, {"recall", "stop_sale"})


def test_a_use_marks_the_plot_or_the_herd_until_its_period_ends() -> None:
    marked = {(kind, key.split("/")[1]) for kind, key in _judged()[2] if key.startswith("withdrawal|")}
    assert marked == {("crop_use", "plot"), ("animal_use", "herd")}
