"""What goes up: the most exact row, else the department."""

from pathlib import Path
from types import ModuleType

import pytest

from tracekit import loader
from tracekit.errors import SpecError
from tracekit.platform.forwarding import Forwarding, department_of, is_kept, own_rows
from tracekit.registry import Registry
from tracekit.sdk import Category, hookimpl
from tracekit.spec.sets import ForwardRow

KINDS = (
    "kind,record_type,shape,name_zh,name_en,business_key,window_hours,grade,source,department\n"
    "{0}.sale,event,transaction,销售,sale,,,project-defined,a test,\n"
    "{0}.notice,event,observation,公告,notice,,,project-defined,a test,{1}\n"
)


def category(folder: Path, name: str, department: str, notice: str) -> ModuleType:
    (folder / name / "records").mkdir(parents=True)
    (folder / name / "kinds.csv").write_text(KINDS.format(name, notice), "utf-8")
    for kind in ("sale", "notice"):
        (folder / name / "records" / f"{kind}.csv").write_text("path,element,obligation,min,max,condition,note\n", "utf-8")
    made = ModuleType(f"tracekit_{name}")
    made.register_categories = hookimpl(lambda: [Category(name, name, name, department, folder / name)])  # pyright: ignore[reportAttributeAccessIssue]
    return made


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = [category(tmp_path, "blast", "public_security", "commerce"), category(tmp_path, "bread", "market_regulation", "ecology")]
    return loader.build([(f"tracekit-{one.__name__}", one) for one in made])


def row(kind: str, to_level: str = "*", *, forward: bool = True) -> ForwardRow:
    return ForwardRow(kind, "record", to_level, forward)


def test_a_kind_names_its_department_else_its_category_does_and_the_core_asks_the_record(registry: Registry):
    assert department_of(registry, "blast.sale") == "public_security"
    assert department_of(registry, "blast.notice") == "commerce"
    assert department_of(registry, "core.node", "blast") == "public_security"
    assert department_of(registry, "core.node", "bread") == "market_regulation"
    assert [is_kept(registry, f"{one}.{kind}") for one in ("blast", "bread") for kind in ("sale", "notice")] == [True, False, False, True]


def test_where_no_row_names_a_kind_its_department_decides(registry: Registry):
    city = Forwarding(registry, "province")
    assert [city.goes_up(kind, "blast") for kind in ("blast.sale", "blast.notice", "core.node", "core.object_event")] == [
        False,
        True,
        False,
        False,
    ]
    assert city.goes_up("bread.sale", "bread")
    assert city.goes_up("core.node", "bread")


def test_the_most_exact_row_counts_and_an_own_row_comes_before_the_department(registry: Registry):
    assert Forwarding(registry, "province", [row("blast.*")]).goes_up("blast.sale", "blast")
    assert not Forwarding(registry, "nation", [row("blast.*", "province")]).goes_up("blast.sale", "blast")
    both = [row("bread.*", forward=False), row("bread.sale")]
    assert Forwarding(registry, "city", both).goes_up("bread.sale", "bread")
    assert not Forwarding(registry, "city", both).goes_up("bread.notice", "bread")
    # a row for every kind says nothing of what a department keeps
    assert not Forwarding(registry, "city", [row("*")]).goes_up("blast.sale", "blast")


def test_a_system_of_an_enterprise_sends_and_a_platform_counts_what_it_keeps(registry: Registry):
    shop = Forwarding(registry, "city", keeps=False)
    assert shop.goes_up("blast.sale", "blast")
    assert shop.counted_only() == frozenset()
    counted = Forwarding(registry, "city").counted_only()
    assert {("blast.sale", "blast"), ("core.node", "blast"), ("bread.notice", "bread")} <= counted
    assert not {("bread.sale", "bread"), ("core.node", "bread"), ("blast.notice", "blast")} & counted
    assert ("core.market_quote", "blast") not in counted


def test_what_a_department_keeps_needs_a_case_even_where_a_row_sends_it_up(registry: Registry):
    city = Forwarding(registry, "province", [row("blast.*"), row("bread.*", forward=False)])
    assert city.needs_case("blast.sale", "blast")
    assert city.needs_case("bread.sale", "bread")
    assert not Forwarding(registry, "province").needs_case("bread.sale", "bread")


def test_an_own_row_names_what_is_installed(registry: Registry, tmp_path: Path):
    table = tmp_path / "forward.csv"
    table.write_text("kind,group,to_level,forward\nblast.*,record,*,yes\n", "utf-8")
    assert own_rows(tmp_path, registry) == [row("blast.*")]
    table.write_text("kind,group,to_level,forward\nblasts.*,record,*,yes\n", "utf-8")
    with pytest.raises(SpecError, match=r"blasts\.\*"):
        own_rows(tmp_path, registry)
