"""Tables applied to rows: transforms, targets, groups, and what becomes of bad rows."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracekit.errors import MappingError
from tracekit.mapping import broken_row, index_rows
from tracekit.mapping.engine import Mapping
from tracekit.mapping.generate import Made

One = Callable[..., Any]
Compiled = Callable[..., Mapping]


@pytest.mark.parametrize(
    ("row", "cells", "expected"),
    [
        ("party,卖方,ref,merchant,", {"卖方": " 3706 0000 1 "}, {"party": "merchant:370600001"}),
        ("party,卖方,ref,merchant,", {"卖方": "merchant:1"}, {"party": "merchant:1"}),
        ("party,卖方,ref,merchant,", {"卖方": ""}, {}),
        ("party,号,ref,local; prefix=370600002/quarantine/,", {"号": "37"}, {"party": "local:370600002/quarantine/37"}),
        ("product_name,名,split,/,", {"名": "向日葵/个"}, {"product_name": "向日葵"}),
        ("unit,名,split > codeset,/; 2 > 个=piece; 斤=kg,kg", {"名": "向日葵/个"}, {"unit": "piece"}),
        ("unit,名,split > codeset,/; 2 > 个=piece; 斤=kg,kg", {"名": "向日葵"}, {"unit": "kg"}),
        ("unit,名,split,pattern=([0-9]+)kg,", {"名": "装20kg袋"}, {"unit": "20"}),
        ("product_name,甲|乙,join,-,", {"甲": "a", "乙": "b"}, {"product_name": "a-b"}),
        ("product_name,甲|乙,join,-,", {"甲": "a", "乙": ""}, {"product_name": "a"}),
        ("time,日|时,join > date,,", {"日": "2026-11-20", "时": "6:30"}, {"time": "2026-11-20T06:30+08:00"}),
        ("product_name,,template,{甲}/{@row},", {"甲": "a"}, {"product_name": "a/2"}),
        ("product_name,,template,{甲}/{@row},x", {"甲": ""}, {"product_name": "x"}),
        ("product_name,甲,text,,", {"甲": "Ａ１　Ｂ"}, {"product_name": "A1 B"}),
        ("product_name,甲,copy,,", {"甲": "猪\n肉"}, {"product_name": "猪 肉"}),
        ("note,甲,copy,,", {"甲": "猪\n肉"}, {"note": "猪\n肉"}),
        ("product_name,甲,copy,empty=无|/,", {"甲": " 无 "}, {}),
        ("price,价|位,scale,by=位,", {"价": "1", "位": "斤"}, "TK-MAP-004"),
        ("price,价,scale,by=位; 斤=2; 公斤=1,", {"价": "1.25", "位": "斤"}, {"price": "2.5"}),
        ("price,价,scale,by=名|位; */个*=1; *斤=2,", {"价": "1.25", "名": "向日葵/个", "位": "斤"}, {"price": "1.25"}),
        ("price,价,scale,by=名|位; */个*=1; *斤=2,", {"价": "1.25", "名": "葵花", "位": "斤"}, {"price": "2.5"}),
        ("unit,名|位,join > codeset, > */个 *=piece; * 斤=kg,", {"名": "向日葵/个", "位": "斤"}, {"unit": "piece"}),
        ("price,价,scale,2; places=1,", {"价": "1.28"}, {"price": "2.6"}),
        ("extension.ok,甲,boolean,,", {"甲": "是"}, {"extension": {"ok": True}}),
        ("extension.n,甲,integer,,", {"甲": "3"}, {"extension": {"n": 3}}),
        (
            "documents:trade_slip,单,ref,tran,\ndocuments:trade_slip.direction,,const,out,",
            {"单": "1"},
            {"documents": [{"type": "trade_slip", "ref": "tran:1", "direction": "out"}]},
        ),
        ("documents:trade_slip,单,ref,tran,\ndocuments:trade_slip.direction,,const,out,", {"单": ""}, {}),
        (
            "measurements:ph.value,酸,decimal,,\nmeasurements:ph.unit,,const,ph,",
            {"酸": "6.0"},
            {"measurements": [{"type": "ph", "value": "6", "unit": "ph"}]},
        ),
        (
            "items.role,,const,output,\nitems.quantities.value,重,scale,0.5,\nitems.quantities.unit,,const,kg,",
            {"重": "3"},
            {"items": [{"role": "output", "line": 1, "quantities": [{"value": "1.5", "unit": "kg"}]}]},
        ),
        (
            "items.ref,批,ref,batch,\nitems.quantities.value,重,decimal,,\nitems.quantities.unit,位,copy,,",
            {"批": "1", "重": "", "位": "kg"},
            {"items": [{"ref": "batch:1", "line": 1}]},
        ),
        (
            "items[1].role,,const,input,\nitems[1].ref,甲,ref,batch,\nitems[2].role,,const,output,\nitems[2].ref,乙,ref,batch,",
            {"甲": "1", "乙": "2"},
            {"items": [{"role": "input", "ref": "batch:1", "line": 1}, {"role": "output", "ref": "batch:2", "line": 2}]},
        ),
        ("items[1].ref,甲,ref,batch,\nitems[2].ref,乙,ref,batch,", {"甲": "1", "乙": ""}, {"items": [{"ref": "batch:1", "line": 1}]}),
        ("items.line,行,copy,,\nitems.ref,甲,ref,batch,", {"行": "7", "甲": "1"}, {"items": [{"line": 7, "ref": "batch:1"}]}),
        ("roles[1],甲,copy,,\nroles[2],,const,buyer,", {"甲": "seller"}, {"roles": ["seller", "buyer"]}),
        ("reporter.name,甲,copy,,", {"甲": ""}, {}),
    ],
)
def test_a_row_becomes(one: One, row: str, cells: dict[str, str], expected: Any) -> None:
    if isinstance(expected, str):
        with pytest.raises(MappingError, match=expected):
            one(row, cells)
    else:
        assert one(row, cells) == expected


@pytest.mark.parametrize(
    ("row", "cells", "code"),
    [
        ("price,价,decimal,,", {"价": "贵"}, "TK-MAP-101"),
        ("price,价,decimal,,", {"价": "9" * 10_000_000}, "TK-MAP-108"),
        ("time,日,date,,", {"日": "0000-01-01"}, "TK-MAP-103"),
        ("unit,位,codeset,斤=kg,", {"位": "筐"}, "TK-MAP-104"),
        ("price,价,scale,by=位; 斤=2,", {"价": "1", "位": "筐"}, "TK-MAP-104"),
        ("price,价,copy,required,", {"价": " "}, "TK-MAP-106"),
        ("key,价,copy,,", {"价": None}, "TK-MAP-106"),
        ("price,单价,decimal,,", {"成交单价": "1"}, "TK-MAP-107"),
        ("product_name,,template,{单价},", {"成交单价": "1"}, "TK-MAP-106"),
        ("product_name,名,copy,,", {"名": "a\0b"}, "TK-MAP-109"),
        ("product_name,名,copy,,", {"名": ["x"]}, "TK-MAP-112"),
        ("extension.ok,甲,boolean,,", {"甲": "也许"}, "TK-MAP-115"),
        ("items.line,甲,copy,,\nitems.ref,甲,copy,,", {"甲": "1.5"}, "TK-MAP-114"),
    ],
)
def test_a_bad_cell_is_a_finding(one: One, row: str, cells: dict[str, Any], code: str) -> None:
    if code == "TK-MAP-106" and "template" in row:
        code = "TK-MAP-107"
    assert one(row, cells) == [code]


def test_good_rows_go_on_and_bad_ones_are_kept_with_all_their_reasons(mapping: Compiled) -> None:
    compiled = mapping("key,号,copy,,\nprice,单价,decimal,,\ntime,日期,date,,")
    rows = [
        ({"号": str(n), "单价": "x" if n == 2 else "1", "日期": "?" if n == 2 else "2026-11-20"}, f"交易.xlsx[批发]:{n}")
        for n in range(1, 5)
    ]
    out = compiled.apply(rows)
    assert [record["key"] for record, _ in out.records] == ["1", "3", "4"]
    assert [where for _, where in out.records] == ["交易.xlsx[批发]:1", "交易.xlsx[批发]:3", "交易.xlsx[批发]:4"]
    assert [bad.rows for bad in out.bad] == [(rows[1],)]
    assert [(f.code, f.path, f.where) for f in out.findings] == [
        ("TK-MAP-101", "price", "交易.xlsx[批发]:2:单价"),
        ("TK-MAP-102", "time", "交易.xlsx[批发]:2:日期"),
    ]
    assert out.bad[0].findings == out.findings


def test_a_missing_column_names_the_nearest(mapping: Compiled) -> None:
    out = mapping("price,单价,decimal,,").apply([({"成交单价": "1", "k": "1"}, "a.csv:2")])
    assert out.findings[0].params["nearest"] == "成交单价"
    free = mapping("price,单价,decimal,,", columns="free").apply([({"成交单价": "1", "k": "1"}, "a.json:1")])
    assert (len(free.records), free.findings[0].code, free.findings[0].level) == (1, "TK-MAP-107", "warning")
    assert mapping("price,单价?,decimal,,").apply([({"k": "1"}, "a.csv:2")]).findings == []


SLIP = "key,单号,copy,,\ncounterparty_name,买方,copy,,\ndocuments:trade_slip,单号,ref,tran,\nitems.ref,批次,ref,batch,\nitems.unit_price,单价,decimal,,\ndocuments:quarantine,证,ref,quarantine,"


def slip(number: str, lot: str, price: str = "1", buyer: str = "张记", paper: str = "") -> tuple[dict[str, str], str]:
    return {"单号": number, "买方": buyer, "批次": lot, "单价": price, "证": paper}, f"a.csv:{lot}"


def test_rows_of_a_group_become_one_record(mapping: Compiled) -> None:
    out = mapping(SLIP, group=["单号"]).apply([slip("1", "1", paper="9"), slip("1", "2", paper="8"), slip("2", "3"), slip("1", "4")])
    assert [record["key"] for record, _ in out.records] == ["1", "2", "1"]
    first = out.records[0][0]
    assert [(item["line"], item["ref"]) for item in first["items"]] == [(1, "batch:1"), (2, "batch:2")]
    assert [document["ref"] for document in first["documents"]] == ["tran:1", "quarantine:9", "quarantine:8"]


def test_a_bad_row_gives_up_its_whole_group_and_no_other(mapping: Compiled) -> None:
    rows = [slip("1", "1"), slip("1", "2", price="x"), slip("1", "3", price="y"), slip("2", "4")]
    out = mapping(SLIP, group=["单号"]).apply(rows)
    assert [record["key"] for record, _ in out.records] == ["2"]
    assert out.bad[0].rows == tuple(rows[:3])
    assert [(f.path, f.where) for f in out.findings] == [("items.2.unit_price", "a.csv:2:单价"), ("items.3.unit_price", "a.csv:3:单价")]


def test_a_row_its_adapter_could_not_read_gives_up_its_group(mapping: Compiled) -> None:
    value, place = slip("1", "2")
    rows = [slip("1", "1"), (broken_row(value, "TK-SRC-103", {"cells": "9"}), place), slip("2", "3")]
    for settings in ({"group": ["单号"]}, {}):
        out = mapping(SLIP, **settings).apply(rows)
        assert len(out.records) == (1 if settings else 2)
        assert [(f.code, f.where, dict(f.params)) for f in out.findings] == [("TK-SRC-103", "a.csv:2", {"cells": "9"})]
        assert out.bad[0].rows == (tuple(rows[:2]) if settings else (rows[1],))


def test_rows_of_a_group_that_disagree_are_a_warning(mapping: Compiled) -> None:
    out = mapping(SLIP, group=["单号"]).apply([slip("1", "1"), slip("1", "2", buyer="李记"), slip("1", "3", buyer="")])
    assert len(out.records) == 1
    assert out.records[0][0]["counterparty_name"] == "张记"
    assert [(f.code, f.level, f.where) for f in out.findings] == [("TK-MAP-110", "warning", "a.csv:2:买方")]


def test_rows_without_a_group_key_stand_alone(mapping: Compiled) -> None:
    out = mapping("key,批次,copy,,\nitems.ref,批次,ref,batch,", group=["单号"]).apply([slip("", "1"), slip("", "2"), slip("3", "3")])
    assert [record["key"] for record, _ in out.records] == ["1", "2", "3"]


def test_a_second_table_is_looked_up(mapping: Compiled) -> None:
    base = index_rows([{"单号": "1", "买方": "张记"}, {"单号": " 2 ", "买方": "李记"}], ["单号"])
    compiled = mapping("key,单号,copy,,\ncounterparty_name,单号,lookup,base; 买方,", tables={"base": base})
    out = compiled.apply([({"单号": n}, f"a:{n}") for n in ("1", "2", "3")])
    assert [record["counterparty_name"] for record, _ in out.records] == ["张记", "李记"]
    assert [(f.code, f.where) for f in out.findings] == [("TK-MAP-105", "a:3:单号")]


def test_constants_and_envelope_come_from_the_settings(mapping: Compiled) -> None:
    compiled = mapping("region,区,copy,,", origin="o", region="370600", category="meat_veg", constants={"place": "node:1", "revision": 2})
    record = compiled.apply([({"k": "1", "区": "110000"}, "a")]).records[0][0]
    assert record == {
        "kind": "core.market_quote",
        "key": "1",
        "origin": "o",
        "region": "110000",
        "category": "meat_veg",
        "place": "node:1",
        "revision": 2,
        "action": "new",
    }


def test_a_row_digest_makes_a_key_that_does_not_depend_on_the_place(mapping: Compiled) -> None:
    compiled = mapping("key,,template,q-{@digest},")
    keys = [
        compiled.apply([(row, place)]).records[0][0]["key"]
        for row, place in [({"a": "1"}, "x:1"), ({"a": "1"}, "y:9"), ({"a": "2"}, "x:1")]
    ]
    assert keys[0] == keys[1] != keys[2]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["单号", "买方", "批次", "单价", "证"]),
            st.text(max_size=4) | st.floats() | st.none() | st.integers() | st.booleans(),
            min_size=3,
        )
    )
)
def test_every_row_is_in_a_record_or_given_up_with_a_reason(rows: list[dict[str, Any]]) -> None:
    from tracekit.mapping import SourceSettings, compile_mapping, read_mapping

    table = read_mapping(f"target,source,transform,args,default\n{SLIP}".encode())
    for columns in ("fixed", "free"):
        settings = SourceSettings.model_validate({"kind": "core.market_quote", "columns": columns})
        compiled = compile_mapping(table, settings)
        out = compiled.apply([(row, f"a:{n}") for n, row in enumerate(rows)])
        assert len(out.records) + len(out.bad) == len(rows)
        assert all(bad.findings for bad in out.bad)
        for record, where in out.records:
            # The generated code and the slow way agree on every value.
            row = rows[int(where[2:])]
            for element in compiled.elements:
                if len(element.path) == 1 and isinstance(element.leaf, Made):
                    assert record.get(element.path[0].name) == element.value(row, where)
