"""Day counts on their way up: of records that stay with the platform that took them in, the platform above learns numbers alone."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from tracekit.config import covers
from tracekit.dock.session import Session
from tracekit.errors import DockingRejected, DockingUnavailable
from tracekit.ids import canonical
from tracekit.pipeline.times import day_text

if TYPE_CHECKING:
    from tracekit.store import DayCount, Store

PAGE = 100
"""Day counts a request; the platform above takes as many (`DayCounts` of shapes.csv)."""

CELL = ("platform", "node", "kind", "category", "region")
_LONGEST = 128


def is_plain(text: object) -> bool:
    """True for a text that a day count may be told with: printable and at most 128 characters."""
    return isinstance(text, str) and len(text) <= _LONGEST and text.isprintable()


class Counting:
    """The day counts of a store, as one platform above is told them: what changed since, and once.

    Args:
        code: our own code.
        kept: the (kind, category) pairs whose records stay here.
        regions: ours; what is counted outside is a mistake of its sender and stays here.
    """

    def __init__(self, store: "Store", peer: str, *, code: str, kept: Collection[tuple[str, str]], regions: list[str]) -> None:
        self._store = store
        self._peer = peer
        self._code = code
        self._kept = kept
        self._regions = regions

    def count(self) -> bool:
        """Bring our own day counts up to date from the rollups; True if the platform above lacks any."""
        changed = self._store.day_counts_changed(self._code, self._kept)
        if changed:
            self._store.save_day_counts(self._code, changed)
        return bool(self._store.day_counts_untold(self._peer, limit=1))

    def tell(self, session: Session) -> tuple[int, list[DockingRejected]]:
        """Tell what the platform above lacks: how many it took, and what it refused, which is told again in the next run.

        Raises:
            DockingError: there was no answer; what was not told yet waits.
        """
        told, refused = 0, list[DockingRejected]()
        for page in self._pages():
            going = [one for one in page if self._may_go(one)]
            answers = self._send(session, going) if going else {}
            refused += [_refusal(going[at], answer) for at, answer in sorted(answers.items())]
            left = {going[at][:6] for at in answers}
            self._store.day_counts_told(self._peer, [one for one in page if one[:6] not in left])
            told += len(going) - len(answers)
        return told, refused

    def _pages(self) -> "Iterator[list[DayCount]]":
        last: DayCount | None = None
        while page := self._store.day_counts_untold(self._peer, last, PAGE):
            last = page[-1]
            yield page

    def _may_go(self, one: "DayCount") -> bool:
        return covers(self._regions, one.region) and all(is_plain(getattr(one, name)) for name in CELL)

    def _send(self, session: Session, counts: "list[DayCount]") -> dict[int, dict[str, Any]]:
        """What was refused, by its place in the request."""
        body = canonical({"counts": [_wire(one) for one in counts]})
        answer = session.call("POST", "daily", body=body).tree()
        try:
            return {range(len(counts))[one["index"]]: {"code": one["code"], "params": dict(one["params"])} for one in answer["refused"]}
        except (KeyError, IndexError, TypeError, ValueError) as error:
            # without a readable answer nothing counts as told
            reason = f"daily: {type(error).__name__} {error}"
            raise DockingUnavailable(reason, code="TK-DOCK-006", params={"reason": reason}) from None


def _wire(one: "DayCount") -> dict[str, Any]:
    counts = {name: count for name, count in one.counts.items() if count}
    return {"day": day_text(one.day), **{name: getattr(one, name) for name in CELL}, "counts": counts}


def _refusal(one: "DayCount", answer: dict[str, Any]) -> DockingRejected:
    detail = f"{day_text(one.day)} {one.platform} {one.node} {one.kind}"
    return DockingRejected(detail, code=str(answer["code"]), params={name: str(value) for name, value in answer["params"].items()})
