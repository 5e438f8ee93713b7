"""Checking a batch: format → code → category → quality in one loop, then identity and links. Pure.

`prepare` needs no facts; `wanted` says which facts the batch needs; `judge` gives each record its verdict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracekit.findings import Finding, is_problem
from tracekit.ids import identity
from tracekit.pipeline.judged import Identity, Judged, Known, Outcome, Wanted
from tracekit.pipeline.keys import Keys, compile_keys, first_key
from tracekit.pipeline.link import Edge, Linker, Rung, bare, broken_link, joins, linker, rungs
from tracekit.pipeline.marks import NO_MOVES, MarksOf, MovesOf, Standing, compile_marks, compile_moves
from tracekit.pipeline.refs import NO_REFS, ExtensionRefs, check_refs, extension_refs, parts_of
from tracekit.pipeline.seal import faulty_groups, split_body
from tracekit.pipeline.supplied import compile_supplied
from tracekit.pipeline.times import day_number, interval
from tracekit.sdk import Facts, LinkEntry, LinkKey, Move, Record, Rule
from tracekit.spec.scan import type_name
from tracekit.spec.validators import validator

if TYPE_CHECKING:
    from tracekit.registry import Registry
    from tracekit.spec.sets import Kind

FILED = frozenset(("subject", "node", "merchant", "product", "device", "asset"))
"""Record types that wait for a review before they count as known."""


@dataclass(frozen=True)
class KindChecks:
    """What is compiled once for a kind."""

    kind: Kind
    validate: Callable[[Record], list[Finding]]
    business: Keys | None
    linker: Linker
    rules: tuple[Rule, ...]
    marks: MarksOf | None
    moves: MovesOf | None
    refs: ExtensionRefs


class Checks:
    """The compiled checks of a registry, made kind by kind when first needed."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._links = list(dict.fromkeys(row for one in registry.sets.values() for row in one.links))
        self._marks = list(dict.fromkeys(row for one in registry.sets.values() for row in one.marks))
        self._lifted = {row.mark for row in self._marks if row.side == "lift"}
        self._balance = list(dict.fromkeys(row for one in registry.sets.values() for row in one.balance))
        self._supplied = compile_supplied(registry.supplied, self._marks, self._balance)
        self._rungs = rungs(self._links)
        self._mandatory = frozenset(row.rung_id for row in self._links if row.mandatory and row.side == "seek")
        self._by_kind: dict[str, KindChecks] = {}

    def of(self, kind: str) -> KindChecks | None:
        """The checks of a kind, or None if no table knows it."""
        found = self._by_kind.get(kind)
        if found is None and kind in self.registry.kinds:
            found = self._by_kind[kind] = self._compile(self.registry.kinds[kind])
        return found

    def _compile(self, kind: Kind) -> KindChecks:
        marks = [row for row in self._marks if row.kind == kind.id]
        balance = [row for row in self._balance if row.kind == kind.id]
        return KindChecks(
            kind,
            validator(kind),
            compile_keys(kind.business_key) if kind.business_key else None,
            linker(kind.id, self._links, self.registry),
            self.registry.rules_for(kind.id),
            compile_marks(marks, self._lifted) if marks else None,
            compile_moves(balance) if balance else None,
            extension_refs(kind),
        )

    def prepare(self, records: Iterable[Record], received_at: int, *, sealed_here: bool = False) -> list[Judged]:
        """Check each record alone: form, codes, digests of its groups.

        Args:
            received_at: epoch seconds.
            sealed_here: this process made the groups and their digests a moment ago, so that they need no second look.
        """
        judged = [self._prepare(record, received_at, sealed_here) for record in records]
        check_refs(judged, self.registry, self._own_refs)
        return judged

    def _own_refs(self, kind: str) -> ExtensionRefs:
        checks = self.of(kind)
        return checks.refs if checks else NO_REFS

    def _prepare(self, record: Record, received_at: int, sealed_here: bool) -> Judged:
        name = record.get("kind")
        checks = self.of(name) if isinstance(name, str) else None
        if checks is None:
            return _unreadable(record, self._unknown(name))
        findings = checks.validate(record)
        if findings and is_problem(findings):
            return _unreadable(record, *findings)
        if "groups" in record and not sealed_here:
            findings += [Finding("TK-REC-090", "error", f"groups.{group}") for group in faulty_groups(record)]
        return _readable(record, checks, findings, received_at)

    def _unknown(self, name: object) -> Finding:
        if not isinstance(name, str):
            return Finding("TK-REC-001", "error", "kind", {"expected": "text", "found": type_name(name)})
        of_category = name.partition(".")[0] + "."
        known = [kind for kind in self.registry.kinds if kind.startswith(of_category)] or sorted(self.registry.categories)
        return Finding("TK-REC-050", "error", "kind", {"kind": _short(name), "known": ", ".join(known)})

    def wanted(self, judged: Sequence[Judged]) -> Wanted:
        """Which facts the batch needs."""
        wanted = Wanted()
        for one in judged:
            if is_problem(one.findings):
                continue
            wanted.identities.add((one.origin, one.kind, one.key))
            if one.business_key:
                wanted.business.add(one.business_key)
            for key in one.keys:
                (wanted.offers if key.side == "seek" else wanted.seekers).add(key.key)
            wanted.marks.update(key.key for key in one.marks if key.side == "read")
            wanted.balance.update(move.key for move in one.moves)
            wanted.filed.update(one.filed)
        return wanted

    def judge(
        self,
        judged: list[Judged],
        known: Mapping[Identity, Sequence[Known]],
        facts: Facts,
        stored_moves: Mapping[int, Sequence[Move]] = NO_MOVES,
    ) -> Outcome:
        """Give each record its verdict and join it to what is stored and to the rest of the batch.

        Args:
            stored_moves: by record id, what the stored versions of the batch's identities moved in ledgers.
        """
        outcome = Outcome(judged)
        versions: dict[Identity, list[Known]] = {key: list(value) for key, value in known.items()}
        reporters = dict(facts.business)
        standing = Standing(self._supplied.told(judged, facts), stored_moves)
        accepted: list[tuple[int, Judged]] = []
        for position, one in enumerate(judged, 1):
            self._decide(one, versions, reporters, standing)
            if one.verdict in ("accepted", "pending"):
                accepted.append((-position, one))
                _remember(one, -position, versions, reporters)
                if one.marks or one.moves or one.replaces:
                    standing.take(one, -position)
        self._look_again(accepted, standing)
        self._link(accepted, facts, outcome)
        return outcome

    def _decide(self, one: Judged, versions: Mapping[Identity, Sequence[Known]], reporters: Mapping[str, str], standing: Standing) -> None:
        if is_problem(one.findings):
            one.verdict = "problem"
            return
        if _against_known(one, versions.get((one.origin, one.kind, one.key), ())):
            return
        first = reporters.get(one.business_key) if one.business_key else None
        if first is not None and first != one.origin:
            one.verdict = "duplicate"
            one.findings = [*one.findings, Finding("TK-CHK-003", "warning", "", {"key": one.business_key, "origin": first})]
            return
        said = self._said(one, standing.facts_for(one))
        if said:
            one.findings = one.findings + said
        one.verdict = "problem" if is_problem(one.findings) else "pending" if one.filing else "accepted"

    def _said(self, one: Judged, facts: Facts) -> list[Finding]:
        checks = self.of(one.kind)
        rules = checks.rules if checks is not None and one.action != "void" else ()
        try:
            return [finding for rule in rules for finding in rule.check(one.record, facts)]
        except Exception:  # noqa: BLE001  a plugin's rule may raise anything, and one record must not hold up all others
            return _said_one_by_one(rules, one.record, facts)

    def _look_again(self, accepted: Sequence[tuple[int, Judged]], standing: Standing) -> None:
        """Records that read a mark which a later one of the batch set: the order in a batch is not that of time."""
        last_set = {key.key: position for position, one in accepted for key in one.marks if key.side == "set"}
        if not last_set:
            return
        for position, one in accepted:
            if any(last_set.get(key.key, 0) < position for key in one.marks if key.side == "read"):
                known = {(finding.code, finding.path) for finding in one.findings}
                said = self._said(one, standing.facts_for(one, position))
                one.findings = one.findings + [new for new in said if new.level != "error" and (new.code, new.path) not in known]

    def _link(self, accepted: Sequence[tuple[int, Judged]], facts: Facts, outcome: Outcome) -> None:
        offers = _own_offers(accepted)
        gone = {one.replaces for _, one in accepted if one.replaces}
        for position, one in accepted:
            checks = self.of(one.kind)
            if checks is None or one.action == "void":
                continue
            found: set[LinkKey] = set()
            for key in one.keys:
                seeks = key.side == "seek"
                others = (*facts.offers.get(key.key, ()), *offers.get(key.key, ())) if seeks else facts.seekers.get(key.key)
                if not others:
                    continue
                mine = LinkEntry(position, key.key, key.rung, key.line, one.start, one.end)
                if not seeks:
                    self._join_seekers(mine, others, gone, outcome)
                elif self._join_offers(mine, others, gone, outcome):
                    found.add(key)
            _mark_broken(one, checks.linker, found)

    def _join_offers(self, mine: LinkEntry, others: Sequence[LinkEntry], gone: set[int], outcome: Outcome) -> bool:
        rung = self._rung(mine.rung)
        joined = [
            Edge(other.record_id, mine.record_id, rung.name, mine.key, rung.confidence)
            for other in others
            if other.record_id != mine.record_id
            and other.record_id not in gone
            and bare(other.rung) == rung.name
            and joins(other, mine, rung)
        ]
        outcome.edges.extend(joined)
        return bool(joined)

    def _rung(self, rung_id: str) -> Rung:
        """A rung by its id; that of a link rule in Python may have no row, and then no window."""
        return self._rungs.get(rung_id) or Rung(bare(rung_id))

    def _join_seekers(self, mine: LinkEntry, others: Sequence[LinkEntry], gone: set[int], outcome: Outcome) -> None:
        name = bare(mine.rung)
        for other in others:
            rung = self._rung(other.rung)
            if other.record_id not in gone and rung.name == name and joins(mine, other, rung):
                outcome.edges.append(Edge(mine.record_id, other.record_id, name, mine.key, rung.confidence))
                if other.rung in self._mandatory:
                    outcome.healed.add(other.record_id)


