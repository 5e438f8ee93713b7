"""The synthetic chain joins: a till slip leads back over customs to the plant abroad, and so does an anonymous consumer's order."""

from collections import defaultdict

from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.generator import chains_of

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)


def test_each_last_hand_leads_back_to_the_plant_abroad() -> None:
    flats = [event.flat for event in grow(chains_of("import_export"), 7, rates=CALM).events]
    checks = Checks(installed())
    sealed = seal_flat(flats, installed(), b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    assert [one.findings for one in outcome.judged if one.findings] == []
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    kinds = [one.kind.partition(".")[2] for one in outcome.judged]
    ends = [-at for at, kind in enumerate(kinds, 1) if kind in ("retail_sale", "cross_border_sale")]
    assert len(ends) > 10
    for end in ends:
        found, todo = set[int](), [end]
        while todo:
            new = sources[todo.pop()] - found
            found |= new
            todo += new
        assert {"overseas_production", "import_declaration", "inspection", "release"} <= {kinds[-one - 1] for one in found}
