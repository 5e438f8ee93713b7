"""Tables, messages and sets: what is read, what is refused, what does not change with line endings."""

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tracekit import errors
from tracekit.errors import SpecError
from tracekit.spec import messages, tables
from tracekit.spec.sets import SpecSet, core_set, load_set
from tracekit.spec.tables import core_folder, read_table, specs_root, table_note, tables_digest

DEMO = Path(__file__).parents[2] / "contract" / "demo" / "specs"
HEADED = sorted(
    {*specs_root().glob("*/v1/*.csv"), *specs_root().glob("core/v1/records/*.csv"), *specs_root().glob("*/v1/interfaces/*.csv")}
)


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("path", HEADED, ids=lambda path: path.relative_to(specs_root()).as_posix())
def test_every_table_says_where_it_comes_from(path: Path) -> None:
    notes = " ".join(table_note(path))
    assert all(word in notes for word in ("publisher", "document", "date", "licence"))
    assert "项目自定义" in notes


def test_a_table_is_read_the_same_with_mark_and_any_line_ending(tmp_path: Path) -> None:
    plain = put(tmp_path / "a.csv", "# note\na,b\n1,x\n2\n\n")
    odd = put(tmp_path / "b.csv", "\ufeff# note\r\na,b\r\n1,x\r\n2\r\n")
    assert read_table(plain) == read_table(odd) == [{"a": "1", "b": "x"}, {"a": "2", "b": ""}]


@pytest.mark.parametrize("text", ["", "# only a note\n", "a,a\n1,2\n", "a,b\n1,2,3\n", 'a,b\n"1,2\n'])
def test_a_malformed_table_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpecError, match=r"bad\.csv:\d+") as caught:
        read_table(put(tmp_path / "bad.csv", text))
    assert caught.value.code == "TK-SPEC-003"


def test_an_unreadable_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes("名称\n猪肉\n".encode("gb18030"))
    for path in (tmp_path / "gbk.csv", tmp_path / "none.csv"):
        with pytest.raises(SpecError) as caught:
            read_table(path)
        assert caught.value.code == "TK-SPEC-002"


def test_the_hash_of_a_set_does_not_change_with_line_endings_and_changes_with_the_tables(tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "one")
    for path in (tmp_path / "one").rglob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert tables_digest(tmp_path / "one") == tables_digest(DEMO)
    kinds = tmp_path / "one" / "kinds.csv"
    kinds.write_bytes(kinds.read_bytes().replace(b",48,", b",49,"))
    assert load_set(tmp_path / "one", core_set()).hash != load_set(DEMO, core_set()).hash


def test_no_code_stands_twice_and_each_has_both_languages_and_a_remedy() -> None:
    for code, row in messages.all_messages().items():
        assert re.fullmatch(r"TK-[A-Z]+-\d{3}", code)
        assert row.title_zh, code
        assert row.title_en, code
        assert row.remedy_zh, code
        assert row.remedy_en, code
    for path in (core_folder() / "rules.csv", core_folder() / "errors.csv"):
        codes = [row["code"] for row in read_table(path)]
        assert len(codes) == len(set(codes)), path


def test_both_languages_of_a_message_use_the_same_parameters() -> None:
    for row in messages.all_messages().values():
        zh, en = (set(re.findall(r"\{(\w+)\}", text)) for text in (row.title_zh, row.title_en))
        assert zh - en <= {"name"}, row.code
        assert en - zh <= {"path", "type"}, f"{row.code}: a Chinese text may say {{name}} where the English says the id"


def test_every_default_code_of_an_error_has_a_message() -> None:
    found = [one.default_code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.TracekitError)]
    assert found
    assert all(messages.message(code).title_zh != code for code in found)


def test_a_code_in_two_tables_is_refused_and_names_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = "code,level,rule,clause,grade,title_zh,title_en,remedy_zh,remedy_en\n"
    monkeypatch.setattr(messages, "_book", [])
    put(tmp_path / "rules.csv", header + "TK-REC-001,error,x,,,a,b,c,d\n")
    messages.add_messages(tmp_path)
    with pytest.raises(SpecError, match="TK-REC-001") as caught:
        messages.all_messages()
    assert caught.value.code == "TK-SPEC-004"


def test_messages_are_filled_and_unknown_codes_stay_readable() -> None:
    assert messages.render("TK-REC-013", {"length": "5", "limit": "3"}, "en") == "length 5 is above the limit of 3"
    assert messages.render("TK-REC-013", {"length": "5"}) == "长度 5 超过上限 {limit}"
    assert messages.render("TK-XXX-999") == "TK-XXX-999"
    assert messages.fill("{0} {", {}) == "{0} {"
    assert "{" not in messages.remedy("TK-REC-015", {"format": "x"}, "en")


BAD = [
    ("elements.csv", "demo_shift,", "kind,", "defined twice"),
    ("elements.csv", ",boolean,", ",bool,", "datatype"),
    ("elements.csv", "commercial", "secret", "sensitivity"),
    ("elements.csv", "[0-9]{13}", "[0-9", "regular expression"),
    ("records/process.csv", "demo_shift,M", "demo_shift,X", "obligation"),
    ("records/process.csv", "demo_total", "demo_nothing", "does not stand"),
    ("records/process.csv", "0,3", "a,3", "whole number"),
    ("conditions.csv", "compare", "compute", "test"),
    ("kinds.csv", "event", "happening", "record_type"),
    ("kinds.csv", "public_security", "nobody", "department"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), BAD)
