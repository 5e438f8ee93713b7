"""A world's events judged as the platforms of their cities would: in order of time, each with the facts of those before it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.judged import Identity, Judged, Known
from tracekit.pipeline.times import interval
from tracekit.registry import Registry
from tracekit.sdk import Balance, Facts, LinkEntry, Mark
from tracekit.testing.filing import filings
from tracekit.testing.world import Event, Flat, World

SECRET = b"tracekit synthetic world, no secret"
EVENING = "T21:30:00+08:00"
"""When a platform acts: after the business day, before its reporting windows close."""


def judged_in_order(world: World, registry: Registry) -> list[tuple[Event, Judged]]:
    """Every event that is delivered with what its city finds: all filings are approved, and all before it has been taken in."""
    checks, now = Checks(registry), world.day.isoformat() + EVENING
    cities = {city: _City(checks, Facts(filed=_approved(flats))) for city, flats in filings(world).items()}
    events = in_order(world.delivered())
    prepared = checks.prepare(seal_flat([event.flat for event in events], registry, SECRET, now), interval(now)[0])
    return [(event, cities[event.enterprise.city.platform].take(one)) for event, one in zip(events, prepared, strict=True)]


def in_order(events: Sequence[Event]) -> list[Event]:
    """Events by the time that they begin; those of the same moment stay in the order in which they grew."""
    return sorted(events, key=lambda event: interval((event.whole or event.flat)["time"])[0])


def _approved(flats: Sequence[Flat]) -> dict[str, str]:
    refs = [ref for flat in flats for ref in (flat.get("ref"), *(one["ref"] for one in flat.get("refs", ()))) if ref]
    return dict.fromkeys(refs, "approved")


@dataclass
class _City:
    """What a city holds: the facts for its rules, and the identities that are taken."""

    checks: Checks
    facts: Facts
    known: dict[Identity, list[Known]] = field(default_factory=dict[Identity, list[Known]])
    count: int = 0

    def take(self, one: Judged) -> Judged:
        self.checks.judge([one], self.known, self.facts)
        if one.verdict == "accepted":
            self.count += 1
            self._remember(one, self.count)
        return one

    def _remember(self, one: Judged, id_: int) -> None:
        facts = self.facts
        self.known[one.origin, one.kind, one.key] = [Known(id_, one.revision, one.content_id, "", True, one.verdict)]
        if one.business_key:
            facts.business.setdefault(one.business_key, one.origin)
        for key in one.keys:
            side = facts.offers if key.side == "offer" else facts.seekers
            side.setdefault(key.key, []).append(LinkEntry(id_, key.key, key.rung, key.line, one.start, one.end))
        for mark in one.marks:
            if mark.side == "set":
                facts.marks.setdefault(mark.key, []).append(Mark(id_, one.start, mark.until))
        for move in one.moves:
            came, went = facts.balance.get(move.key, (0, 0))
            facts.balance[move.key] = Balance(came + move.came, went + move.went)
