"""Results as JSON Lines: a header, a line a case, a footer. A file without its footer is no report. All else is made from it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tracekit.conformance.plan import Plan, SenderTest, Terms
from tracekit.conformance.requirements import Requirement, national
from tracekit.conformance.run import Outcome, verdict
from tracekit.errors import TracekitError
from tracekit.spec.tables import tables_digest

NOTICE = "项目自定义，非《国家重要产品追溯体系数据对接技术要求》 / project-defined"
FORMAT = "tracekit-conformance-1"
TIMES = frozenset(("started", "run", "seconds", "seconds_total"))
"""What differs between two runs on the same system, and nothing else does."""


def header(plan: Plan | SenderTest, version: str, describe: Mapping[str, Any], run: str, started: str) -> dict[str, Any]:
    """The first line: what was judged, by which kit, plan and rules."""
    return {
        "type": "header",
        "format": FORMAT,
        "notice": NOTICE,
        "kit": version,
        "specs": tables_digest(national()),
        "plan": plan_digest(plan),
        "target": plan.target.model_dump(),
        "platform": {name: describe.get(name) for name in ("platform", "name", "role", "environment", "editions", "rule_set")},
        "select": plan.select.model_dump(),
        "seed": plan.seed,
        "run": run,
        "started": started,
    }  # fmt: skip  one subject a line


def plan_digest(plan: Terms) -> str:
    """The SHA-256 of a plan as the run used it."""
    return hashlib.sha256(plan.model_dump_json().encode()).hexdigest()


def footer(outcomes: Iterable[Outcome], requirements: Mapping[str, Requirement], seconds: float) -> dict[str, Any]:
    """The last line: the counts, the statement, and that the file is whole."""
    done = list(outcomes)
    counts: dict[str, int] = {}
    for one in done:
        counts[one.result] = counts.get(one.result, 0) + 1
    told, code = verdict(done, requirements)
    return {
        "type": "footer",
        "statement": told,
        "exit": code,
        "cases": len(done),
        "counts": dict(sorted(counts.items())),
        "requirements": _by_requirement(done, requirements),
        "wording": {id_: _wording(one) for id_, one in requirements.items()},
        "seconds_total": round(seconds, 3),
        "complete": True,
    }  # fmt: skip  one subject a line


def _wording(one: Requirement) -> dict[str, str]:
    """What a report says of a requirement, so that it needs no tables."""
    return {"level": one.level, "zh": one.text_zh, "en": one.text_en, "not_tested": one.not_tested}


def _by_requirement(done: Iterable[Outcome], requirements: Mapping[str, Requirement]) -> dict[str, str]:
    """By requirement the worst that came of its cases; one that none showed is `not_tested`."""
    worst = dict.fromkeys(requirements, "not_tested")
    for one in done:
        for id_ in one.case.verifies:
            worst[id_] = max(worst[id_], one.result, key=_WORSE.index)
    return worst


_WORSE = ("not_tested", "not_applicable", "pass", "waived", "env_error", "kit_error", "review", "warn", "not_proven", "fail")


def results_bytes(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """The lines as a file, one JSON object each."""
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def stored_results(path: Path) -> bytes:
    """The bytes of a results file, or of the one in a bundle's folder.

    Raises:
        TracekitError: it cannot be read.
    """
    try:
        return (path / "results.jsonl" if path.is_dir() else path).read_bytes()
    except OSError as error:
        raise TracekitError(f"{error}", code="TK-CONF-003", params={"file": str(path)}) from None


@dataclass(frozen=True)
class Results:
    """A results file that is whole."""

    header: Mapping[str, Any]
    cases: tuple[Mapping[str, Any], ...]
    footer: Mapping[str, Any]


def read_results(data: bytes, name: str) -> Results:
    """The parts of a results file.

    Raises:
        TracekitError: it is damaged, of another format, or ends before its footer.
    """
    try:
        lines: list[dict[str, Any]] = [orjson.loads(line) for line in data.splitlines() if line.strip()]
        first, cases, last = lines[0], lines[1:-1], lines[-1]
        if (first["type"], first["format"], last["type"], last["cases"]) == ("header", FORMAT, "footer", len(cases)):
            return Results(first, tuple(cases), last)
    except (ValueError, LookupError, TypeError):
        pass
    raise TracekitError(f"{name}: no whole results", code="TK-CONF-003", params={"file": name})


def without_times(line: Any) -> Any:
    """A line without what differs between two runs."""
    return {name: value for name, value in line.items() if name not in TIMES}
