"""The area history: names and parents on a date, successors, and hints that never refuse."""

from datetime import date
from itertools import pairwise

import pytest

from tracekit import codes
from tracekit.codes import _area_tables, area, goods, refresh_area
from tracekit.spec.tables import core_folder, table_note


def test_names_follow_the_date():
    assert area.name("340203") == "弋江区"
    assert area.name("340203", date(1990, 6, 1)) == "马塘区"
    assert area.name("340203", date(2010, 6, 1)) == "弋江区"
    assert area.name("110103", date(2005, 1, 1)) == "崇文区"
    assert area.name("110103", date(2015, 1, 1)) == ""
    assert area.name("110103") == "崇文区"
    assert area.name("654223", date(2020, 5, 1)) == "沙湾县"
    assert area.name("654203", date(2020, 5, 1)) == ""
    assert area.name("654203", date(2021, 5, 1)) == "沙湾市"
    assert area.name("999999") == ""


def test_parents_follow_the_date():
    assert area.parent("370602") == "370600"
    assert area.parent("370602", date(1980, 6, 1)) == "370000"  # before the city was made
    assert area.parent("110108") == "110000"
    assert area.parent("429004") == "420000"
    assert area.parent("500101", date(1998, 1, 1)) == "500000"
    assert area.parent("511202", date(1995, 1, 1)) == "511200"
    assert area.parent("511202") == "511200"  # in the last list that held it
    assert area.parent("370600") == "370000"
    assert area.parent("370000") == ""
    assert area.parent("990101") == ""


@pytest.mark.parametrize(
    ("code", "now", "grade"),
    [
        ("110103", "110101", "DERIVED"),
        ("511202", "500101", "CURATED"),
        ("500112", "500157", "CURATED"),
        ("350625", "350605", "INFERRED"),
        ("510281", "500118", "DERIVED"),  # in two steps
    ],
)
def test_an_abolished_code_has_its_successor(code, now, grade):
    assert not area.in_force(code)
    assert area.successor(code) == now
    assert area.in_force(now)
    step = area.became(code)
    assert step is not None
    assert step.grade == grade


def test_a_code_in_force_has_no_successor_and_what_is_not_known_is_empty():
    assert area.successor("370602") == ""
    assert area.successor("410306") == ""  # its notice is not among the sources
    assert area.successor("999999") == ""


def test_every_successor_ends_in_force_or_is_empty():
    abolished = [code for code in _area_tables.periods() if not area.in_force(code)]
    ended = [area.successor(code) for code in abolished]
    assert all(not code or area.in_force(code) for code in ended)
    assert sum(map(bool, ended)) / len(ended) > 0.95


def test_successors_cross_a_province_only_where_provinces_were_divided():
    crossing = {(code[:2], step.code[:2]) for code, step in _area_tables.successors().items() if step.grade != "CURATED"}
    assert {pair for pair in crossing if pair[0] != pair[1]} <= {("44", "46"), ("51", "50")}


def test_periods_of_a_code_do_not_overlap():
    for code, periods in _area_tables.periods().items():
        for earlier, later in pairwise(periods):
            assert earlier.until
            assert earlier.until < later.since, code


def test_an_unknown_area_is_a_hint_and_never_refused():
    assert area.is_valid("321392")
    assert area.check_batch(["321392"]) == [None]
    assert area.registry("321392") == "TK-CODE-003"
    assert area.registry_batch(["321392", "370602", "110103", "110100", "429000", "370601"]) == ["TK-CODE-003", *[None] * 5]
    assert codes.get("uscc").registry("91100000100003962T") is None  # registered by the nation, no division
    assert codes.get("origin-trace").registry_batch(["32139200218121800001"]) == ["TK-CODE-003"]


def test_the_roll_ups_without_a_row_have_names():
    assert area.name("110100") == "市辖区"
    assert area.name("500200") == "县"
    assert area.name("429000") == "直辖县级行政区划"
    assert area.in_force("370601")


def test_parse_names_everything():
    parts = area.parse("110103")
    assert (parts["name"], parts["parent_name"], parts["state"]) == ("崇文区", "北京市", "abolished")
    assert (parts["successor"], parts["successor_name"]) == ("110101", "东城区")
    assert area.parse("321392")["state"] == "unknown"
    assert area.parse("370602")["state"] == "in_force"


def test_goods_outside_the_list_are_a_hint():
    assert goods.name("21113011").startswith("带皮")
    assert goods.registry_batch(["21113011", "99999999"]) == [None, "TK-CODE-003"]
    assert goods.parse("99999999") == {"class": "99999", "item": "999"}


@pytest.mark.parametrize("name", ["area/periods.csv", "area/successors.csv", "goods.csv"])
def test_tables_name_publisher_date_and_licence(name):
    path = core_folder() / "codesets" / name
    note = "\n".join(table_note(path))
    assert all(word in note for word in ("publisher:", "document:", "date:", "licence:"))
    assert path.stat().st_size < 700_000


HISTORY = """code,name,first_seen,last_seen,current
370000,甲省,198012,202609,1
370100,乙市,198312,202609,1
370101,丙县,198012,199012,0
370102,丙区,199112,202609,1
370103,丁县,198012,201904,0
370104,丁区,202609,202609,1
370105,戊己县,198012,201904,0
370106,戊己市,202609,202609,1
370107,郊区,198012,199012,0
360107,郊区,199112,202609,1
"""
CHANGES = """year,type,level,old_code,old_name,new_code,new_name,doc_no,curated
1991,撤县设区,3,370101,丙县,370102,丙区,,0
2021,撤县设区,3,370103,丁县,370104,丁区,,1
1991,同名改码,3,370107,郊区,360107,郊区,,0
1985,新设,3,,,370108,己县,,0
1986,撤销,3,370108,己县,370101,丙县,,0
"""


def test_the_tables_are_made_from_a_source_folder(tmp_path, monkeypatch):
    (tmp_path / "gb2260_history.csv").write_text(HISTORY, encoding="utf-8")
    (tmp_path / "gb2260_changes.csv").write_text(CHANGES, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["refresh_area", str(tmp_path), "--to", str(tmp_path)])
    refresh_area.main()
    periods = (tmp_path / "periods.csv").read_text(encoding="utf-8").splitlines()
    assert {
        "370000,甲省,,,",
        "370101,丙县,,,1990-12-31",
        "370102,丙区,,1991-01-01,",
        "370103,丁县,,,2020-12-31",
        "370104,丁区,,2021-01-01,",
        "370105,戊己县,,,2026-08-31",
        "370106,戊己市,,2026-09-01,",
        "370108,己县,,1985-01-01,1985-12-31",
    } <= set(periods)
    rows = [line for line in (tmp_path / "successors.csv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert rows == [
        "code,successor,year,grade",
        "370101,370102,1991,DERIVED",
        "370103,370104,2021,CURATED",
        "370105,370106,,INFERRED",
        "370108,370101,1986,DERIVED",
    ]
