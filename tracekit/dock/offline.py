"""Checking without a platform: what can be said of a record from itself and the tables."""

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tracekit.dock.flat import Flat, wire_records
from tracekit.findings import Finding, is_problem
from tracekit.loader import installed
from tracekit.pipeline.check import Checks
from tracekit.pipeline.judged import Judged
from tracekit.sdk import Facts, Record

if TYPE_CHECKING:
    from tracekit.registry import Registry


def check_sealed(records: Sequence[Record], registry: "Registry", now: float) -> list[list[Finding]]:
    """The findings of wire records: form, codes, groups, and the rules that need no facts."""
    checks = Checks(registry)
    return [_with_rules(one, checks) for one in checks.prepare(records, int(now))]


def _with_rules(one: Judged, checks: Checks) -> list[Finding]:
    known = checks.of(one.kind)
    if known is None or is_problem(one.findings) or one.action == "void":
        return list(one.findings)
    found: Iterable[Finding] = (f for rule in known.rules if not rule.needs for f in rule.check(one.record, Facts()))
    return [*one.findings, *found]


def check(records: Iterable[Flat], registry: "Registry | None" = None) -> list[list[Finding]]:
    """Check flat records or models offline with everything installed: one list of findings a record, empty when good."""
    loaded = registry or installed()
    now = time.time()
    return check_sealed(wire_records(records, loaded, origin="", secret=b"", now=now), loaded, now)
