"""Sending what waits in a queue: one package at a time, oldest first, the same id and bytes on every repeat."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import orjson

from tracekit.dock.receipt import Pending, Receipt, check_answer
from tracekit.dock.retry import Retry, retry_after
from tracekit.dock.session import Description, Session
from tracekit.dock.spool import Entry
from tracekit.errors import DockingDenied, DockingError, DockingRejected, DockingUnavailable
from tracekit.sdk import Suite
from tracekit.suites import key_id

Settled = Receipt | Pending
AnswerT = TypeVar("AnswerT")


class Queue(Protocol):
    """Where packages wait: an enterprise's spool, or a platform's outbox. Every call is durable when it returns."""

    def waiting(self) -> Iterator[Entry]:
        """Packages without an answer, oldest first."""
        ...

    def begin(self, package: str, now: float) -> int:
        """Write down that an attempt starts, before the first byte leaves; the number of the attempt."""
        ...

    def fail(self, package: str, attempt: int, outcome: str, now: float) -> None:
        """Write down that an attempt brought no answer; the package stays open."""
        ...

    def finish(self, package: str, receipt: bytes, now: float, attempt: int = 0) -> None:
        """Keep the receipt of a package."""
        ...

    def reject(self, package: str, code: str, reason: str, now: float, attempt: int = 0) -> None:
        """Settle a package that is never repeated."""
        ...

    def rest(self, until: float) -> None:
        """Remember that the peer asked not to be called before a time."""
        ...

    def resting(self) -> float:
        """The time until which the peer asked not to be called; 0 for none."""
        ...


class Sender:
    """Sends the packages of a queue; what it returns, refuses and leaves follows from the error's class alone.

    Args:
        platform_key: the receiver's public key (PEM) where it was handed over; else that of `describe` counts.
        suites: the signature suites that receipts may carry.
        clock: seconds since 1970.
        random: a number from 0 to 1.
        wait: pauses for seconds between attempts.
    """

    def __init__(
        self,
        session: Session,
        queue: Queue,
        *,
        suites: Mapping[str, Suite],
        platform_key: str = "",
        retry: Retry | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.session = session
        self.queue = queue
        self.retry = retry or Retry()
        self._suites = suites
        self._pinned = {key_id(platform_key): platform_key} if platform_key else {}
        self._clock = clock
        self._random = random
        self._wait = wait

    def run(self, wanted: Collection[str] | None = None) -> tuple[list[Settled], list[DockingRejected]]:
        """Send what waits; the outcome of the wanted packages (None: all that waited) and what was refused of them.

        Raises:
            DockingDenied: the link must stop; nothing is lost, the rest waits.
        """
        settled: list[Settled] = []
        refused: list[DockingRejected] = []
        down: DockingUnavailable | None = self._resting()
        left = self.retry.budget
        for entry in self.queue.waiting():
            mine = wanted is None or entry.id in wanted
            outcome: Receipt | DockingError
            if self._expired(entry):
                outcome = self._give_up(entry)
            elif down is not None:
                outcome = down
            else:
                outcome, left = self._send(entry, left)
            if isinstance(outcome, DockingUnavailable):
                down = outcome
            if not mine:
                continue
            if isinstance(outcome, Receipt):
                settled.append(outcome)
            elif isinstance(outcome, DockingRejected):
                refused.append(outcome)
            else:
                settled.append(Pending(entry.id, entry.count, outcome.code, outcome.detail))
        return settled, refused

    def patiently(self, call: Callable[[], AnswerT], budget: float) -> tuple[AnswerT | DockingUnavailable, float]:
        """Call until there is an answer or the budget is spent; what is left of the budget."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return call(), budget
            except DockingUnavailable as error:
                asked = retry_after(error.params.get("retry_after", ""), self._clock())
                pause = self.retry.pause(attempt, self._random(), asked)
                if pause > budget:
                    if asked:
                        self.queue.rest(self._clock() + asked)
                    return error, 0.0
            budget -= pause
            self._wait(pause)

    def _send(self, entry: Entry, budget: float) -> tuple[Receipt | DockingError, float]:
        try:
            return self.patiently(lambda: self._attempt(entry), budget)
        except DockingRejected as error:
            return error, budget

    def _attempt(self, entry: Entry) -> Receipt:
        """One attempt, written down before the first byte leaves and after the last has come."""
        number = self.queue.begin(entry.id, self._clock())
        try:
            header = orjson.loads(entry.body)["header"]
            described = self.session.accept(self.session.describe(), header["receiver"])
            body = self.session.call("POST", "submit", body=entry.body, encodings=described.encodings).body
            receipt = self.checked(body, header, described)
        except DockingRejected as error:
            self.queue.reject(entry.id, error.code, error.detail, self._clock(), number)
            raise
        except DockingError as error:
            self.queue.fail(entry.id, number, error.code, self._clock())
            raise
        self.queue.finish(entry.id, body, self._clock(), number)
        return receipt

    def checked(self, raw: bytes, header: Mapping[str, Any], described: Description) -> Receipt:
        """Read a receipt and see that the platform signed it and that it answers the package with this header.

        Raises:
            DockingDenied: it did not, or it answers something else.
        """
        receipt = self.signed(raw, described)
        check_answer(receipt, header)
        return receipt

    def signed(self, raw: bytes, described: Description) -> Receipt:
        """Read a receipt and see that the platform signed it.

        Raises:
            DockingDenied: it did not.
        """
        receipt = Receipt.parse(raw)
        public, suite = (self._pinned or described.keys).get(receipt.key), self._suites.get(receipt.suite)
        if suite is None:
            raise DockingDenied(f"receipt {receipt.id}: suite {receipt.suite}", code="TK-DOCK-026", params={"suite": receipt.suite[:32]})
        if public is None or not receipt.is_signed_by(public, suite):
            detail = f"receipt {receipt.id}: signature of key {receipt.key}"
            raise DockingDenied(detail, code="TK-DOCK-009", params={"key": receipt.key})
        return receipt

    def _resting(self) -> DockingUnavailable | None:
        """The peer asked us to stay away until a time that has not come."""
        until = self.queue.resting()
        if self._clock() >= until:
            return None
        rest = str(int(until - self._clock()) + 1)
        return DockingUnavailable(f"asked to wait {rest} s", params={"reason": f"Retry-After {rest} s", "retry_after": rest})

    def _expired(self, entry: Entry) -> bool:
        return self._clock() - entry.created > self.retry.max_age

    def _give_up(self, entry: Entry) -> DockingRejected:
        error = DockingRejected(f"package {entry.id} is too old", code="TK-DOCK-012", params={"package": entry.id})
        self.queue.reject(entry.id, error.code, error.detail, self._clock())
        return error
