"""The one way in, for senders over HTTP, for lower platforms, and for the platform's own sources.

package → shape, sender, signature, digest → replay → checks → ONE transaction (facts, verdicts, receipt, records) → observers
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.config import Peer, covers
from tracekit.findings import Finding, is_problem
from tracekit.ids import canonical, records_digest, sha256_hex
from tracekit.pipeline.seal import signature
from tracekit.pipeline.times import wire_time_of
from tracekit.platform.observers import Observers
from tracekit.platform.package import Package, check_digest, check_seals, check_sender, read_package
from tracekit.platform.refusal import refusal
from tracekit.platform.registry import Review, filings_of
from tracekit.store.values import Receipt, Written

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged, Outcome
    from tracekit.platform.office import Office
    from tracekit.sdk import Record
    from tracekit.store.receiving import Receiving


@dataclass(frozen=True)
class Arrival:
    """A batch that may be let in: who sent it, under which id, and its records already checked one by one."""

    package: str
    sender: str
    digest: str
    mode: str
    judged: list[Judged]
    received_at: int
    cursor: tuple[str, str] | None = None
    sealed: Package | None = None
    """The package that brought it, whose seals are kept."""


class _RolledBack(Exception):
    """Leaves the transaction without storing: the mode was `rollback` and a record has a problem."""


class Reception:
    """Lets batches in to one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._observers = Observers(office.registry)
        above = office.setup.config.above
        self._above = above.code if above else ""

    def submit(self, body: bytes, peer: Peer) -> bytes:
        """Take a package of a peer in; gives the receipt's bytes, the same ones for a repeat.

        Raises:
            DockingRejected, DockingDenied: the package as a whole is refused; a bad record is a finding instead.
            StoreError: nothing was taken in.
        """
        package = read_package(body)
        office = self._office
        suite, allowed = office.registry.suites.get(peer.suite), office.setup.suites_for(peer.role)
        check_sender(package, peer, office.code, office.environment, suite, allowed)
        replayed = self._replay(peer.code, package.id, package.header["records_digest"])
        if replayed is not None:
            return replayed
        received_at = office.now()
        judged = office.checks.prepare(package.records, received_at)
        content_ids = [one.content_id for one in judged]
        check_digest(package, content_ids)
        check_seals(package, content_ids)
        self._check_rights(judged, peer)
        mode, digest = package.header["mode"], package.header["records_digest"]
        return self._receive(Arrival(package.id, peer.code, digest, mode, judged, received_at, sealed=package))

    def take_in(
        self,
        records: Sequence[Record],
        package: str,
        *,
        sender: str = "",
        cursor: tuple[str, str] | None = None,
        places: Sequence[str] = (),
        findings: Sequence[Sequence[Finding]] = (),
        peer: Peer | None = None,
    ) -> bytes:  # fmt: skip  the batch, then what came with it
        """Take in records that no package brought: of an own source (with its cursor), or filed under a token alone.

        Args:
            places: where each record stood in its source.
            findings: what the mapping found about each record.
        """
        judged = self._office.checks.prepare(records, self._office.now())
        annotate(judged, places, findings)
        if peer:
            self._check_rights(judged, peer)
        return self.take_checked(judged, package, cursor, peer.code if peer else sender)

    def take_checked(self, judged: list[Judged], package: str, cursor: tuple[str, str] | None, sender: str = "") -> bytes:
        """Take in records that were checked one by one already, by this program on this machine."""
        digest = records_digest([one.content_id for one in judged])
        return self._receive(Arrival(package, sender or self._office.code, digest, "proceed", judged, self._office.now(), cursor))

    def _replay(self, sender: str, package: str, digest: str) -> bytes | None:
        known = self._office.store.receipt(sender, package)
        if known is None:
            return None
        if orjson.loads(known)["digest"] != digest:
            raise refusal("TK-DOCK-109", package=package)
        return known

    def _receive(self, arrival: Arrival) -> bytes:
        store = self._office.store
        origins = sorted({one.origin for one in arrival.judged if one.origin})
        made: dict[str, Any] = {}
        try:
            with store.receiving(origins) as tx:
                replayed = self._replay(arrival.sender, arrival.package, arrival.digest)
                if replayed is not None:
                    return replayed
                outcome = self._judge(tx, arrival)
                rolled_back = arrival.mode == "rollback" and any(one.verdict == "problem" for one in outcome.judged)
                made = self._receipt(arrival, outcome, "rolled_back" if rolled_back else "stored")
                if rolled_back:
                    raise _RolledBack  # noqa: TRY301  leaving by an exception is what undoes the transaction
                ids = tx.write(self._written(arrival, outcome, canonical(made)))
                self._keep_seals(tx, arrival, ids)
                if self._office.setup.config.review.filing == "auto":
                    self._review(tx, arrival, outcome, ids)
        except _RolledBack:
            self._keep_receipt(arrival, canonical(made))
            return canonical(made)
        self._observers.tell(self._office.code, [one for one in outcome.judged if one.verdict == "accepted"], made)
        return canonical(made)

    def _judge(self, tx: Receiving, arrival: Arrival) -> Outcome:
        checks = self._office.checks
        wanted = checks.wanted(arrival.judged)
        known = tx.identities(wanted.identities)
        # links of two batches that arrive together would miss each other without the lock
        tx.lock_links()
        current = [version.record_id for versions in known.values() for version in versions if version.current]
        return checks.judge(arrival.judged, known, tx.facts(wanted), tx.moves(current))

    def _written(self, arrival: Arrival, outcome: Outcome, body: bytes) -> Written:
        up = [-place for place, one in enumerate(outcome.judged, 1) if one.verdict == "accepted" and self.up(one.kind, one.category)]
        return Written(
            arrival.sender,
            arrival.received_at,
            outcome.judged,
            outcome.edges,
            outcome.healed,
            self._store_receipt(arrival, body),
            arrival.cursor,
            {self._above: up} if up else {},
            filings_of(outcome.judged, arrival.sender),
        )

    def _keep_seals(self, tx: Receiving, arrival: Arrival, ids: Sequence[int]) -> None:
        """A forwarder's package names the seal of each record; any other package is the seal of its own records."""
        package = arrival.sealed
        if package is None:
            return
        forwarded = [(id_, via["seal"], _hops(via)) for id_, via in zip(ids, package.via, strict=False) if id_ and "seal" in via]
        tx.keep_record_seals([canonical(seal) for seal in package.seals], forwarded)
        if len(forwarded) < sum(id_ > 0 for id_ in ids):
            content_ids = [one.content_id for one in arrival.judged]
            seal = {"header": package.header, "signature": package.signature, "content_ids": content_ids}
            tx.keep_package_seal(self._receipt_id(arrival), canonical(seal))

    def _review(self, tx: Receiving, arrival: Arrival, outcome: Outcome, ids: Sequence[int]) -> None:
        """The policy `auto`: what the checks found good is approved at once; the receipt still says pending."""
        review = Review(self._office, tx)
        # nodes first: a merchant's code begins with its node's
        for filing in sorted(filings_of(outcome.judged, arrival.sender), key=lambda one: one.kind == "core.merchant"):
            place = -filing.record_id - 1
            one = outcome.judged[place]
            review.approve(replace(filing, record_id=ids[place]), one.record, "auto", self.up(one.kind, one.category))

    def up(self, kind: str, category: str) -> tuple[str, ...]:
        """The platform above, if records of the kind and category go there."""
        return (self._above,) if self._above and self._office.forwarding.goes_up(kind, category) else ()

    def _store_receipt(self, arrival: Arrival, body: bytes) -> Receipt:
        return Receipt(self._receipt_id(arrival), arrival.package, arrival.sender, arrival.digest, body, arrival.received_at)

    def _keep_receipt(self, arrival: Arrival, body: bytes) -> None:
        """The verdicts of a rolled-back package are answered again as they were, though nothing was stored."""
        with self._office.store.receiving([]) as tx:
            tx.write(Written(arrival.sender, arrival.received_at, receipt=self._store_receipt(arrival, body)))

    def _receipt_id(self, arrival: Arrival) -> str:
        return sha256_hex(canonical([self._office.code, arrival.sender, arrival.package, arrival.digest]))[:32]

    def _receipt(self, arrival: Arrival, outcome: Outcome, result: str) -> dict[str, Any]:
        verdicts = [one.verdict for one in outcome.judged]
        counts = {name: verdicts.count(verdict) for name, verdict in _COUNTED.items()}
        receipt: dict[str, Any] = {
            "id": self._receipt_id(arrival),
            "package": arrival.package,
            "digest": arrival.digest,
            "platform": self._office.code,
            "sender": arrival.sender,
            "environment": self._office.environment,
            "outcome": result,
            "counts": {"total": counts["valid"] + counts["problem"] + counts["pending"], **counts},
            "results": [_result(at, one) for at, one in enumerate(outcome.judged) if one.findings or one.verdict != "accepted"],
            "rule_set": self._office.registry.hash,
            "received_at": wire_time_of(arrival.received_at),
        }
        keys = self._office.setup.keys
        return {**receipt, "signature": signature(receipt, keys.suite, keys.private_pem, keys.key_id)}

    def _check_rights(self, judged: Sequence[Judged], peer: Peer) -> None:
        """Deny by default: a record whose origin, region or place the sender may not report for becomes a problem."""
        for one in judged:
            if is_problem(one.findings):
                continue
            if one.measurement:
                one.findings = [*one.findings, Finding("TK-DOCK-122", "error", "kind", {"kind": one.kind})]
            elif denied := _denied(one, peer):
                path, value = denied
                params: Mapping[str, str] = {"sender": peer.code, "value": value}
                one.findings = [*one.findings, Finding("TK-DOCK-113", "error", path, params)]


