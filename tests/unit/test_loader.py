"""Finding plugins: hooks collect, broken ones are listed and skipped, equal ids are named."""

import types
from pathlib import Path
from typing import Any

import pytest

from tracekit import codes, loader
from tracekit.errors import PluginError
from tracekit.sdk import Category, Chain, LinkRule, Rule, hookimpl


def plugin(name: str, **hooks: Any) -> types.ModuleType:
    """A plugin module with the given hooks, each a list or a function."""
    made = types.ModuleType(name)
    for hook, answer in hooks.items():
        setattr(made, hook, hookimpl(answer if callable(answer) else lambda answer=answer: answer))
    return made


def listing(answer: Any) -> Any:
    """A hook without arguments that returns the answer."""

    def hook() -> Any:
        return answer

    return hook


def test_hook_register_rules_sorted_by_id() -> None:
    rules = [Rule("z.last", ("meat_veg.*",), lambda record, facts: []), Rule("a.first", ("*",), lambda record, facts: [])]
    registry = loader.build([("one", plugin("one", register_rules=listing(rules)))])
    assert [rule.id for rule in registry.rules_for("meat_veg.market_trade")] == ["a.first", "z.last"]
    assert [rule.id for rule in registry.rules_for("core.node")] == ["a.first"]


def test_hook_register_link_rules_and_chains() -> None:
    links = [LinkRule("l", ("x.y",), lambda record: [])]
    chains = [Chain("c", "x", lambda world: None)]
    registry = loader.build([("one", plugin("one", register_link_rules=listing(links), register_chains=listing(chains)))])
    assert registry.link_rules_for("x.y") == tuple(links)
    assert not registry.link_rules_for("x.z")
    assert registry.chains["c"] is chains[0]


def test_two_equal_ids_name_both_distributions() -> None:
    same = [Rule("same", ("*",), lambda record, facts: [])]
    with pytest.raises(PluginError, match=r"TK-PLG-002.*dist-one.*dist-two"):
        loader.build([("dist-one", plugin("a", register_rules=listing(same))), ("dist-two", plugin("b", register_rules=listing(same)))])


def test_hook_register_code_schemes_never_replaces_the_cores() -> None:
    node = codes.get("node")
    shape = {name: getattr(node, name) for name in ("compact", "validate", "is_valid", "parse", "check_batch")}
    ear = types.SimpleNamespace(SCHEME="test-ear-tag", NAME_ZH="", NAME_EN="", SOURCE="", **shape)
    taken = types.SimpleNamespace(SCHEME="uscc", NAME_ZH="", NAME_EN="", SOURCE="", **shape)
    assert loader.build([("one", plugin("one", register_code_schemes=listing([ear])))]).schemes["test-ear-tag"] is ear
    with pytest.raises(PluginError, match=r"uscc.*exists"):
        loader.build([("one", plugin("one", register_code_schemes=listing([taken])))])


class Entry:
    """An entry point as importlib gives it."""

    group = loader.GROUP

    def __init__(self, name: str, answer: Any) -> None:
        self.name, self.value, self.answer = name, f"module_{name}", answer
        self.dist = types.SimpleNamespace(name=f"dist-{name}", version="1.2")

    def load(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def broken_hook() -> list[Rule]:
    raise RuntimeError("tables missing")


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    good = plugin("good", register_rules=listing([Rule("good.rule", ("*",), lambda record, facts: [])]))
    found = [
        Entry("good", good),
        Entry("crash", ImportError("no module named x")),
        Entry("misspelt", plugin("misspelt", register_rule=listing([]))),
        Entry("failing", plugin("failing", register_rules=broken_hook)),
    ]
    monkeypatch.setattr(loader.importlib.metadata, "entry_points", lambda group: found)


@pytest.mark.usefixtures("entries")
def test_broken_plugins_are_listed_with_version_and_cause_and_skipped() -> None:
    registry = loader.load()
    assert "good.rule" in registry.rules
    causes = {one.distribution: (one.version, one.cause) for one in registry.broken}
    assert set(causes) == {"dist-crash", "dist-misspelt", "dist-failing"}
    assert "no module named x" in causes["dist-crash"][1]
    assert "register_rule" in causes["dist-misspelt"][1]
    assert causes["dist-failing"] == ("1.2", "RuntimeError: tables missing")


@pytest.mark.usefixtures("entries")
def test_a_required_plugin_that_is_broken_or_missing_stops_the_start() -> None:
    with pytest.raises(PluginError, match=r"TK-PLG-003.*dist-failing 1\.2: RuntimeError"):
        loader.load(required=["failing"])
    with pytest.raises(PluginError, match=r"TK-PLG-004.*nowhere"):
        loader.load(required=["nowhere"])
    assert loader.load(required=["dist-good", "ed25519"]).suites


def test_hook_register_categories_adapters_suites_are_installed() -> None:
    registry = loader.load(required=["meat_veg", "files"])
    assert "meat_veg.market_trade" in registry.kinds
    assert registry.suites["ed25519"].id == "ed25519"
    assert registry.hash and registry.hash == loader.load().hash


def test_a_category_without_a_known_department_is_refused_with_the_known_ones() -> None:
    lost = plugin("lost", register_categories=listing([Category("lost", "无", "lost", "nobody", Path())]))
    with pytest.raises(PluginError, match=r"TK-PLG-005.*nobody.*commerce.*public_security"):
        loader.build([("dist-lost", lost)])
