"""A whole run against a sender: the kit's address and credentials, one scenario after the other, the lines of the results."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from tracekit.config import Identity, read_table
from tracekit.conformance.client_platform import CODE, Exchanged, PlayedPlatform
from tracekit.conformance.client_scenarios import Scenario
from tracekit.conformance.client_sender import Ended, Let
from tracekit.conformance.host import Host
from tracekit.conformance.judge import chosen_ids
from tracekit.conformance.matching import Difference, differences
from tracekit.conformance.plan import SenderTest, read_sender_test
from tracekit.conformance.requirements import Requirement
from tracekit.conformance.results import footer, header
from tracekit.conformance.run import Outcome, Result, waived
from tracekit.conformance.shown import masked, readable
from tracekit.errors import ConfigError
from tracekit.ids import GROUPS
from tracekit.registry import Registry
from tracekit.suites import ED25519
from tracekit.trees import is_array, is_object

PREFIX = "TRACEKIT_CONFORM_"
CREDENTIALS, KEY = "credentials.json", "signing.pem"


def planned_sender(file: Path | None, run: str, ids: Sequence[str], failed: Path | None) -> SenderTest:
    """The plan of a file, or the plain one, with the command and the cases of the command line in its place.

    Raises:
        ConfigError, TracekitError: plan or results cannot be read.
    """
    plan = read_sender_test(file) if file else SenderTest.model_validate({})
    chosen = chosen_ids(ids, failed)
    select = plan.select.model_copy(update={"ids": chosen}) if chosen else plan.select
    return plan.model_copy(update={"run": run or plan.run, "select": select})


def applicant(plan: SenderTest, beside: Path, folder: Path) -> Identity:
    """Who sends: as `identity.json` says, else a sender whose key is made here and lies in the folder.

    Raises:
        ConfigError: the file cannot be read, or a value is not what it must be.
    """
    if not plan.identity:
        private, public = ED25519.generate()
        _write_secret(folder / KEY, private)
        name, regions = plan.target.name or "sender", ["*"]
        return Identity(code="sender", name=name, role="enterprise", environment="test", regions=regions, public_key=public)
    path = beside / plan.identity
    try:
        tree: Any = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", code="TK-CFG-015", params={"file": str(path), "reason": str(error)}) from None
    return read_table(Identity, tree if is_object(tree) else {}, path)


def played(plan: SenderTest, sender: Identity, registry: Registry) -> PlayedPlatform:
    """The platform that the plan wants played; its receipts bear the suite that the sender uses."""
    suite = registry.suites.get(sender.suite)
    if suite is None:
        params = {"suite": sender.suite, "known": ", ".join(sorted(registry.suites))}
        raise ConfigError(f"suite {sender.suite}", code="TK-PLG-007", params=params)
    return PlayedPlatform(sender, plan.target.above, suite, registry)


def hosted(plan: SenderTest, platform: PlayedPlatform, folder: Path) -> Host:
    """The kit's address, not yet open; the credentials for it stand in the folder.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    listen = plan.listen
    try:
        host = Host(listen, platform.answer)
    except OSError as error:
        params = {"port": str(listen.port), "reason": f"{listen.host}: {error}"}
        raise ConfigError(f"{listen.host}:{listen.port}: {error}", code="TK-CLI-005", params=params) from None
    _write_secret(folder / CREDENTIALS, platform.credentials(host.url).model_dump_json(indent=2) + "\n")
    return host


def judge_sender(
    plan: SenderTest,
    platform: PlayedPlatform,
    scenarios: Sequence[Scenario],
    requirements: Mapping[str, Requirement],
    let: Let,
    environment: Mapping[str, str],
    tell: Callable[[Outcome], object],
) -> tuple[list[dict[str, Any]], list[Outcome]]:
    """Play the scenarios; the lines of the results, and the outcomes.

    Raises:
        ConfigError: in the first scenario the sender did not find the kit, or came with other credentials.
    """
    begin, started = time.monotonic(), datetime.now(UTC)
    judged = {**platform.describe(), "platform": platform.sender.code, "name": platform.sender.name, "rule_set": None}
    first = header(plan, version("tracekit"), judged, f"{int(started.timestamp()):x}", started.isoformat(timespec="seconds"))
    outcomes: list[Outcome] = []
    for number, scenario in enumerate(scenarios):
        outcome = waived(_one(platform, scenario, number, requirements, let, environment), plan.waive, started.date())
        outcomes.append(outcome)
        tell(outcome)
    mine = {id_: one for id_, one in requirements.items() if "enterprise" in one.roles}
    return [first, *(one.line() for one in outcomes), footer(outcomes, mine, time.monotonic() - begin)], outcomes


