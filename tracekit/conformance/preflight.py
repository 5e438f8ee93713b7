"""Before any result: what is wrong with address, credentials, clock or environment is told as such, and no case is played."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tracekit.conformance.packages import Sender
from tracekit.conformance.plan import Plan, SenderPlan, secret
from tracekit.conformance.session import Session
from tracekit.errors import ConfigError, TracekitError
from tracekit.registry import Registry
from tracekit.suites import key_id
from tracekit.trees import is_object

CLOCK_SECONDS = 300
"""How far the clocks of both sides may lie apart."""


class Check(NamedTuple):
    """One look before the run: `good` or not, whose matter it is, and what to do."""

    name: str
    good: bool
    side: str
    detail: str


def open_sender(plan: SenderPlan, folder: Path, registry: Registry) -> Sender:
    """A sender of the plan with its key read.

    Raises:
        ConfigError: its suite is not installed, or a reference names nothing.
    """
    suite = registry.suites.get(plan.suite)
    if suite is None:
        known = ", ".join(sorted(registry.suites))
        raise ConfigError(f"suite {plan.suite}", code="TK-PLG-007", params={"suite": plan.suite, "known": known})
    private = secret(plan.key, folder)
    names = {
        "code": plan.code,
        "origin": plan.origin or plan.code,
        "region": plan.region,
        "node": plan.node,
        "node_code": plan.node.partition(":")[2],
        "party": plan.party,
    }  # fmt: skip  one subject a line
    return Sender(plan.code, secret(plan.secret, folder), private, key_id(suite.public(private)), suite, names)


def look(session: Session, plan: Plan) -> Iterator[Check]:
    """Look at everything that would make results say nothing; after the first bad one the rest is not asked."""
    for check in (_reachable, _is_test, _clock, *(_credentials(name) for name in session.senders)):
        made = check(session, plan)
        yield made
        if not made.good:
            return


def _reachable(session: Session, plan: Plan) -> Check:
    try:
        made = session.exchange("GET", "/v1/describe", {})
    except TracekitError as error:
        return Check("address", False, "configuration", f"{plan.target.url}: {error}")
    if made.reply.status != 200 or not is_object(made.tree):
        return Check("address", False, "configuration", f"{plan.target.url}/v1/describe: HTTP {made.reply.status}, no description")
    session.describe.update(made.tree)
    return Check("address", True, "", str(made.tree.get("platform", "")))


def _is_test(session: Session, _plan: Plan) -> Check:
    found = session.describe.get("environment")
    return Check("environment", found == "test", "configuration", f"{found}: cases store records, so a test environment is needed")


def _clock(session: Session, _plan: Plan) -> Check:
    told = str(session.describe.get("server_time", ""))
    try:
        apart = abs(datetime.fromisoformat(told).timestamp() - session.clock())
    except ValueError:
        return Check("clock", False, "implementation", f"server_time {told!r} is no time")
    return Check("clock", apart <= CLOCK_SECONDS, "configuration", f"{apart:.0f} s apart, at most {CLOCK_SECONDS}")


def _credentials(name: str) -> Callable[[Session, Plan], Check]:
    def check(session: Session, _plan: Plan) -> Check:
        sender = session.senders[name]
        suites: list[Any] = list(session.describe.get("suites", ()))
        if sender.suite.id not in suites:
            return Check(f"sender {name}", False, "configuration", f"suite {sender.suite.id} is not one of {', '.join(map(str, suites))}")
        try:
            session.token(name)
        except TracekitError as error:
            return Check(f"sender {name}", False, "configuration", f"{sender.code}: {error}")
        return Check(f"sender {name}", True, "", sender.code)

    return check
