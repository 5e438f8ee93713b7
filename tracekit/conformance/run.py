"""Running cases: preflight, selection, results. A result is one of a few words, and what is no fault of the system is told apart."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from tracekit.conformance.cases import Case
from tracekit.conformance.plan import Plan, Selection, Waiver
from tracekit.conformance.requirements import Requirement
from tracekit.conformance.session import Session
from tracekit.conformance.shown import shown
from tracekit.conformance.steps import Failed, NotProven, play
from tracekit.errors import DockingError, TracekitError

Result = Literal["pass", "fail", "warn", "not_proven", "not_applicable", "review", "waived", "kit_error", "env_error"]
BLOCKING = frozenset(("fail", "not_proven", "review"))
"""Results of binding cases with which a system does not conform."""


@dataclass(frozen=True)
class Outcome:
    """What came of one case: its result, why where there is a reason, and what was exchanged where it failed."""

    case: Case
    result: Result
    seconds: float
    reason: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def line(self) -> dict[str, Any]:
        """As it stands in the results."""
        case = self.case
        told = {
            "type": "case",
            "case": case.id,
            "area": case.area,
            "title_zh": case.title_zh,
            "title_en": case.title_en,
            "verifies": list(case.verifies),
            "kind": case.kind,
            "result": self.result,
            "seconds": round(self.seconds, 3),
        }
        return {**told, **({"reason": self.reason} if self.reason else {}), **({"failure": dict(self.failure)} if self.failure else {})}


def selected(cases: Mapping[str, Case], select: Selection, requirements: Mapping[str, Requirement]) -> list[Case]:
    """The cases of a selection, by area and id.

    Raises:
        TracekitError: an id that is no case.
    """
    for one in select.ids:
        if one not in cases:
            raise TracekitError(f"no case {one}", code="TK-CONF-002", params={"case": one})
    chosen = (
        case
        for case in cases.values()
        if (not select.ids or case.id in select.ids)
        and (not select.areas or case.area in select.areas)
        and (not select.tags or set(select.tags) & set(case.tags))
        and (not select.levels or any(requirements[one].level in select.levels for one in case.verifies))
        and (not select.categories or set(case.applies.get("categories", select.categories)) & set(select.categories))
    )
    return sorted(chosen, key=lambda case: (case.area, case.id))


@dataclass
class Run:
    """Plays cases one after the other, in an order that the seed decides, within a time budget."""

    plan: Plan
    session: Session
    requirements: Mapping[str, Requirement]
    today: date
    clock: Callable[[], float] = time.monotonic

    def play(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """The outcome of each case as it comes."""
        order = list(cases)
        random.Random(self.plan.seed).shuffle(order)  # noqa: S311  an order, no secret
        end = self.clock() + self.plan.seconds
        for case in order:
            yield waived(self._one(case, end), self.plan.waive, self.today)

    def _one(self, case: Case, end: float) -> Outcome:
        if reason := self._unfit(case):
            return Outcome(case, "not_applicable", 0.0, reason)
        begin = self.clock()
        if begin > end:
            return Outcome(case, "not_proven", 0.0, f"the budget of {self.plan.seconds:g} s is used up")
        result, reason, failure = self._result(case)
        return Outcome(case, result, self.clock() - begin, reason, failure)

    def _result(self, case: Case) -> tuple[Result, str, Mapping[str, Any]]:
        try:
            play(case.steps, self.session, self.session.names(case.id))
        except Failed as failed:
            return ("fail" if case.binds(self.requirements) else "warn"), "", shown(failed, case, self.session.line.url)
        except NotProven as missing:
            return "not_proven", str(missing), {}
        except DockingError as error:
            return self._silent(str(error))
        except Exception as error:  # noqa: BLE001  a slip of the kit must not look like one of the system
            return "kit_error", f"{type(error).__name__}: {error}", {}
        return "pass", "", {}

    def _silent(self, reason: str) -> tuple[Result, str, Mapping[str, Any]]:
        """No answer: the system's fault if it answers elsewhere, else that of the line."""
        try:
            alive = self.session.exchange("GET", "/v1/describe", {}).reply.status == 200
        except DockingError:
            alive = False
        return ("fail", f"no answer: {reason}", {}) if alive else ("env_error", reason, {})

    def _unfit(self, case: Case) -> str:
        """Why a case does not apply; empty if it does."""
        role = self.plan.target.role
        if not any(self.requirements[one].of_role(role) for one in case.verifies):
            return f"role {role}"
        if case.applies.get("binding", self.plan.target.binding) != self.plan.target.binding:
            return f"binding {case.applies['binding']}"
        if case.applies.get("senders", 1) > len(self.session.senders):
            return f"needs {case.applies['senders']} senders in the plan"
        missing = set(case.applies.get("categories", ())) - set(self.session.describe.get("categories", ()))
        return f"category {', '.join(sorted(missing))}" if missing else ""


def waived(outcome: Outcome, waivers: Iterable[Waiver], today: date) -> Outcome:
    """An outcome as a reviewer lets it pass until a day; after that day it stands, and says so."""
    for waiver in waivers:
        if waiver.case == outcome.case.id and outcome.result in ("fail", "warn", "not_proven"):
            if today <= waiver.until:
                return replace(outcome, result="waived", reason=f"{waiver.reason} (until {waiver.until})")
            return replace(outcome, reason=f"the waiver ended on {waiver.until}")
    return outcome


def verdict(outcomes: Iterable[Outcome], requirements: Mapping[str, Requirement]) -> tuple[str, int]:
    """Whether the system conforms, and the exit code: 0 conformant, 1 not, 2 where kit, line or selection say nothing."""
    done = list(outcomes)
    binding = [one for one in done if one.case.binds(requirements)]
    if any(one.result in BLOCKING for one in binding):
        return "not conformant", 1
    if any(one.result in ("kit_error", "env_error") for one in done) or not any(one.result == "pass" for one in binding):
        return "no statement", 2
    return "conformant", 0
