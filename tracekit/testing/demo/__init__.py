"""`tracekit demo`: a nation, two provinces and three cities on this machine, fed from files whose truth is known."""

from tracekit.testing.demo.category_show import run_category
from tracekit.testing.demo.show import run

__all__ = ["run", "run_category"]
