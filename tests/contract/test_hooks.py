"""Each hook of the SDK, called on a plugin as the loader calls it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import typer

from tracekit import codes, loader
from tracekit.cli.lazy import from_plugins
from tracekit.errors import PluginError
from tracekit.pipeline.link import linker
from tracekit.platform.observers import Observers
from tracekit.sdk import Adapter, Category, Chain, LinkKey, LinkRule, Rule, hookimpl
from tracekit.suites import ED25519

TABLES = {
    "kinds.csv": "kind,record_type,shape,name_zh,name_en,business_key,window_hours,grade,source\nhoney.harvest,event,object,取蜜,harvest,,,project-defined,a test\n",
    "records/harvest.csv": "path,element,obligation,min,max,condition,note\n",
}


def plugin(**hooks: Any) -> ModuleType:
    """A plugin with these hooks."""
    made = ModuleType("tracekit_honey")
    for name, function in hooks.items():
        setattr(made, name, hookimpl(function))
    return made


def test_hook_register_categories(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    honey = plugin(register_categories=lambda: [Category("honey", "蜂蜜", "Honey", "agriculture", tmp_path)])
    registry = loader.build([("tracekit-honey", honey)])
    assert registry.categories["honey"].name_zh == "蜂蜜"
    assert registry.kinds["honey.harvest"].shape == "object"
    assert registry.hash != loader.build([]).hash


def test_hook_register_code_schemes() -> None:
    scheme = SimpleNamespace(**{**vars(codes.get("local")), "SCHEME": "hive"})
    registry = loader.build([("tracekit-honey", plugin(register_code_schemes=lambda: [scheme]))])
    assert registry.schemes["hive"].check_batch(["a/b/c", "?"]) == [None, "TK-CODE-001"]


def test_hook_register_rules() -> None:
    rule = Rule("honey.sweet", ("honey.*",), lambda _record, _facts: [])
    registry = loader.build([("tracekit-honey", plugin(register_rules=lambda: [rule]))])
    assert registry.rules_for("honey.harvest") == (rule,)
    assert registry.rules_for("meat_veg.slaughter") == ()


def test_hook_register_link_rules() -> None:
    rule = LinkRule("honey.jar", ("core.object_event",), lambda record: [LinkKey("offer", "jar", str(record["key"]))])
    registry = loader.build([("tracekit-honey", plugin(register_link_rules=lambda: [rule]))])
    assert registry.link_rules_for("core.object_event") == (rule,)
    assert linker("core.object_event", [], registry) is not None


def test_hook_register_chains() -> None:
    chain = Chain("honey.hive", "honey", lambda world: world.append("jar"))
    grown: list[str] = []
    loader.build([("tracekit-honey", plugin(register_chains=lambda: [chain]))]).chains["honey.hive"].grow(grown)
    assert grown == ["jar"]


def test_hook_register_adapters(tmp_path: Path) -> None:
    adapter = Adapter("hives", "蜂箱", "Hives", dict, lambda config, folder: SimpleNamespace(fetch=lambda _: [(config, folder)]))
    registry = loader.build([("tracekit-honey", plugin(register_adapters=lambda: [adapter]))])
    assert registry.adapters["hives"].open({"a": 1}, tmp_path).fetch(None) == [({"a": 1}, tmp_path)]


def test_hook_register_suites() -> None:
    suite = SimpleNamespace(id="wax", generate=ED25519.generate, public=ED25519.public, sign=ED25519.sign, verify=ED25519.verify)
    registry = loader.build([("tracekit-honey", plugin(register_suites=lambda: [suite]))])
    private, public = registry.suites["wax"].generate()
    assert registry.suites["wax"].verify(public, b"a", registry.suites["wax"].sign(private, b"a"))
    assert "ed25519" in registry.suites


def test_hook_register_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    def register_commands(app: typer.Typer) -> None:
        app.command("hives")(lambda: None)

    honey = plugin(register_commands=register_commands)
    monkeypatch.setitem(sys.modules, honey.__name__, honey)
    monkeypatch.setattr(loader, "installed", lambda: loader.build([("tracekit-honey", honey)]))
    assert set(from_plugins({})) == {"hives"}


def _observed(monkeypatch: pytest.MonkeyPatch, **hooks: Any) -> Observers:
    honey = plugin(**hooks)
    monkeypatch.setitem(sys.modules, honey.__name__, honey)
    return Observers(loader.build([("tracekit-honey", honey)]))


def test_hook_batch_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def batch_accepted(platform: str, records: Sequence[dict[str, Any]]) -> None:
        seen.append((platform, list(records)))

    _observed(monkeypatch, batch_accepted=batch_accepted).tell("city", [SimpleNamespace(record={"key": "1"})], {"id": "r"})
    assert seen == [("city", [{"key": "1"}])]


def test_hook_batch_accepted_cannot_fail_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def batch_accepted(platform: str, records: Sequence[dict[str, Any]]) -> None:
        raise RuntimeError(platform)

    def receipt_recorded(platform: str, receipt: dict[str, Any]) -> None:
        told.append(receipt["id"])

    told: list[str] = []
    observed = _observed(monkeypatch, batch_accepted=batch_accepted, receipt_recorded=receipt_recorded)
    observed.tell("city", [], {"id": "r"})
    assert told == ["r"]


def test_hook_receipt_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def receipt_recorded(platform: str, receipt: dict[str, Any]) -> None:
        seen.append((platform, receipt))

    _observed(monkeypatch, receipt_recorded=receipt_recorded).tell("city", [], {"id": "r"})
    assert seen == [("city", {"id": "r"})]


def test_two_equal_ids_name_both_distributions() -> None:
    rule = Rule("honey.sweet", ("honey.*",), lambda _record, _facts: [])
    twice = plugin(register_rules=lambda: [rule])
    with pytest.raises(PluginError, match=r"tracekit-a.*tracekit-b"):
        loader.build([("tracekit-a", twice), ("tracekit-b", twice)])
