"""Every installed kind, in every valid form and with single faults: the checks and the reception give verdicts, never an exception."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import orjson
import pytest

from tracekit.findings import Finding
from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.platform import admission
from tracekit.platform.office import Office, open_office
from tracekit.platform.reception import Reception
from tracekit.sdk import Facts, Record, Rule
from tracekit.spec.examples import example
from tracekit.spec.mutations import mutations

SEEDS = range(4)
KINDS = sorted(installed().kinds)
EVERY = 6
"""Of a kind every so many-th fault, another one with each kind: most are of elements that all kinds share."""
# a filing may leave its category out
MANDATORY = ("kind", "key", "revision", "action", "origin", "reporter", "time", "recorded_at", "region")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A nation, which takes every region and category."""
    opened = open_office(admission.create(tmp_path_factory.mktemp("nation"), "nation", "000000", "全国", ["*"]))
    yield opened
    opened.close()


def forms(name: str) -> list[Record]:
    """Valid examples, the first without each of the envelope's fields, and with single faults."""
    kind = installed().kinds[name]
    valid = [{**example(kind, seed), "key": f"{seed}-v"} for seed in SEEDS]
    lacking = [{field: value for field, value in valid[0].items() if field != gone} for gone in MANDATORY]
    mutated = [record for _, _, record in islice(mutations(kind, valid[0]), KINDS.index(name) % EVERY, None, EVERY)]
    without_category = {field: value for field, value in valid[1].items() if field != "category"}
    return [*valid, *lacking, without_category, *mutated, {"kind": name}, {**valid[0], "action": "void"}]


@pytest.mark.parametrize("name", KINDS)
def test_no_form_of_a_kind_breaks_the_reception(office: Office, name: str) -> None:
    records = forms(name)
    receipt = orjson.loads(Reception(office).take_in(records, f"all-{name}"))
    assert sum(receipt["counts"][verdict] for verdict in ("valid", "problem", "pending", "duplicate")) == len(records)
    refused = {result["index"] for result in receipt["results"] if result["verdict"] == "problem"}
    assert refused >= set(range(len(SEEDS), len(SEEDS) + len(MANDATORY))), "a record without a mandatory field of the envelope went in"
    assert "TK-CHK-004" not in {finding["code"] for result in receipt["results"] for finding in result.get("findings", ())}


def test_the_counters_are_right_after_all_of_them(office: Office) -> None:
    assert office.store.integrity() == []


def test_a_rule_that_breaks_is_named_and_holds_up_no_other_record(office: Office) -> None:
    def broken(record: Record, _facts: Facts) -> list[Finding]:
        if record["key"] == "breaks":
            raise KeyError("extension")
        return []

    kind = installed().kinds["core.object_event"]
    rule = Rule("test.broken", (kind.id,), broken)
    records = [{**example(kind, seed), "key": key} for seed, key in enumerate(("good", "breaks", "good too"), 90)]
    checks = Checks(replace(office.registry, rules={rule.id: rule}, _rules_by_kind={}))
    outcome = checks.judge(checks.prepare(records, 1_795_000_000), {}, Facts())
    assert [one.verdict for one in outcome.judged] == ["accepted", "problem", "accepted"]
    finding = outcome.judged[1].findings[-1]
    assert (finding.code, finding.params["rule"]) == ("TK-CHK-004", "test.broken")
