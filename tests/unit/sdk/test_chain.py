"""A chain told in a file: names, days, quantities, choices, breaks; nothing of a category in it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tracekit.codes import gtin
from tracekit.sdk.chain import grow_table, mend, table_chain, value_at
from tracekit.testing import Rates, World
from tracekit.testing.world import SIZES

CALM = Rates(returned=0, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)
RECORD = {"key": "{here.code}-{next:03d}", "time": "{day:-1}", "shape": "object", "party": "{here.ref}"}
TOLD = {
    "places": {
        "hive": {"name": "蜂场", "type": "farm", "subject": {"roles": ["grower"], "license_no": "{here.code}"}},
        "shop": {"name": "店", "type": "shop", "city": 1},
    },
    "lines": [
        {"name": "槐花蜜", "months": 18, "note": None, "smoked": "no"},
        {"name": "枣花蜜", "months": 6, "note": "浓", "smoked": "yes"},
    ],
    "steps": [
        {"id": "device", "at": "hive", "record": {"kind": "core.asset", "key": "{here.code}", "ref": "local:{here.code}/hive/{serial:03}"}},
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
    assert first["items"] == [{"product_name": "槐花蜜", "months": 18, "line": 1}]
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


PACKED = {
    "places": {"hive": {"name": "蜂场", "type": "farm"}},
    "lines": [{"packs": 2}],
    "steps": [
        {
            "id": "packed",
            "at": "hive",
            "times": "{line[packs]}",
            "let": {"whole": "{n}0", "rest": "{whole:-2.5}", "part": "{whole:*0.25~0}"},
            "record": {
                "kind": "honey.pack",
                **RECORD,
                "items": [{"times": 3, "each": {"ref": "gtin:{gs1:69000{serial:07}}"}}, {"line": 9}],
            },
        },
        {
            "id": "labelled",
            "at": "hive",
            "times": 2,
            "from": ["packed"],
            "record": {"kind": "honey.label", **RECORD, "of": "{packed[key]}", "rest": "{rest}", "part": "{part}"},
        },
        {
            "id": "boxed",
            "at": "hive",
            "from": ["labelled"],
            "record": {"kind": "honey.box", **RECORD, "items": [{"times": 2, "each": {"ref": "{labelled[key]}"}}]},
        },
    ],
    "traces": [{"name": "forked", "kind": "honey.box", "ref": "key"}],
}


def test_loops_write_records_and_items() -> None:
    world = World(1, date(2026, 8, 31), SIZES["small"], CALM)
    grow_table(PACKED, world)
    first, second, *_ = _flats(world, "honey.pack")
    assert [item["line"] for item in first["items"]] == [1, 2, 3, 9]
    refs = [item["ref"] for one in (first, second) for item in one["items"][:3]]
    assert [ref[:-1] for ref in refs] == [f"gtin:69000000000{serial}" for serial in range(1, 7)]
    assert gtin.check_batch([ref.removeprefix("gtin:") for ref in refs]) == [None] * 6
    boxed = world.of("honey.box")[0]
    labels = [choice[0] for choice in boxed.needs]
    assert [one.flat["of"] for one in labels] == [first["key"], second["key"]]
    assert [one.needs[0][0].flat["key"] for one in labels] == [first["key"], second["key"]]
    assert [item["ref"] for item in boxed.flat["items"]] == [one.flat["key"] for one in labels]
    assert (labels[1].flat["rest"], labels[1].flat["part"]) == ("17.5", "5")


def test_a_way_that_forks_is_remembered_with_all_that_leads_to_its_end() -> None:
    world = World(1, date(2026, 8, 31), SIZES["small"], CALM)
    grow_table(PACKED, world)
    assert [event.flat["kind"] for event in world.traces[0].path] == ["honey.pack", "honey.label", "honey.box"]
    assert len(world.upstream(world.traces[0].path[-1])) == 5


def test_filings_are_no_events(world: World) -> None:
    assert _flats(world, "core.asset") == []
    filed = [flat for _, flat in world.filed]
    assert len(filed) == len(world.cities) * world.size.lots * 2
    assert (filed[0]["ref"][-4:], filed[0]["time"]) == ("/001", "2026-08-01")
    owner = world.enterprises[0]
    assert owner.filed["subject"] == {"roles": ["grower"], "license_no": owner.nodes[0].code}


def test_a_record_is_mended_at_dotted_paths() -> None:
    record: dict[str, Any] = {"items": [{"line": 1}, {"line": 2}], "extension": {"a": 1}}
    mend(record, {"set": {"items.2.line": 7, "extension.b": 2}, "drop": ["items.1", "extension.a"]})
    assert record == {"items": [{"line": 7}], "extension": {"b": 2}}
    assert value_at(record, "items.1.line") == 7
