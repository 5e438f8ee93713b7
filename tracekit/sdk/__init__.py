"""What authors of plugins and adapters import: hooks, and the values that hooks return.

Hooks collect, objects work: each `register_*` hook is called once at start and returns a list.
"""

from tracekit.codes import CodeScheme
from tracekit.sdk.hooks import hookimpl, hookspec
from tracekit.sdk.plugin import table_plugin
from tracekit.sdk.types import (
    Adapter,
    Balance,
    Category,
    Chain,
    Facts,
    LinkEntry,
    LinkKey,
    LinkRule,
    Mark,
    MarkKey,
    Move,
    Own,
    Raw,
    RawBatch,
    Record,
    Rule,
    SourceAdapter,
    Suite,
)

__all__ = [
    "Adapter",
    "Balance",
    "Category",
    "Chain",
    "CodeScheme",
    "Facts",
    "LinkEntry",
    "LinkKey",
    "LinkRule",
    "Mark",
    "MarkKey",
    "Move",
    "Own",
    "Raw",
    "RawBatch",
    "Record",
    "Rule",
    "SourceAdapter",
    "Suite",
    "hookimpl",
    "hookspec",
    "table_plugin",
]
