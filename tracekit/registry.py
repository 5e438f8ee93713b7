"""What is installed, in one value: kinds, code schemes, rules, link rules, adapters, suites and chains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from tracekit.errors import PluginError

if TYPE_CHECKING:
    from tracekit.sdk import Adapter, Category, Chain, CodeScheme, LinkRule, Rule, Suite
    from tracekit.spec.sets import Kind, SpecSet
    from tracekit.spec.tables import Row


@dataclass(frozen=True)
class Broken:
    """A distribution that could not be loaded, with its version and the cause."""

    distribution: str
    version: str
    cause: str


@dataclass(frozen=True)
class Loaded:
    """A distribution that was loaded."""

    distribution: str
    version: str
    module: str


@dataclass(frozen=True)
class Registry:
    """Everything the hooks returned, sorted by id; nothing in it changes after the start."""

    core: SpecSet
    sets: Mapping[str, SpecSet]
    kinds: Mapping[str, Kind]
    categories: Mapping[str, Category]
    schemes: Mapping[str, CodeScheme]
    rules: Mapping[str, Rule]
    link_rules: Mapping[str, LinkRule]
    chains: Mapping[str, Chain]
    adapters: Mapping[str, Adapter]
    suites: Mapping[str, Suite]
    loaded: tuple[Loaded, ...] = ()
    broken: tuple[Broken, ...] = ()
    hash: str = ""
    supplied: Mapping[str, Sequence[Row]] = field(default_factory=dict[str, "Sequence[Row]"])
    """The operator's tables by name."""
    _rules_by_kind: dict[str, tuple[Rule, ...]] = field(default_factory=dict[str, "tuple[Rule, ...]"])
    _links_by_kind: dict[str, tuple[LinkRule, ...]] = field(default_factory=dict[str, "tuple[LinkRule, ...]"])

    def rules_for(self, kind: str) -> tuple[Rule, ...]:
        """The rules of a kind, in the order of their ids."""
        if kind not in self._rules_by_kind:
            named = self.kinds[kind].rules if kind in self.kinds else ()
            self._rules_by_kind[kind] = tuple(
                rule for _, rule in sorted(self.rules.items()) if (_covers(rule.kinds, kind) if rule.kinds else rule.id in named)
            )
        return self._rules_by_kind[kind]

    def link_rules_for(self, kind: str) -> tuple[LinkRule, ...]:
        """The link rules in Python of a kind, in the order of their ids."""
        if kind not in self._links_by_kind:
            self._links_by_kind[kind] = tuple(rule for _, rule in sorted(self.link_rules.items()) if _covers(rule.kinds, kind))
        return self._links_by_kind[kind]


def _covers(kinds: tuple[str, ...], kind: str) -> bool:
    return kind in kinds or "*" in kinds or f"{kind.partition('.')[0]}.*" in kinds


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_HasId)


def by_id(items: Iterable[tuple[str, Item]], what: str) -> dict[str, Item]:
    """Sort (distribution, item) pairs by the item's id; two equal ids are an error that names both distributions."""
    found: dict[str, tuple[str, Item]] = {}
    for distribution, item in items:
        if item.id in found:
            raise PluginError(
                f"{what} {item.id!r} comes from {found[item.id][0]} and from {distribution}: remove one of them",
                code="TK-PLG-002",
                params={"what": what, "id": item.id, "first": found[item.id][0], "second": distribution},
            )
        found[item.id] = (distribution, item)
    return {key: found[key][1] for key in sorted(found)}


def rule_set_hash(sets: Iterable[SpecSet]) -> str:
    """The hash that receipts and reports carry: SHA-256 over the sorted hashes of all sets."""
    return hashlib.sha256("\n".join(sorted(one.hash for one in sets)).encode()).hexdigest()
