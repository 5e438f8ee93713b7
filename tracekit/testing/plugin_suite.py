"""The conformance tests of a category's plugin: `TestPlugin = plugin_suite("meat_veg")` is a whole test file."""

import csv
import importlib
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any

from tracekit.findings import Finding
from tracekit.loader import build, installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.judged import Judged
from tracekit.pipeline.marks import Standing
from tracekit.platform.supplied import lay, read_supplied
from tracekit.registry import Registry
from tracekit.sdk import Category, Facts, LinkEntry
from tracekit.sdk.chain import mend
from tracekit.spec.build import differing, plugin_outputs
from tracekit.spec.sets import SpecSet
from tracekit.testing.generator import grow
from tracekit.testing.judging import judged_in_order
from tracekit.testing.truth import Counts, count

SECRET = b"tracekit plugin suite, no secret"
RECEIVED = 1_795_000_000
"""Epoch seconds of a day after that of the cases."""
ALONE = frozenset(("TK-LINK-001",))
"""A record checked alone has no upstream, which is no fault of the case."""

_CODE = re.compile(r"TK-[A-Z]+-\d{3}")


class Subject:
    """A category under test: its registry, tables and compiled checks."""

    def __init__(self, category: str) -> None:
        self.id = category

    @cached_property
    def registry(self) -> Registry:
        """What is brought, with the example of every table that an operator may supply: `cases/<table>.csv`."""
        brought = self.brought
        examples = sorted((brought.categories[self.id].specs / "cases").glob("*.csv")) if self.id in brought.categories else []
        return lay(brought, {file.stem: read_supplied(brought, file.stem, file)[0] for file in examples})

    @cached_property
    def brought(self) -> Registry:
        """What is installed; for a plugin that is not, what its module `tracekit_<category>` brings."""
        module = f"tracekit_{self.id}"
        if self.id in installed().categories or importlib.util.find_spec(module) is None:
            return installed()
        brought = importlib.import_module(module)
        return build([(module, getattr(brought, "plugin", brought))])

    @property
    def category(self) -> Category:
        """The category as its plugin registered it."""
        return self.registry.categories[self.id]

    @property
    def set(self) -> SpecSet:
        """Its tables laid over the core's."""
        return self.registry.sets[self.id]

    @cached_property
    def checks(self) -> Checks:
        """The checks of the registry."""
        return Checks(self.registry)

    def findings(self, flat: Mapping[str, Any], before: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
        """All findings of one flat record that stands alone, or after others that are stored."""
        judged = self._prepared([flat])
        found = self.checks.judge(judged, {}, self._facts(before)).judged[0].findings
        return [finding for finding in found if finding.code not in ALONE]

    def _prepared(self, flats: Sequence[Mapping[str, Any]]) -> list[Judged]:
        sealed = seal_flat(flats, self.registry, SECRET, "2026-11-20T23:00:00+08:00")
        return self.checks.prepare(sealed, RECEIVED)

    def _facts(self, before: Sequence[Mapping[str, Any]]) -> Facts:
        """What a store that holds these records tells the rules."""
        facts = Facts()
        standing = Standing(facts)
        for number, one in enumerate(self._prepared(before), 1):
            standing.take(one, number)
            for key in one.keys:
                side = facts.offers if key.side == "offer" else facts.seekers
                side.setdefault(key.key, []).append(LinkEntry(number, key.key, key.rung, key.line, one.start, one.end))
        return standing.facts

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of one of its tables, none where there is no such file."""
        path = self.category.specs / name
        return _rows(path) if path.is_file() else []

    @cached_property
    def levels(self) -> dict[str, str]:
        """What `rules.csv` says of the level of each code."""
        return {row["code"]: row["level"] for row in self.table("rules.csv")}

    def cases(self) -> dict[str, dict[str, Any]]:
        """Its example records by file name, each whole."""
        files = sorted((self.category.specs / "cases").glob("*.json"))
        told = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
        return {name: {**case, "record": whole(case, told)} for name, case in told.items()}

    def before(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The records that are stored before a case: whole ones, or cases by name."""
        cases = self.cases()
        return [cases[one]["record"] if isinstance(one, str) else one for one in case.get("before", ())]


def whole(case: Mapping[str, Any], cases: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The record of a case: its own, or that of the case it is `like`, with what it `set`s at dotted paths and `drop`s."""
    if "record" in case:
        return case["record"]
    record = deepcopy(whole(cases[case["like"]], cases))
    mend(record, case)
    return record


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def plugin_suite(category: str) -> type:
    """A class of pytest tests for an installed category: its tables, rules, links, example records and chains."""
    import pytest

    subject = Subject(category)

    @pytest.fixture
    def it(self: object) -> Subject:
        return subject

    @pytest.mark.parametrize("case", list(subject.cases()) if category in subject.registry.categories else [])
    def test_case_gives_exactly_its_findings(self: object, it: Subject, case: str) -> None:
        told = it.cases()[case]
        found = it.findings(told["record"], it.before(told))
        codes = [finding.code for finding in found]
        assert codes == told["expect"], f"{told['title']}: {codes} 而非/instead of {told['expect']}; {found}"
        assert [finding.code for finding in found if it.levels.get(finding.code, finding.level) != finding.level] == []

    tests = {name: check for name, check in vars(_Tests).items() if name.startswith("test_")}
    tests[test_case_gives_exactly_its_findings.__name__] = test_case_gives_exactly_its_findings
    return type("TestPlugin", (), {**tests, "it": it})


class _Tests:
    """The tests; each reads the subject under test and nothing else."""

    def test_category_is_installed_whole(self, it: Subject) -> None:
        assert it.id in it.registry.categories
        assert [one for one in it.registry.broken if it.id in one.distribution.replace("-", "_")] == []

    def test_kinds_belong_to_the_category(self, it: Subject) -> None:
        assert it.set.own_kinds
        assert [kind for kind in it.set.own_kinds if not kind.startswith(f"{it.id}.")] == []

    def test_every_kind_has_a_table_or_a_template_and_a_good_example(self, it: Subject) -> None:
        good = {case["record"]["kind"] for case in it.cases().values() if not case["expect"]}
        for row in it.table("kinds.csv"):
            assert row.get("template") or (it.category.specs / "records" / f"{row['kind'].partition('.')[2]}.csv").is_file(), row["kind"]
        assert set(it.set.own_kinds) - good == set()

    def test_every_code_has_a_bad_example(self, it: Subject) -> None:
        shown = {code for case in it.cases().values() for code in case["expect"]}
        assert {row["code"] for row in it.table("rules.csv")} - shown == set()

    def test_messages_speak_both_languages(self, it: Subject) -> None:
        texts = ("title_zh", "title_en", "remedy_zh", "remedy_en")
        assert [row["code"] for row in it.table("rules.csv") if not all(row[name] for name in texts)] == []
        assert [row["code"] for row in it.table("rules.csv") if not _CODE.fullmatch(row["code"])] == []

    def test_rules_in_python_stand_in_the_tables(self, it: Subject) -> None:
        coded = {rule for rule in it.registry.rules if rule.startswith(f"{it.id}.")}
        named = {rule for kind in it.set.own_kinds for rule in it.set.kinds[kind].rules}
        titled = {row["rule"] for row in it.table("rules.csv")}
        assert coded - named == set()
        assert named - coded == set()
        assert coded - titled == set()

    def test_links_name_known_kinds_and_every_sought_rung_is_offered(self, it: Subject) -> None:
        rows = it.table("links.csv")
        assert {row["kind"] for row in rows} - set(it.set.kinds) == set()
        offered = {row["rung"] for row in rows if row["side"] == "offer"}
        assert {row["rung"] for row in rows if row["side"] == "seek"} - offered == set()

    def test_a_rung_has_one_window_and_one_confidence(self, it: Subject) -> None:
        meanings: dict[str, set[tuple[str, str]]] = {}
        for row in it.table("links.csv"):
            meanings.setdefault(row["rung"], set()).add((row["window_days"], row["confidence"]))
        assert {rung: found for rung, found in meanings.items() if len(found) > 1} == {}

    def test_no_sensitive_group_goes_up_by_default(self, it: Subject) -> None:
        for row in it.table("forward.csv"):
            withheld = row["group"] in ("commercial", "personal") and row["to_level"] in ("province", "nation")
            assert not (withheld and row["forward"] == "yes"), row

    def test_retention_by_law_names_every_kind(self, it: Subject) -> None:
        rows = it.table("retention.csv")
        assert not rows or {row["kind"] for row in rows} == set(it.set.own_kinds)
        assert [row["kind"] for row in rows if not (row["months"].isdigit() and row["clause"] and row["grade"])] == []

    def test_every_table_to_supply_has_a_good_example(self, it: Subject) -> None:
        cases = it.category.specs / "cases"
        for table in {row["table"] for row in it.table("supplied.csv")}:
            assert read_supplied(it.brought, table, cases / f"{table}.csv")[1] == []
            assert it.registry.supplied[table]

    def test_tables_name_their_source(self, it: Subject) -> None:
        tables = sorted(it.category.specs.rglob("*.csv"))
        assert [table.name for table in tables if not table.read_text(encoding="utf-8").startswith("#")] == []

    def test_generated_files_agree_with_the_tables(self, it: Subject) -> None:
        if (it.category.specs.parent / "models.py").is_file():
            assert differing(plugin_outputs(it.category.specs)) == []

    def test_chains_give_the_findings_they_promise(self, it: Subject) -> None:
        for found, promised in _chain_findings(it):
            assert found == promised, f"{found} 而非/instead of {promised}"

    def test_chains_add_up(self, it: Subject) -> None:
        chains = [chain for chain in it.registry.chains.values() if chain.category == it.id]
        if chains:
            counts = count(grow(chains, 5))
            assert counts["nation"].total == sum(counts[code].valid for code in counts if code.startswith("city-"))
            assert counts["nation"] != Counts()


def _chain_findings(it: Subject) -> Iterator[tuple[object, object]]:
    chains = [chain for chain in it.registry.chains.values() if chain.category == it.id]
    for event, one in judged_in_order(grow(chains, 3), it.registry) if chains else ():
        codes = [finding.code for finding in one.findings if finding.code not in ALONE]
        yield (event.id, codes), (event.id, [event.problem, *event.warnings] if event.problem else event.warnings)
