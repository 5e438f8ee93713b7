"""An enterprise of the demo: it reads its own files, sends with the SDK's client, and keeps its own book."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracekit.dock.client import Client
from tracekit.dock.receipt import Receipt
from tracekit.ids import add_leaves, content_id, identity, leaf
from tracekit.platform.office import Clock
from tracekit.platform.setup import load
from tracekit.platform.source_files import open_settings
from tracekit.registry import Registry
from tracekit.testing.truth import EnterpriseTruth
from tracekit.testing.world import Flat

Held = tuple[int, str]
"""How many records, and the digest over them."""


@dataclass
class Sender:
    """One enterprise with its client; `leaves` is what it knows to stand at its city."""

    truth: EnterpriseTruth
    client: Client
    registry: Registry
    public_key: str
    receipts: list[Receipt] = field(default_factory=list[Receipt])
    rows: int = 0
    unread: int = 0
    leaves: list[int] = field(default_factory=list[int])

    @classmethod
    def at(cls, folder: Path, truth: EnterpriseTruth, registry: Registry, clock: Clock) -> "Sender":
        """The sender of an admitted enterprise's folder; its spool lies beside its keys."""
        setup = load(folder)
        client = Client.admitted(
            setup.folder.parents[1] / "platforms" / truth.city / "credentials" / f"{truth.code}.json",
            folder / "keys" / "signing.pem",
            spool=folder / "spool.db",
            origin_secret=setup.keys.origin_secret,
            registry=registry,
            clock=lambda: clock().timestamp(),
        )
        return cls(truth, client, registry, setup.keys.public_pem)

    def read(self, settings: Path) -> list[Flat]:
        """The flat records of one source."""
        opened = open_settings(settings, self.registry.adapters, self.truth.code)
        flats: list[Flat] = []
        for raw in opened.adapter.fetch(None):
            mapped = opened.to_records(raw)
            flats += [flat for flat, _ in mapped.records]
            self.rows += len(raw.rows)
            self.unread += len(mapped.bad)
        return flats

    def send_all(self) -> None:
        """Send every source, one package each."""
        for settings in self.truth.sources:
            self.send(self.read(settings))

    def send(self, flats: Sequence[Flat]) -> list[Receipt]:
        """Send flat records and note what was accepted."""
        sealed = self.client.seal(flats)
        found = [one for one in self.client.send(flats) if isinstance(one, Receipt)]
        self.receipts += found
        refused = {one.index for receipt in found for one in receipt.results if one.verdict != "accepted"}
        self.leaves += [
            leaf(identity(one["origin"], one["kind"], one["key"]), one["revision"], content_id(one))
            for at, one in enumerate(sealed)
            if at not in refused
        ]
        return found

    def file(self, flats: Sequence[Flat]) -> None:
        """File subjects, nodes and merchants."""
        self.client.register(flats)

    def report(self, day: str, states: dict[str, str]) -> None:
        """Report the day of each node that says something."""
        for node, state in states.items():
            self.client.daily(node.partition(":")[2], day, state)

    def booked(self) -> Held:
        """What our own book says stands at the city."""
        return len(self.leaves), f"{add_leaves(self.leaves):064x}"

    def stated(self, first: str, last: str) -> Held:
        """What the city's statement says it holds from us, filings apart."""
        cells: list[dict[str, Any]] = [one for one in self.client.statement(first, last)["cells"] if not one["kind"].startswith("core.")]
        digest = sum(int(one["digest"], 16) for one in cells) % (1 << 256)
        return sum(one["count"] for one in cells), f"{digest:064x}"