def _said_one_by_one(rules: Sequence[Rule], record: Record, facts: Facts) -> list[Finding]:
    """What the rules say of a record that breaks one of them: such a rule is named instead."""
    said: list[Finding] = []
    for rule in rules:
        try:
            said += rule.check(record, facts)
        except Exception as error:  # noqa: BLE001  see above
            said.append(Finding("TK-CHK-004", "error", "", {"rule": rule.id, "error": type(error).__name__}))
    return said


def _mark_broken(one: Judged, linker_: Linker, found: set[LinkKey]) -> None:
    finding = broken_link(one.party, one.keys, linker_.mandatory, found)
    if finding is not None:
        one.broken = True
        one.findings = [*one.findings, finding]


def _own_offers(accepted: Sequence[tuple[int, Judged]]) -> dict[str, list[LinkEntry]]:
    offers: dict[str, list[LinkEntry]] = {}
    sought = {key.key for _, one in accepted for key in one.keys if key.side == "seek"}
    for position, one in accepted:
        for key in one.keys:
            if key.key in sought and key.side == "offer":
                entry = LinkEntry(position, key.key, key.rung, key.line, one.start, one.end)
                offers.setdefault(key.key, []).append(entry)
    return offers


def _remember(one: Judged, position: int, versions: dict[Identity, list[Known]], reporters: dict[str, str]) -> None:
    identity_ = (one.origin, one.kind, one.key)
    before = versions.get(identity_)
    versions[identity_] = here = [version._replace(current=False) for version in before] if before else []
    here.append(Known(position, one.revision, one.content_id, "", True, one.verdict))
    if one.business_key:
        reporters.setdefault(one.business_key, one.origin)


