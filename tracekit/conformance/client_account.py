"""What a sender did in one scenario, as an account: counts and faults that scenarios expect or need. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from tracekit.config import Identity
from tracekit.conformance.files import judge_file
from tracekit.conformance.matching import differences
from tracekit.findings import Finding
from tracekit.ids import GROUPS, content_id
from tracekit.registry import Registry
from tracekit.spec.messages import render
from tracekit.suites import key_id
from tracekit.trees import is_array, is_object

EDITION = "national:v1"
EARLY = 0.05
"""Seconds by which clocks and timers may differ where a sender has to wait."""
Outcome = Literal["receipt", "forged", "lost", "unavailable", "unauthorised", "denied", "rejected"]
OPEN = frozenset(("lost", "unavailable", "unauthorised"))
"""Answers after which a package still has to be sent."""


class Faults(NamedTuple):
    """What is wrong with a package, by whose matter it is."""

    unsealed: tuple[str, ...]
    invalid: tuple[str, ...]
    exposed: tuple[str, ...]
    problems: Mapping[int, tuple[Finding, ...]]
    """By record (from 0) the errors found in it."""


class Submission(NamedTuple):
    """A package as it came, and how it was answered; times are seconds of one clock."""

    at: float
    answered: float
    id: str
    digest: str
    body: bytes
    contents: tuple[str, ...]
    grouped: int
    faults: Faults
    outcome: Outcome
    retry_after: int = 0
    oversized: bool = False
    problems: frozenset[str] = frozenset()
    """Content ids that the receipt called a problem."""


class Asked(NamedTuple):
    """A receipt that was asked for."""

    at: float
    id: str


class Account(NamedTuple):
    """What scenarios may expect; a count unless another type stands."""

    submissions: int
    packages: int
    """Different package ids."""
    repeats: int
    """Packages that came again under their id."""
    delivered: int
    """Records with a receipt that calls them no problem."""
    tokens: int
    """Tokens that were given."""
    unauthorised: int
    """Packages that were answered with 401."""
    grouped: int
    """Records with a digest of a group."""
    unsealed: list[str]
    """Faults of headers, digests and signatures."""
    invalid: list[str]
    """Faults of records."""
    exposed: list[str]
    """Groups that were sent though the forwarding table keeps them below."""
    oversized: int
    """Packages above the limits that were told at the time."""
    open: int
    """Packages that were not sent again though no final answer came."""
    altered: int
    """Repeats whose bytes are others than those sent first under the id."""
    hasty: int
    """Repeats before the time that Retry-After gave."""
    doubled: int
    """Records under a second package id though the first was not refused."""
    stubborn: int
    """Repeats of a package that was refused for what it holds."""
    renewed: int
    """The records of a refused package, all unchanged, under another id."""
    insisted: int
    """Repeats of a package after 403."""
    continued: int
    """Other packages after 403."""
    unmended: int
    """Records called a problem that came again unchanged."""
    told: str
    """What followed a receipt with a wrong signature: repeat, asked, exit (not 0), taken, or unknown."""


def account(submissions: Sequence[Submission], asked: Sequence[Asked], tokens: int, exit_code: int | None) -> Account:
    """The account of a scenario; the exit code is None where nobody saw the sender end."""
    ids = list(dict.fromkeys(one.id for one in submissions))
    last = {one.id: one.outcome for one in submissions}
    return Account(
        submissions=len(submissions),
        packages=len(ids),
        repeats=len(submissions) - len(ids),
        delivered=len(
            {content for one in submissions if one.outcome == "receipt" for content in one.contents if content not in one.problems}
        ),
        tokens=tokens,
        unauthorised=sum(one.outcome == "unauthorised" for one in submissions),
        grouped=sum(one.grouped for one in submissions),
        unsealed=_all(submissions, "unsealed"),
        invalid=_all(submissions, "invalid"),
        exposed=_all(submissions, "exposed"),
        oversized=sum(one.oversized for one in submissions),
        open=sum(outcome in OPEN for outcome in last.values()),
        altered=_altered(submissions),
        hasty=_hasty(submissions),
        doubled=_doubled(submissions),
        **_after_refusal(submissions),
        unmended=_unmended(submissions),
        told=_told(submissions, asked, exit_code),
    )  # fmt: skip  one field a line


def _all(submissions: Sequence[Submission], name: str) -> list[str]:
    return list(dict.fromkeys(text for one in submissions for text in getattr(one.faults, name)))


def _altered(submissions: Sequence[Submission]) -> int:
    first: dict[str, bytes] = {}
    return sum(first.setdefault(one.id, one.body) != one.body for one in submissions)


def _hasty(submissions: Sequence[Submission]) -> int:
    """Whatever is sent next counts: who asks to wait asks it for the whole line."""
    pairs = pairwise(submissions)
    return sum(after.at < before.answered + before.retry_after - EARLY for before, after in pairs if before.retry_after)


def _doubled(submissions: Sequence[Submission]) -> int:
    owner: dict[str, str] = {}
    refused, doubled = set[str](), set[str]()
    for one in submissions:
        for content in one.contents:
            before = owner.get(content, one.id)
            if before != one.id and before not in refused:
                doubled.add(content)
            owner[content] = one.id
        if one.outcome == "rejected":
            refused.add(one.id)
    return len(doubled)


def _after_refusal(submissions: Sequence[Submission]) -> dict[str, int]:
    refused, digests, denied = set[str](), set[str](), set[str]()
    counts: dict[str, int] = dict.fromkeys(("stubborn", "renewed", "insisted", "continued"), 0)
    for one in submissions:
        if one.id in refused:
            counts["stubborn"] += 1
        elif one.digest in digests:
            counts["renewed"] += 1
        if denied:
            counts["insisted" if one.id in denied else "continued"] += 1
        if one.outcome == "rejected":
            refused.add(one.id)
            digests.add(one.digest)
        elif one.outcome == "denied":
            denied.add(one.id)
    return counts


def _unmended(submissions: Sequence[Submission]) -> int:
    known, again = set[str](), set[str]()
    for one in submissions:
        again |= known.intersection(one.contents)
        if one.outcome == "receipt":
            known |= one.problems
    return len(again)


def _told(submissions: Sequence[Submission], asked: Sequence[Asked], exit_code: int | None) -> str:
    forged = next((one for one in submissions if one.outcome == "forged"), None)
    if forged is None:
        return ""
    if any(one.id == forged.id and one.at > forged.at for one in submissions):
        return "repeat"
    if any(one.id == forged.id and one.at > forged.at for one in asked):
        return "asked"
    return "unknown" if exit_code is None else "exit" if exit_code else "taken"


def contents_of(package: Mapping[str, Any]) -> tuple[str, ...]:
    """The content ids of a package's records."""
    return tuple(content_id(one) for one in package["records"] if is_object(one))


