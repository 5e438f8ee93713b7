"""The synthetic chain joins: a box at the counter leads back to its substance, and a piece of herbs leads into a medicine."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Facts
from tracekit.testing import Rates, grow
from tracekit.testing.generator import chains_of

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)


def _judged(flats: Iterable[dict[str, Any]]) -> tuple[list[str], dict[int, set[int]], set[str]]:
    checks = Checks(installed())
    sealed = seal_flat(list(flats), installed(), b"no secret", "2026-11-20T23:00:00+08:00")
    outcome = checks.judge(checks.prepare(sealed, 1_795_182_000), {}, Facts())
    sources: dict[int, set[int]] = defaultdict(set)
    for edge in outcome.edges:
        sources[edge.target].add(edge.source)
    return [one.kind for one in outcome.judged], sources, {finding.code for one in outcome.judged for finding in one.findings}


def _reached(start: int, sources: dict[int, set[int]]) -> set[int]:
    found, todo = set[int](), [start]
    while todo:
        for one in sources[todo.pop()] - found:
            found.add(one)
            todo.append(one)
    return found


def test_a_box_leads_back_to_its_substance_over_each_hand_and_its_case() -> None:
    kinds, sources, found = _judged(event.flat for event in grow(chains_of("drugs"), 7, rates=CALM).events)
    assert found == set()
    boxes = [-at for at, kind in enumerate(kinds, 1) if kind == "drugs.dispensing"]
    assert len(boxes) > 10
    hands = (
        "material_intake",
        "production",
        "inspection",
        "release",
        "packing",
        "dispatch",
        "trade_intake",
        "wholesale",
        "hospital_intake",
    )
    for box in boxes:
        assert sorted(kinds[-one - 1] for one in _reached(box, sources)) == sorted(f"drugs.{hand}" for hand in hands)


def test_a_piece_of_the_herbs_category_leads_into_a_medicine() -> None:
    pieces = [event.flat for event in grow(chains_of("herbs"), 7, rates=replace(CALM, late=0.2)).events]  # late: made a week before
    made = min((flat for flat in pieces if flat["kind"] == "herbs.piece_production"), key=lambda flat: flat["time"])
    batch = next(item["ref"] for item in made["items"] if item["role"] == "output")
    drugs = [event.flat for event in grow(chains_of("drugs"), 7, rates=CALM).events]
    intake = next(
        flat for flat in drugs if flat["kind"] == "drugs.material_intake" and flat["items"][0]["extension"]["material_kind"] == "piece"
    )
    before = intake["items"][0]["ref"]
    for flat in drugs:
        for item in flat["items"]:
            item["ref"] = batch if item["ref"] == before else item["ref"]
    kinds, sources, _ = _judged([*pieces, *drugs])
    at = -(len(pieces) + drugs.index(intake) + 1)
    reached = {kinds[-one - 1] for one in _reached(at, sources)}
    assert {"herbs.piece_production", "herbs.primary_processing", "herbs.harvest"} <= reached
