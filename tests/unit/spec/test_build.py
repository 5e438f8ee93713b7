"""What `tracekit spec build` writes and compares, and what `spec show` says."""

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from tracekit.cli.spec import app
from tracekit.errors import SpecError
from tracekit.spec import build
from tracekit.spec.sets import core_set
from tracekit.spec.tables import read_table, specs_root
from tracekit.spec.write_openapi import openapi, shapes
from tracekit.spec.write_schema import NOT_OFFICIAL

DEMO = Path(__file__).parents[2] / "contract" / "demo" / "specs"
runner = CliRunner()


@pytest.fixture
def category(tmp_path: Path) -> Path:
    """A distribution's folder with one package and its tables."""
    shutil.copytree(DEMO, tmp_path / "plugins" / "demo" / "tracekit_demo" / "specs")
    return tmp_path / "plugins" / "demo"


def test_building_twice_writes_once_and_the_check_agrees(category: Path) -> None:
    first = build.write(build.outputs(category))
    schemas = {"demo.trade.json", "demo.process.json", "records.xsd"}
    assert {path.name for path in first} == {"models.py", "dictionary.md", "overview.md", *schemas}
    assert build.write(build.outputs(category)) == []
    assert runner.invoke(app, ["build", "--check", str(category)]).exit_code == 0


def test_the_check_names_file_and_command_and_writes_nothing(category: Path) -> None:
    build.write(build.outputs(category))
    models = category / "tracekit_demo" / "models.py"
    models.write_text(models.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    before = models.read_bytes()
    told = runner.invoke(app, ["build", "--check", str(category)])
    assert told.exit_code == 1
    assert str(models) in told.stdout.replace("\n", "")
    assert f"tracekit spec build {category}" in told.stdout.replace("\n", "")
    assert models.read_bytes() == before
    assert json.loads(runner.invoke(app, ["build", "--check", "--json", str(category)]).stdout)["differs"] == [str(models)]


def test_a_schema_of_no_kind_is_removed(category: Path) -> None:
    build.write(build.outputs(category))
    stale = category / "tracekit_demo" / "specs" / "generated" / "schema" / "demo.gone.json"
    stale.write_text("{}", encoding="utf-8")
    assert build.differing(build.outputs(category)) == [stale]
    build.write(build.outputs(category))
    assert not stale.exists()


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        build.outputs(tmp_path)
    assert caught.value.code == "TK-SPEC-002"


def test_every_generated_page_says_that_it_is_project_defined(category: Path) -> None:
    for files in (build.core_outputs(), build.outputs(category)):
        assert files
        assert all(NOT_OFFICIAL in text for text in files.values())


def test_the_command_in_a_generated_file_is_the_one_that_makes_it(category: Path) -> None:
    files = build.outputs(category)
    assert "`tracekit spec build plugins/demo`" in files[category / "tracekit_demo" / "models.py"]


def test_schemas_are_schemas(category: Path) -> None:
    for path, text in {**build.core_outputs(), **build.outputs(category)}.items():
        if path.parent.name == "schema":
            jsonschema_rs.meta.validate(json.loads(text))


def test_openapi_has_every_requirement_s_operation_and_resolves() -> None:
    document = openapi(specs_root() / "national" / "v1")
    text = json.dumps(document)
    known = document["components"]["schemas"]
    for name in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert name in known
    named = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    required = {row["operation"] for row in read_table(specs_root() / "national" / "v1" / "requirements.csv")} - {"errors", "-"}
    assert required <= named
    statuses = {status for path in document["paths"].values() for one in path.values() for status in one["responses"]}
    assert {"200", "409", "413", "422"} <= statuses


def test_a_shape_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shapes.csv").write_text("shape,field,type,obligation,name_zh,name_en\nA,b,Nothing,M,甲,a\n", encoding="utf-8")
    with pytest.raises(SpecError, match="Nothing"):
        shapes(tmp_path / "shapes.csv")


def test_the_dictionary_names_every_kind_and_element_in_both_languages() -> None:
    pages = build.core_outputs()[specs_root() / "generated" / "dictionary.md"]
    spec = core_set()
    assert all(f"`{kind}`" in pages for kind in spec.own_kinds)
    assert all(one.name_zh in pages and one.name_en in pages for one in spec.elements.values())


def test_show_lists_kinds_and_shows_a_kind_an_element_and_a_code_set() -> None:
    listed = json.loads(runner.invoke(app, ["show", "--json"]).stdout)
    assert "core.node" in {row["id"] for row in listed["kinds"]}
    shown = json.loads(runner.invoke(app, ["show", "core.node", "--json"]).stdout)
    assert {"path": "name", "obligation": "M"}.items() <= next(row for row in shown["fields"] if row["path"] == "name").items()
    assert json.loads(runner.invoke(app, ["show", "longitude", "--json"]).stdout)["datatype"] == "decimal"
    assert "kg" in runner.invoke(app, ["show", "item_role"]).stdout or "output" in runner.invoke(app, ["show", "item_role"]).stdout


def test_show_refuses_an_unknown_name() -> None:
    told = runner.invoke(app, ["show", "nothing"])
    assert isinstance(told.exception, SpecError)
    assert told.exception.code == "TK-SPEC-005"
