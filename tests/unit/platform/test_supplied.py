"""Tables that an operator supplies: checked cell by cell, and what they say reaches the rules and the code sets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracekit.config import PlatformConfig
from tracekit.errors import ConfigError
from tracekit.loader import build
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.platform.supplied import columns, lay, read_supplied, with_supplied
from tracekit.registry import Registry
from tracekit.sdk import table_plugin

TABLES = {
    "category.csv": "id,name_zh,name_en,department\nlisted,试,Test,commerce\n",
    "kinds.csv": "kind,record_type,shape,name_zh,name_en,business_key,window_hours,template\nlisted.sale,event,transaction,售,sale,,,trade\n",
    "elements.csv": "id,name_zh,name_en,definition_zh,definition_en,datatype,format,max_length,unit,codeset,scheme,sensitivity,source,grade\n"
    "cas,登记号,CAS number,登记号,CAS number,ref,,,,,cas,public,x,x\n"
    "quota_year,年度,year,年度,year,text,[0-9]{4},4,,,,public,x,x\n",
    "supplied.csv": "table,column,element,obligation,note\nbanned,cas,cas,M,\nbanned,name_zh,product_name,O,\n"
    "quotas,cas,cas,M,\nquotas,party,party,M,\nquotas,year,quota_year,M,\nquotas,value,quantity_value,M,\nquotas,unit,unit,M,\n",
    "marks.csv": "kind,side,mark,key,when,until,note\ntable.banned,set,banned,cas,,valid_to,\nlisted.sale,read,banned,items.extension.cas,,,\n",
    "balance.csv": "kind,ledger,key,sign,measure,when,note\ntable.quotas,quota,items.cas items.party items.year,+,mass,,\n"
    "listed.sale,quota,items.extension.cas party extension.quota_year,-,mass,,\n",
    "rules.csv": "code,level,rule,clause,grade,title_zh,title_en,remedy_zh,remedy_en\n"
    "TK-TEST-801,warning,listed.banned,x,x,禁,banned,停,stop\nTK-TEST-802,warning,listed.quota,x,x,超,above,停,stop\n",
    "checks.csv": "rule,check,arguments,note\nlisted.banned,not_marked,mark=banned,\nlisted.quota,within_balance,ledger=quota,\n",
    "records/sale.csv": "path,element,obligation,min,max,condition,note\nitems.extension.cas,cas,O,,,listed.banned listed.quota,\n"
    "extension.quota_year,quota_year,O,,,,\n",
}
NOTE = "# publisher: 示范机构\n# document: 示范目录\n# edition: 1\n# date: 2026-01-01\n"
BANNED = NOTE + "cas,name_zh,valid_from,valid_to\n143-33-9,氰化钠,2026-01-01,\n7757-79-1,硝酸钾,2025-01-01,2026-06-30\n"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("tracekit_listed")
    for name, text in TABLES.items():
        (folder / "specs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "specs" / name).write_text("# test\n" + text, encoding="utf-8")
    return build([("listed", table_plugin("tracekit.testing", str(folder / "__init__.py")))])


@pytest.fixture
def findings(registry: Registry, tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    def of(text: str, name: str = "banned") -> list[tuple[str, str]]:
        (tmp_path / "table.csv").write_text(text, encoding="utf-8")
        return [(one.code, one.path) for one in read_supplied(registry, name, tmp_path / "table.csv")[1]]

    return of


def test_a_good_table_has_no_findings(findings: Callable[..., list[tuple[str, str]]]) -> None:
    assert findings(BANNED) == []
    assert findings(NOTE + "code,name_zh,name_en,valid_from,valid_to\nmodel_shop,示范店,model shop,2026-01-01,\n", "node_type") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("# edition: 1\n", "", ("TK-TAB-001", "")),
        ("# edition: 1\n", "# edition:\n", ("TK-TAB-001", "")),
        ("name_zh,", "nmae_zh,", ("TK-TAB-003", "")),
        ("143-33-9,氰化钠,2026-01-01", "143-33-9,氰化钠,", ("TK-REC-002", "1.valid_from")),
        ("143-33-9", "143-33-8", ("TK-CODE-002", "1.cas")),
        ("143-33-9", "cas:143-33", ("TK-CODE-001", "1.cas")),
        ("143-33-9", "un:1689", ("TK-CODE-001", "1.cas")),
        ("2026-06-30", "2026-06-31", ("TK-REC-010", "2.valid_to")),
        ("2026-06-30", "2024-06-30", ("TK-TAB-005", "2")),
        ("7757-79-1,硝酸钾,2025-01-01,2026-06-30", "143-33-9,氰化钠,2026-01-01,", ("TK-TAB-004", "2")),
    ],
)
def test_a_fault_is_told_with_its_row_and_column(findings: Any, old: str, new: str, found: tuple[str, str]) -> None:
    assert findings(BANNED.replace(old, new)) == [found]


def test_a_missing_column_and_an_empty_table_are_told(findings: Any) -> None:
    assert findings(NOTE + "name_zh,valid_from\n氰化钠,2026-01-01\n") == [("TK-TAB-002", "")]
    assert findings(NOTE + "cas,valid_from\n") == [("TK-TAB-006", "")]


def _sale(day: str, cas: str, kilograms: str = "1", year: str = "2026") -> dict[str, Any]:
    item = {"line": 1, "role": "object", "ref": "local:370602001/lot/1", "product_name": "示范", "extension": {"cas": f"cas:{cas}"}}
    return {
        "kind": "listed.sale",
        "category": "listed",
        "shape": "transaction",
        "key": f"{day} {cas} {kilograms}",
        "time": day,
        "origin": "ent",
        "reporter": "node:370602001",
        "party": "node:370602001",
        "place": "node:370602001",
        "counterparty_name": "示范",
        "region": "370602",
        "items": [{**item, "quantities": [{"value": kilograms, "unit": "kg", "basis": "weight"}]}],
        "extension": {"quota_year": year},
    }


def _said(registry: Registry, *flats: dict[str, Any]) -> list[list[str]]:
    from tracekit.sdk import Facts

    checks = Checks(registry)
    sealed = seal_flat(flats, registry, b"no secret", "2026-11-20T23:00:00+08:00")
    judged = checks.judge(checks.prepare(sealed, 1_795_000_000), {}, Facts()).judged
    return [[finding.code for finding in one.findings] for one in judged]


def test_a_listed_thing_is_marked_from_its_first_day_to_its_last(registry: Registry) -> None:
    rows = [
        {"cas": "cas:143-33-9", "valid_from": "2026-01-01"},
        {"cas": "cas:7757-79-1", "valid_from": "2025-01-01", "valid_to": "2026-06-30"},
    ]
    laid = lay(registry, {"banned": rows})
    days = [_sale("2026-06-30", "7757-79-1"), _sale("2026-07-01", "7757-79-1"), _sale("2025-12-31", "143-33-9")]
    assert _said(laid, *days, _sale("2026-01-01", "143-33-9")) == [["TK-TEST-801"], [], [], ["TK-TEST-801"]]
    assert _said(registry, _sale("2026-01-01", "143-33-9")) == [[]]
    assert laid.hash != registry.hash
    assert lay(registry, {"banned": rows}).hash == laid.hash


def test_a_quota_opens_a_ledger(registry: Registry) -> None:
    quota = {"cas": "cas:143-33-9", "party": "node:370602001", "year": "2026", "value": "1", "unit": "t", "valid_from": "2026-01-01"}
    laid = lay(registry, {"quotas": [quota]})
    sales = [_sale("2026-02-01", "143-33-9", "600"), _sale("2026-03-01", "143-33-9", "400"), _sale("2026-04-01", "143-33-9", "0.5")]
    assert _said(laid, *sales) == [[], [], ["TK-TEST-802"]]
    assert _said(laid, _sale("2027-01-01", "143-33-9", "5000", year="2027")) == [[]]


def test_a_code_set_grows_and_a_supplied_code_counts_by_its_dates(registry: Registry) -> None:
    laid = lay(registry, {"node_type": [{"code": "model_shop", "name_zh": "示范店", "name_en": "model shop", "valid_from": "2026-01-01"}]})
    assert laid.kinds["core.node"].codesets["node_type"].codes["model_shop"].valid_from == "2026-01-01"
    assert "model_shop" in laid.sets["listed"].codesets["node_type"].codes
    assert "model_shop" not in registry.kinds["core.node"].codesets["node_type"].codes


def _config(tables: dict[str, Any]) -> PlatformConfig:
    own = {"code": "c", "name": "c", "role": "city", "region": "3706", "environment": "test"}
    keys = {"signing": {"file": "k"}, "origin": {"file": "o"}}
    return PlatformConfig.model_validate({"platform": own, "store": {"url": "sqlite:///x"}, "keys": keys, "tables": tables})


def test_the_configuration_names_files_of_several_editions(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(BANNED, encoding="utf-8")
    (tmp_path / "two.csv").write_text(BANNED.replace("2026-01-01,\n", "2027-01-01,\n"), encoding="utf-8")
    laid = with_supplied(registry, _config({"banned": ["one.csv", "two.csv"]}), tmp_path)
    assert [row["valid_from"] for row in laid.supplied["banned"]] == ["2026-01-01", "2025-01-01", "2027-01-01", "2025-01-01"]
    assert with_supplied(registry, _config({}), tmp_path) is registry


def test_a_faulty_or_unknown_table_stops_the_start(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(BANNED.replace("143-33-9", "143-33-8"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"TK-CFG-020.*1: 1\.cas TK-CODE-002"):
        with_supplied(registry, _config({"banned": "bad.csv"}), tmp_path)
    with pytest.raises(ConfigError, match=r"TK-CFG-019.*banned, quotas"):
        with_supplied(registry, _config({"baned": "bad.csv"}), tmp_path)
    assert [one.name for one in columns(registry, "banned")["banned"]] == ["valid_from", "valid_to", "cas", "name_zh"]
