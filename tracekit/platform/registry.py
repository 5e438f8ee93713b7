"""Filing: nodes, merchants, subjects and products wait for a review, approved ones get their code, applicants are told by cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.config import Peer, covers
from tracekit.errors import TracekitError
from tracekit.pipeline.times import wire_time_of
from tracekit.store.values import Filing

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged
    from tracekit.platform.office import Office
    from tracekit.sdk import Record
    from tracekit.store.receiving import Receiving

PAGE = 500
SERIALS = {"core.node": ("node", 3), "core.merchant": ("merchant", 4)}
"""Scheme and length of the serial that follows the area (node) or the node's code (merchant)."""


def filings_of(judged: Sequence[Judged], applicant: str) -> list[Filing]:
    """The filings of a batch: its pending records, referred to by their place in it."""
    return [Filing(-place, one.kind, applicant, refs_of(one.record)) for place, one in enumerate(judged, 1) if one.verdict == "pending"]


def refs_of(record: Record) -> tuple[str, ...]:
    """All numbers that a filed record is known by."""
    own = [record["ref"]] if "ref" in record else []
    return tuple(dict.fromkeys([*own, *(one["ref"] for one in record.get("refs", ()) if "ref" in one)]))


class Review:
    """Decides filings inside one accepting transaction, so that no code is given twice."""

    def __init__(self, office: Office, tx: Receiving) -> None:
        self._office = office
        self._tx = tx
        self._last: dict[str, int] = {}
        self._codes: dict[str, str] = {}

    def approve(self, filing: Filing, record: Record, reviewer: str, up: Iterable[str] = ()) -> Filing:
        """Accept the record, give it a code where its kind has one, put it into the index, and let it go to the peers `up`."""
        code = self._code(filing.kind, record)
        scheme = SERIALS[filing.kind][0] if code else ""
        refs = filing.refs if not code else tuple(dict.fromkeys([f"{scheme}:{code}", *filing.refs]))
        decided = replace(filing, state="approved", reason="", refs=refs, assigned_code=code, reviewer=reviewer)
        self._codes |= dict.fromkeys(refs, code)
        return self._tx.settle(decided, self._office.now(), tuple(up))

    def send_back(self, filing: Filing, reason: str, reviewer: str) -> Filing:
        """Refuse the record with the reason that its applicant is told."""
        return self._tx.settle(replace(filing, state="returned", reason=reason, reviewer=reviewer), self._office.now())

    def _code(self, kind: str, record: Record) -> str:
        if kind not in SERIALS:
            return ""
        scheme, digits = SERIALS[kind]
        known = next((ref for ref in refs_of(record) if ref.startswith(f"{scheme}:")), "")
        prefix = "" if known else record["region"] if kind == "core.node" else self._node_code(record.get("node", ""))
        return known.partition(":")[2] or (self._next(scheme, prefix, digits) if prefix else "")

    def _node_code(self, ref: str) -> str:
        """The code of a merchant's node, which it may know by another number."""
        scheme, _, value = ref.partition(":")
        if scheme == "node" or ref in self._codes:
            return self._codes.get(ref, value)
        found = [one for one in self._office.store.subjects(prefix=ref, limit=1) if one.ref == ref]
        filing = self._office.store.filing(found[0].record_id) if found else None
        return filing.assigned_code if filing else ""

    def _next(self, scheme: str, prefix: str, digits: int) -> str:
        """One more than the highest serial ever given under the prefix: codes of cancelled filings stay in the index."""
        key = f"{scheme}:{prefix}"
        if key not in self._last:
            used = self._office.store.subjects(prefix=key, limit=10**digits)
            ends = [one.ref.removeprefix(key) for one in used]
            self._last[key] = max((int(end) for end in ends if len(end) == digits and end.isdecimal()), default=0)
        self._last[key] += 1
        serial = str(self._last[key]).zfill(digits)
        if len(serial) > digits:
            raise TracekitError(key, code="TK-CLI-006", params={"prefix": prefix})
        return prefix + serial


def decide(office: Office, record_id: int, reviewer: str, *, reason: str = "", up: Iterable[str] = ()) -> Filing:
    """Approve a pending filing, or return it with a reason.

    Raises:
        TracekitError: there is no such filing, or it was decided before.
    """
    with office.store.receiving([]) as tx:
        tx.lock_links()
        filing = office.store.filing(record_id)
        stored = office.store.records([record_id]).get(record_id)
        if filing is None or stored is None or filing.state != "pending":
            raise TracekitError(str(record_id), code="TK-CLI-004", params={"what": str(record_id)})
        review = Review(office, tx)
        if reason:
            return review.send_back(filing, reason, reviewer)
        return review.approve(filing, orjson.loads(stored.body), reviewer, up)


def outcomes(office: Office, applicant: str, after: int) -> dict[str, Any]:
    """The applicant's filings that changed after a cursor: state, reason, assigned code."""
    found = office.store.filings(after, PAGE, applicant=applicant)
    stored = office.store.records(one.record_id for one in found)
    rows = [
        filing_row(one, *((stored[one.record_id].origin, stored[one.record_id].key) if one.record_id in stored else ("", "")))
        for one in found
    ]
    return {"filings": rows, "cursor": str(found[-1].seq if found else after)}


def filing_row(filing: Filing, origin: str, key: str) -> dict[str, Any]:
    """A filing as it is told, without what is empty."""
    row = {
        "id": filing.record_id,
        "kind": filing.kind,
        "origin": origin,
        "key": key,
        "refs": list(filing.refs),
        "state": filing.state,
        "reason": filing.reason,
        "assigned_code": filing.assigned_code,
        "changed_at": wire_time_of(filing.changed_at),
    }  # fmt: skip  one line a table row
    return {name: value for name, value in row.items() if value not in ("", [])}


def subjects(office: Office, peer: Peer, after: int) -> dict[str, Any]:
    """The subject index after a cursor: refs and filing states, nodes and merchants only of the caller's regions."""
    found = office.store.subjects(after, PAGE)
    rows = [{"ref": one.ref, "state": one.state, "kind": one.kind} for one in found if _may_know(one.ref, peer)]
    return {"subjects": rows, "cursor": str(found[-1].seq if found else after)}


def _may_know(ref: str, peer: Peer) -> bool:
    scheme, _, value = ref.partition(":")
    return scheme not in ("node", "merchant") or covers(peer.regions, value[:6])