def _against_known(one: Judged, versions: Sequence[Known]) -> bool:
    """Compare with the accepted versions of the identity; True if that settles the verdict."""
    for version in versions:
        if version.revision == one.revision and version.content_id == one.content_id:
            one.verdict, one.first_receipt = "duplicate", version.receipt
            return True
    latest = max((version.revision for version in versions), default=0)
    if latest >= one.revision:
        one.verdict = "problem"
        params = {"revision": str(one.revision), "latest": str(latest)}
        one.findings = [*one.findings, Finding("TK-CHK-001", "error", "revision", params)]
        return True
    if not versions and one.action != "new":
        one.verdict = "problem"
        one.findings = [*one.findings, Finding("TK-CHK-002", "error", "action", {"action": one.action})]
        return True
    one.replaces = next((version.record_id for version in versions if version.current), 0)
    return False


def _readable(record: Record, checks: KindChecks, findings: list[Finding], received_at: int) -> Judged:
    body, aside = split_body(record)
    start, end = interval(record["time"])
    if "until" in record:
        end = interval(record["until"])[1]
    place = record.get("place", "")
    kind = checks.kind
    void = record["action"] == "void"
    parts = parts_of(record, checks.refs)
    return Judged(
        record,
        kind.id,
        record["origin"],
        record["key"],
        record["revision"],
        record["action"],
        body,
        aside,
        hashlib.sha256(body).hexdigest(),
        identity(record["origin"], kind.id, record["key"]),
        findings,
        refs=parts.refs,
        party=record.get("party", ""),
        filed=parts.filed,
        named=parts.named,
        goods=parts.goods,
        day=day_number(start),
        start=start,
        end=end,
        node=place.partition(":")[2],
        region=record["region"],
        category=record.get("category", kind.id.partition(".")[0]),
        business_key=_business_key(record, checks),
        backfill=kind.window_hours > 0 and received_at > end + kind.window_hours * 3600,
        measurement=kind.record_type == "measurement",
        filing=kind.record_type in FILED,
        lines=len(record.get("items", ())),
        keys=[] if void else checks.linker.keys(record),
        marks=() if void or checks.marks is None else checks.marks(record, end),
        moves=() if void or checks.moves is None else checks.moves(record),
    )  # fmt: skip  one fact a line group reads better than one a line


