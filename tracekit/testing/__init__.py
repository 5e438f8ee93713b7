"""The kit for authors: a generator of synthetic chains with known truth, and the conformance tests of plugins."""

from tracekit.testing.generator import build, grow
from tracekit.testing.judging import judged_in_order
from tracekit.testing.plugin_suite import plugin_suite
from tracekit.testing.truth import Counts, Truth
from tracekit.testing.world import SIZES, Enterprise, Event, Merchant, Node, Rates, Size, World

__all__ = [
    "SIZES",
    "Counts",
    "Enterprise",
    "Event",
    "Merchant",
    "Node",
    "Rates",
    "Size",
    "Truth",
    "World",
    "build",
    "grow",
    "judged_in_order",
    "plugin_suite",
]
