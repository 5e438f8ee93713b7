"""A process of the two-process tests: python busy.py URL NAME ORIGIN BATCHES SIZE. Prints a receipt's id once it is durable.

Process `offer` writes goods offered, `seek` writes the same goods sought; both look for the other side in the accepting transaction.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from judging import judged

from tracekit.pipeline.judged import Wanted
from tracekit.pipeline.link import Edge
from tracekit.sdk import LinkKey
from tracekit.store import Receipt, Store, Written


def main(url: str, name: str, origin: str, batches: int, size: int) -> None:
    with Store.open(url) as store:
        for batch in range(batches):
            package = f"{name}-{batch}"
            if store.receipt(name, package) is None:
                accept(store, name, origin, batch, size, package)
            sys.stdout.write(f"{package}\n")
            sys.stdout.flush()


def accept(store: Store, name: str, origin: str, batch: int, size: int, package: str) -> None:
    made = []
    for number in range(batch * size, (batch + 1) * size):
        key = LinkKey(name, "lot", f"lot:{number}")
        made.append(
            judged(number, origin=origin, key=f"{name}{number}", keys=[key], business_key=f"{name}{number}", node=f"37060{number % 5}")
        )
    with store.receiving([origin]) as tx:
        identities = [(one.origin, one.kind, one.key) for one in made]
        assert tx.identities(identities) == {}, "a batch without receipt was stored"
        tx.lock_links()
        keys = {one.keys[0].key for one in made}
        facts = tx.facts(Wanted(offers=keys) if name == "seek" else Wanted(seekers=keys))
        found = facts.offers if name == "seek" else facts.seekers
        edges = [
            Edge(entry.record_id, -place, "lot", entry.key, 1.0) if name == "seek" else Edge(-place, entry.record_id, "lot", entry.key, 1.0)
            for place, one in enumerate(made, 1)
            for entry in found.get(one.keys[0].key, ())
        ]
        up = {"nation": [-place for place in range(1, size + 1)]}
        tx.write(Written(name, 0, made, edges, receipt=Receipt(package, package, name, "00", package.encode()), up=up))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
