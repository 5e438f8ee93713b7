"""A chain told in a file: names, days, quantities, choices, breaks; nothing of a category in it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tracekit.sdk.chain import mend, table_chain, value_at
from tracekit.testing import Rates, World
from tracekit.testing.world import SIZES

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
RECORD = {"key": "{here.code}-{next:03d}", "time": "{day:-1}", "shape": "object", "party": "{here.ref}"}
TOLD = {
    "places": {"hive": {"name": "蜂场", "type": "farm"}, "shop": {"name": "店", "type": "shop", "city": 1}},
    "lines": [
        {"name": "槐花蜜", "months": 18, "note": None, "smoked": "no"},
        {"name": "枣花蜜", "months": 6, "note": "浓", "smoked": "yes"},
    ],
    "steps": [
        {
            "id": "taken",
            "at": "hive",
            "let": {"weight": "{some:10-10}", "half": "{weight:*0.5}"},
            "record": {"kind": "honey.harvest", **RECORD, "items": [{"product_name": "{line[name]}", "months": "{line[months]}"}]},
        },
        {"id": "smoked", "at": "hive", "only": {"smoked": ["yes"]}, "from": ["taken"], "record": {"kind": "honey.smoke", **RECORD}},
        {
            "id": "sold",
            "at": "shop",
            "from": [["smoked", "taken"]],
            "lots": 1,
            "record": {
                "kind": "honey.sale",
                **RECORD,
                "note": "{line[note]}",
                "items": "{taken[items]}",
                "value": "{half}",
                "until": "{day:+6m}",
            },
        },
    ],
    "breaks": [{"kind": "honey.sale", "code": "TK-X", "set": {"items.1.months": 0}, "drop": ["value"]}],
    "traces": [{"name": "way", "kind": "honey.sale", "ref": "key", "length": 2}],
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "chain.json").write_text(json.dumps(TOLD), encoding="utf-8")
    grown = World(1, date(2026, 8, 31), SIZES["small"], CALM)
    chain = table_chain("honey", tmp_path)
    assert (chain.id, chain.category) == ("honey.table", "honey")
    chain.grow(grown)
    return grown


def _flats(world: World, kind: str) -> list[dict[str, Any]]:
    return [event.flat for event in world.of(kind)]


def test_every_city_line_and_lot_has_its_records(world: World) -> None:
    cities, lots = len(world.cities), world.size.lots
    assert len(_flats(world, "honey.harvest")) == cities * lots * 2
    assert len(_flats(world, "honey.smoke")) == cities * lots
    assert len(_flats(world, "honey.sale")) == cities * 2


def test_templates_give_names_values_and_days(world: World) -> None:
    first, second = _flats(world, "honey.sale")[:2]
    assert first["items"] == [{"product_name": "槐花蜜", "months": 18}]
    assert "note" not in first
    assert second["note"] == "浓"
    assert (first["value"], first["time"], first["until"]) == ("5", "2026-08-30", "2027-02-28")
    assert first["key"].endswith("-001")
    assert first["region"][:4] == world.cities[1].code[:4]


def test_a_step_comes_from_all_it_names_that_happened(world: World) -> None:
    plain, smoked = world.of("honey.sale")[:2]
    assert [[one.flat["kind"] for one in choice] for choice in plain.needs] == [["honey.harvest"]]
    assert [[one.flat["kind"] for one in choice] for choice in smoked.needs] == [["honey.smoke", "honey.harvest"]]


def test_breaks_and_traces_are_told(world: World) -> None:
    spoiled = world.breaks["honey.sale"][0]
    flat = _flats(world, "honey.sale")[0]
    spoiled.spoil(flat)
    assert (spoiled.code, flat["items"][0]["months"], "value" in flat) == ("TK-X", 0, False)
    assert [trace.name for trace in world.traces] == ["way"]


def test_a_record_is_mended_at_dotted_paths() -> None:
    record: dict[str, Any] = {"items": [{"line": 1}, {"line": 2}], "extension": {"a": 1}}
    mend(record, {"set": {"items.2.line": 7, "extension.b": 2}, "drop": ["items.1", "extension.a"]})
    assert record == {"items": [{"line": 7}], "extension": {"b": 2}}
    assert value_at(record, "items.1.line") == 7
