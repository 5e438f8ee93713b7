"""The generator's parts: numbers, workbooks, rows."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tracekit import codes
from tracekit.loader import installed
from tracekit.testing import Enterprise, Rates, Size, World
from tracekit.testing.faults import apply_faults
from tracekit.testing.numbers import Numbers
from tracekit.testing.places import CITIES, platforms
from tracekit.testing.rows import read_layout
from tracekit.testing.truth import count
from tracekit.testing.xlsx import write_workbook

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("uscc", Numbers().credit_code("370602")),
        ("node", Numbers().node("370602")),
        ("merchant", Numbers().merchant("370602001")),
        ("tran", Numbers().slip("3706020010001")),
        ("batch", Numbers().batch("370602001")),
        ("origin-trace", Numbers().origin_lot("370602001", date(2026, 11, 20))),
        ("card", Numbers().card("370602001")),
        ("quarantine", Numbers().paper("370602")),
    ],
)
def test_numbers_are_valid_codes_of_their_scheme(scheme: str, value: str) -> None:
    assert codes.get(scheme).check_batch([value]) == [None]


def test_numbers_never_repeat() -> None:
    numbers = Numbers()
    made = [numbers.slip("3706020010001") for _ in range(1000)] + [numbers.slip("3706020010002")]
    assert len(set(made)) == 1001


def test_cities_are_real_divisions() -> None:
    area = codes.get("area")
    places = [code for city in CITIES for code in (city.code, city.province, *city.counties)]
    assert area.check_batch(places) == [None] * len(places)
    assert codes.registry_batch("area", places) == [None] * len(places)


def test_platforms_form_one_tree() -> None:
    tree = {one.code: one for one in platforms()}
    assert [one.role for one in tree.values()].count("city") == 3
    for one in tree.values():
        assert one.parent == "" if one.role == "nation" else tree[one.parent].region in ("*", one.region[:2] + "0000")


def test_a_workbook_is_read_by_others(tmp_path: Path) -> None:
    moment, midnight = datetime.fromisoformat("2026-11-20T06:30"), datetime.fromisoformat("2026-11-20")
    rows = [{"单号": "0012", "重量": Decimal("12.5"), "日期": moment, "日": date(2026, 11, 20), "头数": 3}]
    names = ["单号", "重量", "日期", "日", "头数", "空"]
    write_workbook(tmp_path / "a.xlsx", {"一": (names, rows), "二": (["甲&乙"], [{"甲&乙": "<丙>"}])})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["一", "二"]
    values = [cell.value for cell in book["一"][2]]
    assert values[:5] == ["0012", 12.5, moment, midnight, 3]
    assert book["二"]["A2"].value == "<丙>"


def test_a_layout_writes_what_its_mapping_reads(tmp_path: Path) -> None:
    table = tmp_path / "mapping.csv"
    table.write_text(
        "target,source,transform,args,default,note\n"
        "key,单号,copy,,,\n"
        "time,时间,date,formats=yyyy年M月d日 H:mm,,\n"
        "items.quantities.value,重量(斤),scale,factor=0.5,,\n"
        "items.quantities.unit,,const,kg,,\n"
        "documents:trade_slip,凭证号,ref,tran,,\n"
        "extension.payment,支付,codeset,现金=cash; 刷卡=card,,\n",
        encoding="utf-8",
    )
    flat = {
        "key": "1",
        "time": "2026-01-02T06:05+08:00",
        "items": [{"quantities": [{"value": "12.35", "unit": "kg"}]}],
        "documents": [{"type": "trade_slip", "ref": "tran:37060200100010000001"}],
        "extension": {"payment": "card"},
    }
    assert read_layout(table, typed=False).rows(flat) == [
        {"单号": "1", "时间": "2026年1月2日 6:05", "重量(斤)": "24.7", "凭证号": "37060200100010000001", "支付": "刷卡"}
    ]


def _world() -> World:
    return World(1, date(2026, 11, 20), Size(1, 1, 1, 1, 1), Rates(0, 0, 0, 0, 0, 0, 0))


def _event(world: World, shop: Enterprise, key: str, needs: list[object]) -> object:
    return world.add({"kind": "a.b", "key": key, "time": "2026-11-20", "items": [], "documents": []}, shop, [needs] if needs else [])


def test_a_refused_record_stays_at_its_city_and_breaks_the_link_of_the_next(tmp_path: Path) -> None:
    world = _world()
    near = world.enterprise(CITIES[0], "店", "shop", tmp_path)
    far = world.enterprise(CITIES[2], "店", "shop", tmp_path)
    first = _event(world, near, "1", [])
    second = _event(world, near, "2", [first])
    _event(world, far, "3", [second])
    before = count(world)
    assert (before["nation"].total, before["nation"].broken) == (3, 0)
    assert (before[CITIES[2].platform].total, before[CITIES[2].platform].broken) == (1, 1)
    second.problem = "TK-CODE-001"
    after = count(world)
    assert (after[CITIES[0].platform].total, after[CITIES[0].platform].problem) == (2, 1)
    assert (after["nation"].total, after["nation"].valid, after["nation"].broken) == (2, 2, 1)


def test_a_node_without_events_has_nothing_to_report(tmp_path: Path) -> None:
    world = _world()
    idle = world.enterprise(CITIES[0], "店", "shop", tmp_path)
    apply_faults(world)
    assert idle.nodes[0].state == "nothing"


def test_hook_register_chains_brings_the_chains_of_a_category() -> None:
    assert {chain.category for chain in installed().chains.values()} >= {"meat_veg", "food"}
