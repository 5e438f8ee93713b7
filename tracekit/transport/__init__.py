"""The only HTTP client: a line to one platform, and failures as the three classes that decide what the caller does."""

from tracekit.transport.bindings import open_line
from tracekit.transport.bodies import compress, is_known
from tracekit.transport.failures import PROBLEM_TYPE, failure
from tracekit.transport.line import Line, Reply, Transport

__all__ = ["PROBLEM_TYPE", "Line", "Reply", "Transport", "compress", "failure", "is_known", "open_line"]