def grouped(package: Mapping[str, Any]) -> int:
    """How many records hold a digest of a group."""
    return sum(bool(one.get("groups")) for one in package["records"] if is_object(one))


def faults_of(package: Mapping[str, Any], body: bytes, sender: Identity, receiver: str, level: str, registry: Registry) -> Faults:
    """What is wrong with a package of a sender to a platform of a level (as the forwarding tables name it)."""
    name = f"package {package['header']['id']}"
    found = [one for one in judge_file(body, registry, sender.public_key)[1] if one.level == "error"]
    problems: dict[int, tuple[Finding, ...]] = {}
    for one in found:
        if one.where:
            problems[int(one.where) - 1] = (*problems.get(int(one.where) - 1, ()), one._replace(where=""))
    expected = {"sender": sender.code, "receiver": receiver, "environment": sender.environment, "edition": EDITION, "scope": "record"}
    signed = {"suite": sender.suite, "key": key_id(sender.public_key)}
    wrong = differences({"header": expected, "signature": signed}, package)
    return Faults(
        (
            *(f"{name}: {one.path}: {render(one.code, one.params, 'en')}" for one in found if not one.where),
            *(f"{name}: {one.path}: {one.expected!r} is needed, {one.found!r} came" for one in wrong),
        ),
        tuple(f"{name}: record {one.where}: {one.path}: {render(one.code, one.params, 'en')}" for one in found if one.where),
        tuple(f"{name}: {text}" for text in _exposed(package["records"], level, registry)),
        problems,
    )


def _exposed(records: Any, level: str, registry: Registry) -> Iterator[str]:
    for at, record in enumerate(records if is_array(records) else (), 1):
        for group in GROUPS:
            if is_object(record) and group in record and not _goes_up(str(record.get("kind")), group, level, registry):
                yield f"record {at}: {group} stays below"


def _goes_up(kind: str, group: str, level: str, registry: Registry) -> bool:
    """What `forward.csv` of the core and of the category says; the most exact row counts, and no row lets nothing up."""
    home = kind.partition(".")[0]
    own = registry.sets[home].forward if home in registry.sets else ()
    rows = [
        row
        for row in (*registry.core.forward, *own)
        if row.to_level in (level, "*") and row.kind in (kind, f"{home}.*", "*") and row.group in (group, "*")
    ]
    exact = max(rows, key=lambda row: (row.kind == kind, row.kind != "*", row.group != "*", row.to_level != "*"), default=None)
    return exact is not None and exact.forward