def _business_key(record: Record, checks: KindChecks) -> str:
    key = first_key(checks.business, record) if checks.business else ""
    return f"{checks.kind.id}|{key}" if key else ""


def _unreadable(record: Record, *findings: Finding) -> Judged:
    """A record that is not safe to read further keeps what can be named of it."""
    body, aside = split_body_leniently(record)
    names = {name: value if isinstance(value := record.get(name), str) else "" for name in ("kind", "origin", "key")}
    revision = record.get("revision")
    start = _start_or_zero(record.get("time"))
    place = record.get("place")
    return Judged(
        record,
        names["kind"][:64],
        names["origin"][:64],
        names["key"][:128],
        revision if isinstance(revision, int) and 0 < revision < 1 << 31 else 0,
        str(record.get("action", ""))[:16],
        body,
        aside,
        hashlib.sha256(body).hexdigest(),
        identity(names["origin"][:64], names["kind"][:64], names["key"][:128]),
        list(findings),
        day=day_number(start) if start else day_number(0),
        start=start,
        end=start,
        node=place.partition(":")[2][:32] if isinstance(place, str) else "",
        region=_short(record.get("region")),
        category=names["kind"].partition(".")[0][:32],
    )  # fmt: skip  see above


def split_body_leniently(record: Record) -> tuple[bytes, bytes]:
    """`split_body` for records that hold what canonical JSON cannot (a lone surrogate, a huge integer): never raises."""
    try:
        return split_body(record)
    except (TypeError, ValueError, RecursionError):
        return repr(record)[:100_000].encode("utf-8", "backslashreplace"), b"{}"


def _start_or_zero(value: object) -> int:
    try:
        return interval(value)[0] if isinstance(value, str) else 0
    except (ValueError, OverflowError):
        return 0


def _short(value: object) -> str:
    return str(value)[:64] if isinstance(value, str | int) else type(value).__name__
