"""The garbage collector, told what it cannot know: what the start loaded stays, and records are trees without cycles."""

import gc

YOUNG = 100_000
"""A package of 500 records makes some 50,000 objects; the default of 700 walks them again and again."""


def quiet_collector() -> None:
    """Keep what is loaded out of the collector's sight, and let it run seldom; called once by a process that takes batches in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
