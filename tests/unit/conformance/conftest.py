"""Results of runs that never were: made by the kit's own functions from cases and requirements of the tables."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from tracekit.conformance.cases import Case, load_cases
from tracekit.conformance.plan import Plan
from tracekit.conformance.requirements import read_requirements
from tracekit.conformance.results import footer, header
from tracekit.conformance.run import Outcome

FAILURE = {
    "step": 2,
    "differences": [
        {"path": "code", "expected": "TK-DOCK-105", "found": None},
        {"path": "verdicts.0", "expected": {"$has": ["<b>"]}, "found": ["=1+1", 7]},
    ],
    "sent": {"method": "POST", "path": "/v1/submit", "headers": {"authorization": "***"}, "body": '{"header":{"id":"x"},"records":[]}'},
    "came": {"status": 200, "body": "<script>alert(1)</script>\x00\x1b 回执"},
    "remedy": {"code": "TK-DOCK-105", "zh": "摘要不符", "en": "the digest differs"},
    "curl": "curl -sS -X POST https://city.example/v1/submit",
    "again": "tracekit conform server https://city.example --case TC-SUBMIT-0002",
}  # fmt: skip  one subject a line


@pytest.fixture
def plan() -> Plan:
    sender = {
        "code": "e-1",
        "secret": "env:S",
        "key": "file:k.pem",
        "region": "370600",
        "node": "node:370600004",
        "party": "merchant:3706000040001",
    }  # fmt: skip  one subject a line
    waive = [{"case": "TC-SUBMIT-0003", "reason": '约定 "agreed" \x7f\t', "until": "2999-12-31"}]
    return Plan.model_validate({"target": {"url": "https://city.example", "name": "烟台市"}, "sender": [sender, sender], "waive": waive})


Lines = list[dict[str, Any]]


@cache
def tables() -> Any:
    return load_cases()[0], read_requirements()


@pytest.fixture
def lines(plan: Plan) -> Callable[..., Lines]:
    """Lines where every case passed but those that are named; `ids` narrows the run."""
    cases, requirements = tables()
    platform = {
        "platform": "city-370600",
        "name": "烟台市",
        "role": "city",
        "environment": "test",
        "editions": ["national:v1"],
        "rule_set": "ab",
    }

    def make(results: Mapping[str, tuple[Any, ...]] = {}, ids: tuple[str, ...] = (), seconds: float = 0.25, run: str = "t1") -> Lines:
        used = plan.model_copy(update={"select": plan.select.model_copy(update={"ids": ids})})

        def outcome(case: Case) -> Outcome:
            result, reason, failure = (*results.get(case.id, ("pass",)), "", {})[:3]
            return Outcome(case, result, seconds, reason, failure)

        done = [outcome(case) for case in sorted(cases.values(), key=lambda one: (one.area, one.id)) if not ids or case.id in ids]
        first = header(used, "0.1.0", platform, run, "2026-11-22T08:00:00+00:00")
        return [first, *(one.line() for one in done), footer(done, requirements, seconds * len(done))]

    return make


@pytest.fixture
def mixed(lines: Callable[..., Lines]) -> Lines:
    """One of each result."""
    return lines(
        {
            "TC-SUBMIT-0001": ("fail", "", FAILURE),
            "TC-SUBMIT-0002": ("not_proven", "no record came"),
            "TC-SUBMIT-0003": ("waived", "agreed (until 2999-12-31)", FAILURE),
            "TC-SUBMIT-0004": ("not_applicable", "role city"),
            "TC-SUBMIT-0005": ("kit_error", "KeyError: x"),
            "TC-SUBMIT-0006": ("env_error", "no answer"),
            "TC-SUBMIT-0007": ("warn", "", FAILURE),
        }
    )