def annotate(judged: Sequence[Judged], places: Sequence[str], findings: Sequence[Sequence[Finding]]) -> None:
    """Add what the mapping found about each record, and where it stood in its source."""
    for one, more in zip(judged, findings, strict=False):
        if more:
            # what could not be mapped has its reasons already; what the check says of the rest of it would mislead
            one.findings = list(more) if is_problem(list(more)) else [*one.findings, *more]
    for one, place in zip(judged, places, strict=False):
        if one.findings:
            one.findings = [finding if finding.where else finding._replace(where=place) for finding in one.findings]


_COUNTED = {"valid": "accepted", "problem": "problem", "pending": "pending", "duplicate": "duplicate"}


def _hops(via: Mapping[str, Any]) -> str:
    return canonical(via.get("hops", [])).decode()


def _denied(one: Judged, peer: Peer) -> tuple[str, str] | None:
    if not any(fnmatch_end(one.origin, allowed) for allowed in peer.origins):
        return "origin", one.origin
    if not covers(peer.regions, one.region):
        return "region", one.region
    if peer.nodes and one.node and one.node not in peer.nodes:
        return "place", one.node
    return None


def fnmatch_end(text: str, pattern: str) -> bool:
    """True if they are equal, or the pattern ends in `*` and the text begins with the rest.

    >>> fnmatch_end("370600-a", "370600-*"), fnmatch_end("x", "*"), fnmatch_end("x", "xy")
    (True, True, False)
    """
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _result(at: int, one: Judged) -> dict[str, Any]:
    result: dict[str, Any] = {"index": at, "verdict": one.verdict}
    if one.findings:
        result["findings"] = [finding.to_wire() for finding in one.findings]
    if one.first_receipt:
        result["first_receipt"] = one.first_receipt
    return result
