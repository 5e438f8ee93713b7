"""A platform's way up: what was accepted here goes to the platform above, with the client's own code for sending.

A package gets its id in the store before it is sealed, and keeps id, header and records to the end.
"""

import random as chance
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tracekit.dock.counting import Counting
from tracekit.dock.receipt import Pending, Receipt
from tracekit.dock.retry import Retry
from tracekit.dock.sealing import Signer, header
from tracekit.dock.sending import Sender
from tracekit.dock.session import Description, Session
from tracekit.dock.spool import Entry
from tracekit.dock.upward import resumed, upward
from tracekit.errors import DockingDenied, DockingRejected, DockingUnavailable
from tracekit.findings import Finding
from tracekit.ids import canonical
from tracekit.sdk import Suite
from tracekit.suites import ED25519

if TYPE_CHECKING:
    from tracekit.store import Store
    from tracekit.store.values import Outgoing, Stored

Refusals = Sequence[tuple["Stored", tuple[Finding, ...]]]
"""Records that the platform above judged a problem, with its findings."""

LINK = "link:"
"""A cursor of this name and the peer's code says why the link is stopped; empty while it is not."""

_EVER = 1 << 62
# bytes of a package that one record may take with its history; usual ones take a quarter
_ROOM = 8 * 1024


class Sent(NamedTuple):
    """What one run of an outbox did; `waiting` records are still here, `down` says why (empty: the line is up).

    `counted` day counts were told of records that stay here.
    """

    receipts: list[Receipt]
    refused: list[DockingRejected]
    waiting: int
    down: str = ""
    counted: int = 0


class Outbox:
    """Sends a platform's accepted records to the platform above; may be stopped anywhere and run again.

    Args:
        code: our own code, which signs hops.
        peer: the code of the platform above.
        withheld: the groups of a kind that do not go up (`forward.csv`).
        platform_key: the public key of the platform above (PEM) where it was handed over.
        suites: the signature suites that receipts may carry.
        counting: the day counts of what stays here; they go up after the records.
        refused: told of what the platform above judged a problem, before its receipt counts as read; perhaps twice.
    """

    def __init__(
        self,
        store: "Store",
        session: Session,
        signer: Signer,
        *,
        code: str,
        peer: str,
        withheld: Callable[[str], Collection[str]],
        counting: Counting | None = None,
        platform_key: str = "",
        suites: Mapping[str, Suite] | None = None,
        retry: Retry | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = chance.random,
        wait: Callable[[float], None] = time.sleep,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        refused: Callable[[Refusals], object] = lambda _: None,
    ) -> None:
        self.store = store
        self.peer = peer
        self.session = session
        self._counting = counting
        self._queue = _Queue(store, peer, code=code, signer=signer, withheld=withheld, clock=clock, new_id=new_id, refused=refused)
        self._clock = clock
        self._sender = Sender(
            session,
            self._queue,
            suites=suites or {ED25519.id: ED25519},
            platform_key=platform_key,
            retry=retry,
            clock=clock,
            random=random,
            wait=wait,
        )  # fmt: skip  one subject a line

    def run(self) -> Sent:
        """Send everything that waits, until it is gone or the line is down.

        Raises:
            DockingDenied: the link must stop: credentials, keys, environment or address; everything waits, and the store
                remembers why. Once it is mended the next run goes on.
        """
        lacks_counts = self._counting is not None and self._counting.count()
        if not lacks_counts and not self.store.outbox_waiting(self.peer):
            return Sent([], [], 0)
        try:
            sent = self._run()
        except DockingDenied as error:
            told = {"code": error.code, "detail": error.detail, "params": error.params, "since": int(self._clock())}
            self.store.save_cursor(LINK + self.peer, orjson.dumps(told).decode())
            raise
        if self.store.cursor(LINK + self.peer):
            self.store.save_cursor(LINK + self.peer, "")
        return sent

    def _run(self) -> Sent:
        if self._queue.resting() > self._clock():
            return self._sent([], [], "TK-DOCK-116")
        described, _ = self._sender.patiently(self.session.describe, self._sender.retry.budget)
        if isinstance(described, DockingUnavailable):
            return self._sent([], [], described.code)
        self._queue.described = described
        settled, refused = self._sender.run()
        down = next((one.code for one in settled if isinstance(one, Pending)), "")
        counted = 0
        if self._counting and not down:
            counted, more, down = self._tell(self._counting)
            refused += more
        return self._sent([one for one in settled if isinstance(one, Receipt)], refused, down, counted)

    def _tell(self, counting: Counting) -> tuple[int, list[DockingRejected], str]:
        try:
            return *counting.tell(self.session), ""
        except DockingRejected as error:
            return 0, [error], ""
        except DockingUnavailable as error:
            return 0, [], error.code

    def receipt(self, package: str) -> Receipt | None:
        """The receipt of a package that went up."""
        kept = next((one for one in self.store.outbox_list(self.peer, "done") if one.package == package), None)
        text = orjson.loads(kept.header).get("receipt", "") if kept and kept.header else ""
        return Receipt.parse(text.encode()) if text else None

    def again(self, record_ids: Collection[int]) -> None:
        """Let records go up once more, as reconciling found them missing there."""
        if record_ids:
            self.store.outbox_add(self.peer, sorted(record_ids), int(self._clock()))

    def _sent(self, receipts: list[Receipt], refused: list[DockingRejected], down: str, counted: int = 0) -> Sent:
        return Sent(receipts, refused, self.store.outbox_waiting(self.peer), down, counted)


