"""The example `examples/sources/wholesale-prices` on rows of the real lists."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tracekit_files import register_adapters

from tracekit.mapping import open_source

EXAMPLE = Path(__file__).parents[3] / "examples" / "sources" / "wholesale-prices"
FRUIT = [
    "\ufeff品名,最低价,平均价,最高价,规格,单位,发布日期",
    "白蜡,4,4.05,4.1,普通,斤,2013-06-10",
    "向日葵/个,2,2.5,3,普通,斤,2013-06-11",
    "坏行,x,1,1,普通,筐,2013-02-30",
]
VEGETABLES = [
    ["品名", "最低价", "平均价", "最高价", "规格", "单位", "发布日期"],
    ["芋头", 1.5, 1.55, 1.6, "普通", "斤", dt.date(2013, 6, 10)],
    ["鲜玉米", 2.9, 2.45, 2, "普通", "斤", dt.date(2014, 2, 25)],
]


@pytest.fixture
def quotes(tmp_path: Path) -> Any:
    (tmp_path / "market_price_fruit.csv").write_bytes("\r\n".join([*FRUIT, ""]).encode())
    book = openpyxl.Workbook()
    for row in VEGETABLES:
        book.worksheets[0].append(row)
    book.save(tmp_path / "market_price_vegetable.xlsx")
    adapters = {adapter.id: adapter for adapter in register_adapters()}
    source = open_source(
        (EXAMPLE / "source.toml").read_text(encoding="utf-8"), tmp_path, adapters, lambda name: (EXAMPLE / name).read_bytes()
    )
    return [source.mapping.apply(batch.rows) for batch in source.adapter.fetch(None)]


def test_prices_per_jin_become_prices_per_kilogram(quotes: Any) -> None:
    records = [record for mapped in quotes for record, _ in mapped.records]
    assert [(r["product_name"], r["price_low"], r["price"], r["price_high"], r["unit"], r["time"]) for r in records] == [
        ("白蜡", "8", "8.1", "8.2", "kg", "2013-06-10"),
        ("向日葵", "2", "2.5", "3", "piece", "2013-06-11"),
        ("芋头", "3", "3.1", "3.2", "kg", "2013-06-10"),
        ("鲜玉米", "5.8", "4.9", "4", "kg", "2014-02-25"),
    ]
    assert len({r["key"] for r in records}) == 4


def test_a_bad_row_names_every_bad_cell(quotes: Any) -> None:
    findings = [finding for mapped in quotes for finding in mapped.findings]
    assert {(f.code, f.where) for f in findings} == {
        ("TK-MAP-103", "market_price_fruit.csv:4:发布日期"),
        ("TK-MAP-101", "market_price_fruit.csv:4:最低价"),
        ("TK-MAP-104", "market_price_fruit.csv:4:单位"),
        ("TK-MAP-104", "market_price_fruit.csv:4:品名|单位"),
    }