def _one(
    platform: PlayedPlatform,
    scenario: Scenario,
    number: int,
    requirements: Mapping[str, Requirement],
    let: Let,
    environment: Mapping[str, str],
) -> Outcome:
    platform.begin(scenario)
    begin = time.monotonic()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ended = let(scenario, {**environment, **asked(scenario, number, folder)})
    if number == 0:
        _must_have_come(platform, ended)
    result, reason, wrong = judged(platform, scenario, ended)
    if result == "fail" and not scenario.case.binds(requirements):
        result = "warn"
    failure = _shown(platform.exchanged, scenario, wrong) if wrong else {}
    return Outcome(scenario.case, result, time.monotonic() - begin, reason, failure)


def asked(scenario: Scenario, number: int, folder: str) -> dict[str, str]:
    """What a command is told of a scenario; `folder` is empty and lasts as long as the scenario."""
    told = {"CASE": scenario.case.id, "RECORDS": str(scenario.records), "SERIAL": str(number * 1000), "FOLDER": folder}
    return {f"{PREFIX}{name}": value for name, value in told.items()}


def lasting(url: str, folder: Path) -> dict[str, str]:
    """What a command is told in every scenario."""
    files = {"CREDENTIALS": folder / CREDENTIALS, "KEY": folder / KEY}
    told = {"URL": url, "PLATFORM": CODE, **{name: str(path.resolve()) for name, path in files.items() if path.is_file()}}
    return {f"{PREFIX}{name}": value for name, value in told.items()}


def judged(platform: PlayedPlatform, scenario: Scenario, ended: Ended) -> tuple[Result, str, list[Difference]]:
    """The result of a scenario that was played, why, and what differs."""
    if platform.fault:
        return "kit_error", platform.fault, []
    account = platform.account(ended.exit)
    found = {**account._asdict(), "told": None if account.told == "unknown" else account.told}
    if not account.submissions:
        return "not_proven", f"no package came; {ended.note}", []
    if lacking := list(differences(scenario.needs, found)):
        return "not_proven", f"{'; '.join(f'{one.path}: {one.expected!r} is needed, {one.found!r} came' for one in lacking)}", []
    wrong = list(differences(scenario.expect, found))
    if wrong and account.told == "unknown" and all(one.path == "told" for one in wrong):
        return "review", "see whether the sender told its operator that the receipt's signature does not hold", []
    if not wrong and platform.unplayed:
        return "not_proven", f"the sender ended before the kit gave its last {platform.unplayed} answer(s); {ended.note}", []
    return ("fail" if wrong else "pass"), ended.note if wrong else "", wrong


def _must_have_come(platform: PlayedPlatform, ended: Ended) -> None:
    """A sender that never found the kit says nothing of its implementation."""
    operations = {one.request.path.removeprefix("/v1/"): one.answer.status for one in platform.exchanged}
    if not operations:
        reason = f"nothing came to the kit's address; {ended.note}"
    elif operations.get("token") == 401 and "submit" not in operations:
        reason = f"the token was asked for with another client_id or client_secret; {ended.note}"
    else:
        return
    raise ConfigError(reason, code="TK-CONF-040", params={"reason": reason})


def _shown(exchanged: Sequence[Exchanged], scenario: Scenario, wrong: Sequence[Difference]) -> dict[str, Any]:
    """What a failure shows: every exchange in a line, the last package whole; secrets and sensitive groups are masked."""
    packages = [(at, one) for at, one in enumerate(exchanged, 1) if one.request.path == "/v1/submit"]
    at, last = packages[-1]
    request, answer = last
    return {
        "step": at,
        "differences": [one._asdict() for one in wrong],
        "sent": {
            "method": request.method,
            "path": request.path,
            "headers": masked(request.headers),
            "body": readable(_without_groups(request.body)),
        },
        "came": {"status": answer.status, "body": readable(answer.body)},
        "exchanges": list(_lines(exchanged)),
        "again": f"tracekit conform client --case {scenario.case.id}",
    }  # fmt: skip  one subject a line


def _lines(exchanged: Sequence[Exchanged]) -> Iterator[str]:
    for at, (request, answer) in enumerate(exchanged, 1):
        told: Any = _tree(request.body).get("header")
        package = f" package {told.get('id')}, {told.get('count')} records" if is_object(told) else ""
        code = _tree(answer.body).get("code", "") if answer.status >= 400 else ""
        yield f"{at}. {request.method} {request.path}{package}: {answer.status or 'closed without an answer'} {code}".rstrip()


def _without_groups(body: bytes) -> bytes:
    tree = _tree(body)
    records = tree.get("records")
    if not is_array(records):
        return body
    hidden = [{name: "***" if name in GROUPS else value for name, value in one.items()} if is_object(one) else one for one in records]
    return orjson.dumps({**tree, "records": hidden})


def _tree(body: bytes) -> dict[str, Any]:
    try:
        tree: Any = orjson.loads(body)
    except ValueError:
        return {}
    return tree if is_object(tree) else {}


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
