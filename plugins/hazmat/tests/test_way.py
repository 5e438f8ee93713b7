"""The synthetic chain joins to the unit, and none of its records leaves the platform that took them in."""

from collections import defaultdict
from functools import cache

from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.platform.forwarding import is_kept
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.plugin_suite import Subject

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
IT = Subject("hazmat")


@cache
def _sources() -> dict[str, set[frozenset[str]]]:
    """Of each kind, from which kinds its records come."""
    chains = [chain for chain in IT.registry.chains.values() if chain.category == IT.id]
    checks = Checks(IT.registry)
    sealed = seal_flat([event.flat for event in grow(chains, 7, rates=CALM).events], IT.registry, b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    kinds = [one.kind.partition(".")[2] for one in outcome.judged]
    sources: dict[int, set[str]] = defaultdict(set)
    for edge in outcome.edges:
        sources[-edge.target].add(kinds[-edge.source - 1])
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for at, kind in enumerate(kinds, 1):
        found[kind].add(frozenset(sources[at]))
    return found


def _only(kind: str) -> set[str]:
    (found,) = _sources()[kind]
    return set(found)


def test_a_blast_leads_back_to_the_ammonium_nitrate_and_to_each_coded_detonator() -> None:
    assert _only("explosive_use") == {"explosive_issue"}
    assert _only("explosive_issue") == {"explosive_intake"}
    assert _only("explosive_intake") == {"explosive_sale", "transport"}
    assert _only("explosive_sale") == {"explosive_production", "explosive_packing"}
    assert _sources()["explosive_production"] == {frozenset({"chemical_intake"}), frozenset()}
    assert _only("chemical_intake") == {"chemical_sale", "transport"}
    assert _only("chemical_sale") == {"chemical_production"}


def test_what_is_left_counts_again_and_a_source_keeps_its_code() -> None:
    assert _only("explosive_return") == {"explosive_issue"}
    assert frozenset({"explosive_intake", "explosive_return"}) in _sources()["stock_count"]
    assert _only("source_transfer") == {"source_production"}
    assert _only("source_return") == {"source_production", "source_transfer"}
    assert _only("firework_retail") == {"firework_intake"}


def test_the_detail_of_every_kind_stays_below() -> None:
    assert [kind for kind in IT.set.own_kinds if not is_kept(IT.registry, kind)] == []
