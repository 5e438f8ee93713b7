"""A whole run against a platform: the plan as the command line changes it, the session, the lines of the results."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from tracekit.conformance.cases import Case
from tracekit.conformance.plan import Plan, read_plan
from tracekit.conformance.preflight import open_sender
from tracekit.conformance.requirements import Requirement
from tracekit.conformance.results import footer, header, read_results, stored_results
from tracekit.conformance.run import Outcome, Run, selected
from tracekit.conformance.session import Session
from tracekit.loader import installed
from tracekit.transport import open_line

DONE = frozenset(("pass", "not_applicable", "waived"))
_DIGITS = "0123456789" + ascii_lowercase


def planned(file: Path, url: str, ids: Sequence[str], failed: Path | None, binding: str = "") -> Plan:
    """The plan of a file, with the address, the binding and the cases of the command line in its place.

    Raises:
        ConfigError, TracekitError: plan or results cannot be read.
    """
    plan = read_plan(file)
    chosen = chosen_ids(ids, failed)
    changed = {name: value for name, value in (("url", url), ("binding", binding)) if value}
    target = plan.target.model_validate({**plan.target.model_dump(), **changed})
    select = plan.select.model_copy(update={"ids": chosen}) if chosen else plan.select
    return plan.model_copy(update={"target": target, "select": select})


def chosen_ids(ids: Sequence[str], failed: Path | None) -> tuple[str, ...]:
    """The cases of the command line: those named, and those that did not pass in earlier results.

    Raises:
        TracekitError: the results cannot be read.
    """
    if failed is None:
        return tuple(ids)
    results = read_results(stored_results(failed), str(failed))
    return (*ids, *(one["case"] for one in results.cases if one["result"] not in DONE))


def opened(plan: Plan, folder: Path, payloads: Mapping[str, Any], clock: Callable[[], float] = time.time) -> Session:
    """A session with the plan's target; senders are named a, b … in their order.

    Raises:
        ConfigError: the address or a sender is not usable.
    """
    registry = installed()
    senders = {ascii_lowercase[at]: open_sender(one, folder, registry) for at, one in enumerate(plan.sender)}
    target = plan.target
    line = open_line(target.binding, target.url, lambda: registry.kinds, timeout=target.timeout, ca=target.ca, agent="tracekit-conformance")
    now = int(clock())
    return Session(line, senders, registry, payloads, _token(now), clock, serial=count(now % 9_000_000))


def judge(
    plan: Plan,
    session: Session,
    cases: Mapping[str, Case],
    requirements: Mapping[str, Requirement],
    tell: Callable[[Outcome], object],
) -> tuple[list[dict[str, Any]], list[Outcome]]:
    """Play the selected cases; the lines of the results, and the outcomes in the order of their ids."""
    begin, started = time.monotonic(), datetime.fromtimestamp(session.clock(), UTC)
    outcomes: list[Outcome] = []
    run = Run(plan, session, requirements, started.date())
    for outcome in run.play(selected(cases, plan.select, requirements)):
        outcomes.append(outcome)
        tell(outcome)
    outcomes.sort(key=lambda one: (one.case.area, one.case.id))
    first = header(plan, version("tracekit"), session.describe, session.run, started.isoformat(timespec="seconds"))
    last = footer(outcomes, requirements, time.monotonic() - begin)
    return [first, *(one.line() for one in outcomes), last], outcomes


def _token(number: int) -> str:
    """A short name of a run, from the second in which it began."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
