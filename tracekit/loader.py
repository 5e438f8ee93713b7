"""Finds what is installed (entry-point group `tracekit`) and builds the registry. pluggy is used here and in the SDK only."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import pluggy

from tracekit import codes, suites
from tracekit.errors import PluginError
from tracekit.registry import Broken, Loaded, Registry, by_id, rule_set_hash
from tracekit.sdk import Category, CodeScheme, Suite, hooks
from tracekit.spec import messages
from tracekit.spec.sets import SpecSet, core_set, load_set

GROUP = "tracekit"
_CORE = "tracekit"


Answers = dict[str, list[tuple[str, Any]]]
"""What the hooks returned: hook → (distribution, item) pairs."""

_HOOKS = (
    "register_categories",
    "register_code_schemes",
    "register_rules",
    "register_link_rules",
    "register_chains",
    "register_adapters",
    "register_suites",
)


def load(required: Sequence[str] = ()) -> Registry:
    """Load every installed plugin and adapter; broken ones are listed and skipped.

    Args:
        required: ids of categories, adapters or suites, or names of distributions, that must be there.

    Raises:
        PluginError: a required one is missing or broken, or two distributions bring the same id.
    """
    answers, loaded, broken = _discover()
    registry = _build(answers, loaded, broken)
    for name in required:
        _require(name, registry)
    return registry


@lru_cache(maxsize=1)
def installed_suites() -> dict[str, Suite]:
    """The signature suites of this process by id, built in and installed; no table is read."""
    return _suites(_discover()[0])


def suite_of(name: str) -> Suite:
    """A signature suite by its id.

    Raises:
        PluginError: nothing that is installed brings it, or what does is broken.
    """
    found: dict[str, Suite] = {one.id: one for one in suites.BUILT_IN}
    if name not in found:
        found = installed_suites()
    if name in found:
        return found[name]
    cause = "; ".join(f"{one.distribution} {one.version}: {one.cause}" for one in _discover()[2]) or "-"
    params = {"suite": name, "known": ", ".join(found), "cause": cause}
    raise PluginError(f"signature suite {name!r} is not installed; broken: {cause}", code="TK-PLG-007", params=params)


@lru_cache(maxsize=1)
def installed() -> Registry:
    """The registry of this process, loaded once."""
    return load()


def build(modules: Iterable[tuple[str, Any]]) -> Registry:
    """Build a registry from (distribution name, plugin object) pairs without looking at what is installed."""
    answers: Answers = {}
    loaded: list[Loaded] = []
    for name, module in modules:
        _add(answers, name, _ask(module))
        loaded.append(Loaded(name, "", getattr(module, "__name__", name)))
    return _build(answers, loaded, [])


def observe(registry_plugins: Sequence[Any]) -> pluggy.HookRelay:
    """A relay of the two observers for the given plugin objects."""
    manager = _manager()
    for plugin in registry_plugins:
        manager.register(plugin)
    return manager.hook


def _discover() -> tuple[Answers, list[Loaded], list[Broken]]:
    answers: Answers = {}
    loaded: list[Loaded] = []
    broken: list[Broken] = []
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda one: one.name):
        name, version = _distribution(entry)
        try:
            asked = _ask(entry.load())
        except Exception as cause:  # noqa: BLE001  a broken plugin must not stop the others, whatever it raises
            broken.append(Broken(name, version, f"{type(cause).__name__}: {cause}"))
        else:
            _add(answers, name, asked)
            loaded.append(Loaded(name, version, entry.value))
    return answers, loaded, broken


def _distribution(entry: importlib.metadata.EntryPoint) -> tuple[str, str]:
    dist = entry.dist
    return (dist.name, dist.version) if dist is not None else (entry.name, "?")


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("tracekit")
    manager.add_hookspecs(hooks)
    return manager


def _ask(module: Any) -> dict[str, list[Any]]:
    """Call a plugin's register hooks, alone: a misspelt hook or a failing one is that plugin's error."""
    manager = _manager()
    manager.register(module)
    manager.check_pending()
    asked = {hook: [item for answer in getattr(manager.hook, hook)() for item in answer] for hook in _HOOKS}
    for category in asked["register_categories"]:
        _check_department(category)
    return asked


def _check_department(category: Category) -> None:
    """The department decides what goes up by default, so a category cannot be without a known one."""
    known = core_set().codesets["department"].codes
    if category.department not in known:
        raise PluginError(
            f"category {category.id!r}: department {category.department!r} is not one of: {', '.join(known)}",
            code="TK-PLG-005",
            params={"category": category.id, "department": category.department, "known": ", ".join(known)},
        )


def _add(answers: Answers, name: str, asked: dict[str, list[Any]]) -> None:
    for hook, items in asked.items():
        answers.setdefault(hook, []).extend((name, item) for item in items)


def _build(answers: Answers, loaded: Sequence[Loaded], broken: Sequence[Broken]) -> Registry:
    core = core_set()
    categories: dict[str, Category] = by_id(answers.get("register_categories", []), "category")
    sets: dict[str, SpecSet] = {"core": core}
    for category in categories.values():
        messages.add_messages(category.specs)
        sets[category.id] = load_set(category.specs, core)
    return Registry(
        core=core,
        sets=sets,
        kinds={name: one.kinds[name] for one in sets.values() for name in one.own_kinds},
        categories=categories,
        schemes=_schemes(answers.get("register_code_schemes", [])),
        rules=by_id(answers.get("register_rules", []), "rule"),
        link_rules=by_id(answers.get("register_link_rules", []), "link rule"),
        chains=by_id(answers.get("register_chains", []), "chain"),
        adapters=by_id(answers.get("register_adapters", []), "adapter"),
        suites=_suites(answers),
        loaded=tuple(loaded),
        broken=tuple(broken),
        hash=rule_set_hash(sets.values()),
    )


def _suites(answers: Answers) -> dict[str, Suite]:
    return by_id([*((_CORE, one) for one in suites.BUILT_IN), *answers.get("register_suites", [])], "suite")


def _schemes(brought: Sequence[tuple[str, Any]]) -> dict[str, CodeScheme]:
    found: dict[str, CodeScheme] = {name: codes.get(name) for name in codes.schemes()}
    for name, scheme in brought:
        if scheme.SCHEME in found:
            raise PluginError(f"code scheme {scheme.SCHEME!r} of {name} exists already", code="TK-PLG-002")
        found[scheme.SCHEME] = scheme
    return dict(sorted(found.items()))


def _require(name: str, registry: Registry) -> None:
    wanted = name.replace("-", "_")
    have = {*registry.categories, *registry.adapters, *registry.suites, *(one.distribution for one in registry.loaded)}
    if {name, wanted} & have:
        return
    for one in registry.broken:
        if one.distribution.replace("-", "_").endswith(wanted):
            raise PluginError(
                f"required plugin {name!r} is broken: {one.distribution} {one.version}: {one.cause}",
                code="TK-PLG-003",
                params={"name": name, "distribution": one.distribution, "version": one.version, "cause": one.cause},
            )
    raise PluginError(
        f"required plugin {name!r} is not installed; installed: {', '.join(sorted(have))}",
        code="TK-PLG-004",
        params={"name": name},
    )