class _Queue:
    """The store's outbox for one peer, as the sender asks for it."""

    def __init__(
        self,
        store: "Store",
        peer: str,
        *,
        code: str,
        signer: Signer,
        withheld: Callable[[str], Collection[str]],
        clock: Callable[[], float],
        new_id: Callable[[], str],
        refused: Callable[[Refusals], object],
    ) -> None:
        self.described = Description(peer, "")
        self._store = store
        self._peer = peer
        self._code = code
        self._signer = signer
        self._withheld = withheld
        self._clock = clock
        self._new_id = new_id
        self._refused = refused
        self._most = _EVER
        self._failed = False

    def _limit(self) -> int:
        """Records that surely fit: dividing afterwards is possible, but changes the order in which revisions arrive."""
        return max(1, min(self._most, self.described.max_records, self.described.max_bytes // _ROOM))

    def waiting(self) -> Iterator[Entry]:
        """Packages without an answer, oldest first; a new one is named when the old are gone."""
        self._failed = False
        while not self._failed:
            found = self._oldest() or self._store.outbox_fill(self._peer, self._limit(), self._new_id())
            if found is None:
                return
            body = self._sealed(found)
            if body:
                yield Entry(found.package, "ready", len(found.record_ids), found.created_at, "", "", body, None)

    def begin(self, package: str, now: float) -> int:
        """Nothing to write: a package with a header counts as sent until its receipt has come."""
        del package, now
        self._failed = False
        return 0

    def fail(self, package: str, attempt: int, outcome: str, now: float) -> None:
        """Keep the package open; nothing overtakes it in this run."""
        del attempt
        self._failed = True
        self._store.outbox_retry(package, int(now), outcome)

    def finish(self, package: str, receipt: bytes, now: float, attempt: int = 0) -> None:
        """Keep the receipt beside the header, then count the package as done."""
        del now, attempt
        kept = self._oldest()
        if kept is None or kept.package != package:
            return
        self._tell_refused(kept, Receipt.parse(receipt))
        text = {**orjson.loads(kept.header), "receipt": receipt.decode()}
        self._store.outbox_sealed(package, orjson.dumps(text).decode())
        self._store.outbox_done(package)

    def _tell_refused(self, outgoing: "Outgoing", receipt: Receipt) -> None:
        problems = [one for one in receipt.results if one.verdict == "problem"]
        if problems:
            sent = self._records(outgoing)
            self._refused([(sent[one.index], one.findings) for one in problems if one.index < len(sent)])

    def reject(self, package: str, code: str, reason: str, now: float, attempt: int = 0) -> None:
        """Stop the package: it is not repeated unless somebody resumes it."""
        del now, attempt
        self._store.outbox_stop(package, f"{code} {reason}"[:500])

    def rest(self, until: float) -> None:
        """Remember with the oldest package that the peer asked not to be called before a time."""
        oldest = self._oldest()
        if oldest is not None:
            self._store.outbox_retry(oldest.package, int(until) + 1, oldest.last_error)

    def resting(self) -> float:
        """The time until which the peer asked not to be called; 0 for none."""
        oldest = self._oldest()
        return float(oldest.next_at) if oldest else 0.0

    def _oldest(self) -> "Outgoing | None":
        return next(iter(self._store.outbox_next(_EVER, self._peer, limit=1)), None)

    def _sealed(self, outgoing: "Outgoing") -> bytes:
        """The package's bytes, the same at every attempt; empty if it had to be divided."""
        package = self._package(outgoing)
        kept: dict[str, Any] = orjson.loads(outgoing.header) if outgoing.header else {}
        body = resumed(package, kept["header"], kept["signature"]) if kept else canonical(package)
        if len(body) > self.described.max_bytes:
            self._divide(outgoing, len(body))
            return b""
        if not kept:
            text = orjson.dumps({"header": package["header"], "signature": package["signature"]}).decode()
            self._store.outbox_sealed(outgoing.package, text)
        return body

    def _package(self, outgoing: "Outgoing") -> dict[str, Any]:
        return upward(
            self._records(outgoing),
            header(outgoing.package, self._code, self.described, "proceed", self._clock()),
            self._signer,
            code=self._code,
            withheld=self._withheld,
            book=self._store.seals(outgoing.record_ids),
        )  # fmt: skip  what, under which header, by whom

    def _records(self, outgoing: "Outgoing") -> "list[Stored]":
        stored = self._store.records(outgoing.record_ids)
        return [stored[record_id] for record_id in outgoing.record_ids if record_id in stored]

    def _divide(self, outgoing: "Outgoing", size: int) -> None:
        """Let the records wait again for smaller packages; a crash in between makes repeats, which are duplicates above."""
        ids = outgoing.record_ids
        if len(ids) == 1:
            self._store.outbox_stop(outgoing.package, f"TK-DOCK-013 {size} bytes, limit {self.described.max_bytes}")
            return
        self._most = len(ids) // 2
        self._store.outbox_add(self._peer, ids, outgoing.created_at)
        self._store.outbox_done(outgoing.package)
