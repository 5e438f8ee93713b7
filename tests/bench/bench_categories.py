"""Checking mixed records with every plugin loaded beside the one plugin that they need: sides interleaved, medians, printed as ratios.

Run: `python tests/bench/bench_categories.py [--n 100000] [--runs 5] [--category ID …]`; exit 1 if a bar is missed. The records are
those of a category's synthetic chain, all kinds and the records gone wrong among them, told apart by their keys. `--smoke` compares
the findings of few and times nothing.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from itertools import cycle, islice

from tracekit import loader
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.registry import Registry
from tracekit.sdk import Facts, Record
from tracekit.testing.generator import grow

BAR = 1.5
BATCH = 1000
SECRET = b"bench"
NOW = "2026-11-20T23:00:00+08:00"
RECEIVED = 1_795_000_000


def registries() -> dict[str, Registry]:
    """By category, the registry that its plugin alone makes."""
    found: dict[str, Registry] = {}
    for point in entry_points(group="tracekit"):
        registry = loader.build([(point.dist.name if point.dist else point.name, point.load())])
        found |= dict.fromkeys(registry.categories, registry)
    return dict(sorted(found.items()))


def records(alone: Registry, category: str, count: int) -> list[Record]:
    """So many records of a category's chains, each of its own key."""
    chains = [chain for chain in alone.chains.values() if chain.category == category]
    flats = [event.flat for event in grow(chains, 3).delivered()]
    return seal_flat(({**flat, "key": f"{at}"} for at, flat in enumerate(islice(cycle(flats), count))), alone, SECRET, NOW)


def judge(checks: Checks, batch: list[Record]) -> Iterator[list[str]]:
    """The codes found on each record of a batch."""
    prepared = checks.prepare(batch, RECEIVED)
    checks.wanted(prepared)
    return ([finding.code for finding in one.findings] for one in checks.judge(prepared, {}, Facts()).judged)


def seconds(registry: Registry, sealed: list[Record]) -> float:
    """How long it takes to check all, in batches, with checks made anew."""
    gc.collect()
    start = time.perf_counter()
    checks = Checks(registry)
    for at in range(0, len(sealed), BATCH):
        judge(checks, sealed[at : at + BATCH])
    return time.perf_counter() - start


def main() -> int:
    """Print a line a category; 1 if one of them costs more than the bar."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--n", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--category", nargs="*")
    options.add_argument("--smoke", action="store_true")
    given = options.parse_args()
    everything, each = loader.installed(), registries()
    worst = 0.0
    for category in given.category or each:
        sealed = records(each[category], category, 200 if given.smoke else given.n)
        if given.smoke:
            if list(judge(Checks(each[category]), sealed)) != list(judge(Checks(everything), sealed)):
                print(f"{category}: other findings with everything loaded")
                return 1
            continue
        pairs = [(seconds(each[category], sealed), seconds(everything, sealed)) for _ in range(given.runs)]
        one, many = (statistics.median(side) for side in zip(*pairs, strict=True))
        worst = max(worst, many / one)
        print(f"{category}: {len(sealed)} records, alone {one:.2f} s, with all plugins {many:.2f} s, ratio {many / one:.2f}")
    print("findings agree" if given.smoke else f"worst ratio {worst:.2f}, bar {BAR}")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
