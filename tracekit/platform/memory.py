"""The garbage collector, told what it cannot know: what the start loaded stays, and records are trees without cycles."""

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager

YOUNG = 100_000
"""A package of 500 records makes some 50,000 objects; the default of 700 walks them again and again."""


def quiet_collector() -> None:
    """Keep what is loaded out of the collector's sight, and let it run seldom; called once by a process that takes batches in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


@contextmanager
def resting_collector() -> Generator[Callable[[], object]]:
    """No collection inside a bulk job but when the given function is called, between batches, where little is alive.

    Halves the processor time of an ingest: batches hold hundreds of thousands of objects, none of them in a cycle.
    """
    was = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield lambda: gc.collect(0)
    finally:
        gc.unfreeze()
        if was:
            gc.enable()
