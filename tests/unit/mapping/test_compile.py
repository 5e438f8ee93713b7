"""Tables and settings that are wrong say where, what, and what is nearest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tracekit.errors import ConfigError, MappingError
from tracekit.mapping import SourceSettings, compile_mapping, open_source, read_mapping, split_settings
from tracekit.mapping.engine import Mapping

Compiled = Callable[..., Mapping]


@pytest.mark.parametrize(
    ("table", "code", "named"),
    [
        ("pri ce,价,copy,,", "TK-MAP-001", "pri ce"),
        ("items,价,copy,,", "TK-MAP-001", "items"),
        ("price,价,decmal,,", "TK-MAP-003", "decimal"),
        ("price,价,decimal,plces=2,", "TK-MAP-004", "plces"),
        ("price,价,scale,x,", "TK-MAP-004", "x"),
        ("price,,decimal,,", "TK-MAP-004", "source"),
        ("price,价,const,1,", "TK-MAP-004", "const"),
        ("price,价,ref,No Scheme,", "TK-MAP-004", "scheme"),
        ("price,价,split,pattern=(,", "TK-MAP-004", "("),
        ("price,价,copy > template, > {a},", "TK-MAP-004", "first"),
        ("time,价,date,precision=hour,", "TK-MAP-004", "hour"),
        ("product_name,,template,{@rows},", "TK-MAP-004", "@rows"),
        ("unit,位,codeset,unti,", "TK-MAP-005", "unit"),
        ("unit,位,lookup,bse; x,", "TK-MAP-006", "base"),
        ("unit,位,lookup,base; 买放,", "TK-MAP-006", "买方"),
        ("price,价,copy,,\nprice,值,copy,,", "TK-MAP-007", "also row"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(mapping: Compiled, table: str, code: str, named: str) -> None:
    with pytest.raises(MappingError) as error:
        mapping(table, codes={"unit": {"斤": "kg"}}, tables={"base": {("1",): {"买方": "x"}}})
    assert error.value.code == code
    assert named in str(error.value)
    assert "mapping:" in error.value.params["place"]


def test_a_table_without_key_or_with_a_foreign_column_is_refused() -> None:
    settings = SourceSettings(kind="core.market_quote")
    with pytest.raises(MappingError, match="TK-MAP-008"):
        compile_mapping([{"target": "price", "source": "价"}], settings)
    with pytest.raises(MappingError, match=r"TK-MAP-002.*transform"):
        compile_mapping([{"target": "key", "source": "价", "transfrom": "copy"}], settings)


def test_a_target_the_kind_does_not_have_is_refused_with_the_nearest(mapping: Compiled) -> None:
    mapping(
        "items.quantities.value,价,decimal,,\nextension.any,价,copy,,",
        known=["items.quantities.value", "key", "kind", "action", "revision"],
    )
    with pytest.raises(MappingError, match="nearest is 'price_low'"):
        mapping("price_lo,价,decimal,,", known=["price_low", "key", "kind", "action", "revision"])


class Options(BaseModel):
    path: str
    group: list[str] = []


def test_settings_are_split_and_unknown_keys_refused_with_the_nearest() -> None:
    given = {"kind": "core.market_quote", "path": "a.csv", "group": ["k"]}
    settings, options = split_settings(given, Options)
    assert (settings.group, options.group, options.path) == (["k"], ["k"], "a.csv")
    with pytest.raises(ConfigError, match="'mappng', nearest is 'mapping'"):
        split_settings({**given, "mappng": "x"}, Options)
    with pytest.raises(ConfigError, match=r"TK-MAP-011.*path"):
        split_settings({"kind": "core.market_quote"}, Options)
    with pytest.raises(ConfigError, match=r"TK-MAP-011.*kind"):
        split_settings({**given, "kind": "Nonsense"}, Options)


class Rows:
    """An adapter of a few rows; `path` says which."""

    config = Options
    files: ClassVar[dict[str, list[dict[str, str]]]] = {"main": [{"单号": "1"}], "base": [{"单号": "1", "买方": "张记"}]}

    def __init__(self, options: Options, _folder: Path) -> None:
        self._options = options

    def fetch(self, _cursor: str | None) -> Any:
        from tracekit.sdk import Raw, RawBatch

        yield RawBatch([Raw(row, f"{self._options.path}:1") for row in self.files[self._options.path]], "")


class RowsAdapter:
    config = Options
    open = Rows


TOML = """
[source]
adapter = "rows"
path = "main"
kind = "core.market_quote"
[source.tables.base]
path = "base"
key = ["单号"]
"""
TABLE = "# note\ntarget,source,transform,args,default\nkey,单号,copy,,\ncounterparty_name,单号,lookup,base; 买方,\n".encode()


def test_a_source_is_opened_with_its_tables() -> None:
    source = open_source(TOML, Path(), {"rows": RowsAdapter}, {"mapping.csv": TABLE}.__getitem__, defaults={"origin": "o"})
    (batch,) = source.adapter.fetch(None)
    assert source.mapping.apply(batch.rows).records[0][0]["counterparty_name"] == "张记"
    assert source.settings.origin == "o"


@pytest.mark.parametrize(
    ("change", "named"), [(("[source]", "[sauce]"), "source"), (('"rows"', '"row"'), "rows"), (("[source]", "[source"), "TK-MAP-011")]
)
def test_a_wrong_toml_is_refused(change: tuple[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        open_source(TOML.replace(*change, 1), Path(), {"rows": RowsAdapter}, {"mapping.csv": TABLE}.__getitem__)


INVERTIBLE = """target,source,transform,args,default
key,单号,copy,,
time,日期,date,,
party,卖方,ref,merchant,
items.ref,批次,ref,batch,
items.quantities.value,重量,scale,0.5,
items.quantities.unit,单位,codeset,公斤=kg; 头=head,
items.unit_price,单价,decimal,,
documents:trade_slip,单号,ref,tran,
items.role,,const,output,
"""
CODE = st.text("0123456789ABC", min_size=1, max_size=8)
ITEMS = st.fixed_dictionaries(
    {
        "批次": CODE,
        "重量": st.decimals(0, 9999, places=2).map(lambda d: f"{d:f}"),
        "单位": st.sampled_from(["公斤", "头"]),
        "单价": st.decimals(0, 9999, places=2).map(lambda d: f"{d:f}") | st.just(""),
    }
)


@given(st.lists(st.tuples(st.dates().filter(lambda d: 1900 <= d.year <= 2999), CODE, st.lists(ITEMS, min_size=1, max_size=3)), max_size=4))
def test_records_survive_the_way_back(slips: list[Any]) -> None:
    settings = SourceSettings(kind="core.market_quote", group=["单号"], columns="fixed")
    mapping = compile_mapping(read_mapping(INVERTIBLE.encode()), settings)
    rows = [
        ({"单号": str(n), "日期": str(day), "卖方": party, **item}, "a:1") for n, (day, party, items) in enumerate(slips) for item in items
    ]
    records = [record for record, _ in mapping.apply(rows).records]
    assert len(records) == len(slips)
    back = mapping.invert().apply(records)
    assert [record for record, _ in mapping.apply([(row, "b:1") for row in back]).records] == records
    assert len(back) == len(rows)


def test_a_mapping_without_inverse_names_its_columns(mapping: Compiled) -> None:
    with pytest.raises(MappingError, match="甲、乙"):
        mapping("product_name,甲|乙,join,-,").invert()
