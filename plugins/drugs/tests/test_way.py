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


def _medicine_of(recalled: bool) -> tuple[list[dict[str, Any]], str]:
    """Records of herbs and drugs in which a piece, recalled or sound, goes into a medicine; and the number of the medicine's batch."""
    pieces = [event.flat for event in grow(chains_of("herbs"), 7, rates=replace(CALM, late=0.2)).events]  # late: made a week before
    drugs = [event.flat for event in grow(chains_of("drugs"), 7, rates=CALM).events]
    called_back = {flat["items"][0]["ref"] for flat in pieces if flat["kind"] == "herbs.recall"}
    made = sorted((flat for flat in pieces if flat["kind"] == "herbs.piece_production"), key=lambda flat: flat["time"])
    batches = [item["ref"] for flat in made for item in flat["items"] if item["role"] == "output"]
    batch = next(ref for ref in batches if (ref in called_back) is recalled)
    production = next(
        flat for flat in drugs if flat["kind"] == "drugs.production" and flat["items"][0]["extension"]["material_kind"] == "piece"
    )
    before = production["items"][0]["ref"]
    for flat in drugs:
        for item in flat["items"]:
            item["ref"] = batch if item["ref"] == before else item["ref"]
    return [*pieces, *drugs], production["items"][1]["ref"]


def test_a_medicine_leads_back_over_the_piece_of_the_herbs_category_to_the_harvest() -> None:
    flats, lot = _medicine_of(recalled=False)
    kinds, sources, found = _judged(flats)
    assert found == set()
    boxes = [
        -at for at, flat in enumerate(flats, 1) if flat["kind"] == "drugs.dispensing" and flat["items"][0]["extension"]["batch"] == lot
    ]
    assert boxes
    for box in boxes:
        reached = {kinds[-one - 1] for one in _reached(box, sources)}
        assert {"drugs.production", "drugs.material_intake"} <= reached
        assert {"herbs.piece_production", "herbs.primary_processing", "herbs.harvest"} <= reached


def test_a_piece_that_was_recalled_as_a_herb_is_found_when_a_medicine_is_made_of_it() -> None:
    assert _judged(_medicine_of(recalled=True)[0])[2] == {"TK-DRUG-007"}