def test_a_wrong_table_is_refused_with_file_and_row(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "specs"
    shutil.copytree(DEMO, folder)
    path = folder / name
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError, match=said) as caught:
        load_set(folder, core_set())
    assert re.search(r"\.csv", str(caught.value))


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SpecError, match=r"core\.node") as caught:
        core_set().kind("core.nothing")
    assert caught.value.code == "TK-SPEC-005"


def test_a_plugin_is_laid_over_the_core() -> None:
    spec = load_set(DEMO, core_set())
    trade = spec.kind("demo.trade")
    assert trade.fields["items.ref"].obligation == "M"
    assert core_set().elements.items() <= spec.elements.items()
    assert trade.sensitive["items.unit_price"] == "commercial"
    assert spec.own_kinds == ("demo.trade", "demo.process")
    assert "core.node" in spec.kinds


def test_a_kind_may_name_another_department_than_its_category() -> None:
    kinds = load_set(DEMO, core_set()).kinds
    assert (kinds["demo.process"].department, kinds["demo.trade"].department) == ("public_security", "")


def test_every_finding_that_the_validator_names_has_a_row() -> None:
    named = set()
    for path in Path(tables.__file__).parent.glob("*.py"):
        named |= set(re.findall(r"TK-(?:REC|SPEC)-\d{3}", path.read_text(encoding="utf-8")))
    known = {row["code"] for name in ("rules.csv", "errors.csv") for row in read_table(core_folder() / name)}
    assert named
    assert named <= known


def test_counters_are_named_with_a_worked_example() -> None:
    rows = read_table(specs_root() / "national" / "v1" / "counters.csv")
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    assert by_id["total"]["formula"] == "valid + problem + pending"
    assert all(re.search(r"\d", row["example_zh"]) and re.search(r"\d", row["example_en"]) for row in rows)


def test_message_tables_are_plain_csv() -> None:
    with (core_folder() / "rules.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if not row[0].startswith("#")]
    assert {len(row) for row in rows} == {9}


TEMPLATES = ("goods", "trade", "production", "recall", "stop_sale", "disposal")


def with_template(folder: Path, template: str, own: str = "") -> SpecSet:
    """The demo category with one more kind, `demo.call`, made from a template and rows of its own."""
    shutil.copytree(DEMO, folder)
    kinds = (folder / "kinds.csv").read_text(encoding="utf-8").replace("source,department\n", "source,department,template\n")
    put(folder / "kinds.csv", f"{kinds}demo.call,event,object,召回,call,documents:recall_notice,24,project-defined,test,,{template}\n")
    if own:
        put(folder / "records" / "call.csv", f"path,element,obligation,min,max,condition,note\n{own}")
    return load_set(folder, core_set())


def test_a_template_gives_a_kind_its_rows_and_the_kind_needs_no_table(tmp_path: Path) -> None:
    kind = with_template(tmp_path / "specs", "recall").kind("demo.call")
    assert kind.fields["items.ref"].obligation == "M"
    assert kind.fields["extension.recall_level"].obligation == "O"
    assert [one.label for one in kind.occurrences if one.low] == ["documents:recall_notice"]


def test_a_kind_s_own_rows_replace_those_of_its_templates_and_a_later_template_those_of_an_earlier_one(tmp_path: Path) -> None:
    own = "extension.recall_level,recall_level,M,,,,\ndocuments:recall_notice,document_ref,O,,,,\n"
    kind = with_template(tmp_path / "specs", "trade recall", own).kind("demo.call")
    assert kind.fields["extension.recall_level"].obligation == "M"
    assert {one.low for one in kind.occurrences} == {0}
    assert "core.trade.other_party" in {one.id for one in kind.conditions}


def test_a_kind_takes_no_rows_of_a_core_table_that_has_its_name_by_chance(tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "specs")
    kinds = tmp_path / "specs" / "kinds.csv"
    put(kinds, kinds.read_text(encoding="utf-8") + "demo.recall,event,object,召回,recall,,24,project-defined,test\n")
    assert load_set(tmp_path / "specs", core_set()).kind("demo.recall").fields["items.ref"].obligation == "O"


def test_a_template_that_is_not_there_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"kinds\.csv \[demo\.call\].*template 'recal'.*recall, "):
        with_template(tmp_path / "specs", "recal")


def test_the_core_s_templates_name_only_conditions_of_the_core() -> None:
    named = {name for table in TEMPLATES for row in core_set().records[table] for name in row["condition"].split()}
    assert named
    assert named <= core_set().conditions.keys()


@pytest.mark.parametrize(
    ("rows", "on_the_wire", "in_flat_form"),
    [
        ("extension.count,demo_count,M,,,,\n", "M", True),
        ("extension.paid,demo_paid,M,,,,\n", "O", True),
        ("extension.count,demo_count,O,,,,\n", "O", False),
        ("extension,,M,,,,\nextension.count,demo_count,O,,,,\n", "M", True),
    ],
)
def test_an_extension_must_stand_where_an_element_in_it_must(tmp_path: Path, rows: str, on_the_wire: str, in_flat_form: bool) -> None:
    extension = with_template(tmp_path / "specs", "goods", rows).kind("demo.call").fields["extension"]
    assert (extension.obligation, extension.due) == (on_the_wire, in_flat_form)


def test_every_unit_of_goods_has_a_basis_and_factors_are_numbers() -> None:
    units = [one.row for one in core_set().codesets["unit"].codes.values()]
    assert {row["basis"] for row in units} - {""} == core_set().codesets["basis"].codes.keys()
    assert all(Decimal(row["factor"]) > 0 for row in units if row["factor"])
    assert all(row["basis"] for row in units if row["factor"])
