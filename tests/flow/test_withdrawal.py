"""A rule across categories: what farm inputs tell of a plot or an animal holds when it is harvested, sent off or slaughtered."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tracekit.loader import installed
from tracekit.testing.plugin_suite import Subject

FARM = Subject("meat_veg")


def _case(category: str, name: str) -> dict[str, Any]:
    file = installed().categories[category].specs / "cases" / f"{name}.json"
    return deepcopy(json.loads(file.read_text("utf-8"))["record"])


@pytest.mark.parametrize(
    ("use", "product"),
    [
        ("good-crop_use", "good-harvest"),
        ("good-animal_use", "good-farm_dispatch-cattle"),
        ("good-animal_use", "good-slaughter_intake-cattle"),
    ],
)
def test_the_period_of_an_input_is_kept_whoever_reported_its_use(use: str, product: str) -> None:
    used, moved = _case("agri_inputs", use), _case("meat_veg", product)
    of_plot = next(item for item in used["items"] if item["role"] == "object")
    thing = moved["items"][0]
    of_plot["ref"] = thing.get("extension", {}).get("ear_tag", thing["ref"])
    used["time"] = moved["time"][:10]
    for last, codes in ((moved["time"][:10], ["TK-MEAT-017"]), ("2026-11-01", [])):
        of_plot["extension"]["interval_end"] = last
        assert [finding.code for finding in FARM.findings(moved, [used])] == codes
