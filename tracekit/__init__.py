"""tracekit: build trace records, check them offline, send them, never lose or double one."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracekit.dock.client import Client
    from tracekit.dock.offline import check
    from tracekit.dock.receipt import Pending, Receipt, Result
    from tracekit.dock.retry import Retry
    from tracekit.dock.texts import explain
    from tracekit.errors import (
        ConfigError,
        DockingDenied,
        DockingError,
        DockingRejected,
        DockingUnavailable,
        StoreFull,
        TracekitError,
    )
    from tracekit.findings import Finding
    from tracekit.ids import Ref, content_id, parse_ref

_PLACES = {
    "Client": "tracekit.dock.client",
    "ConfigError": "tracekit.errors",
    "DockingDenied": "tracekit.errors",
    "DockingError": "tracekit.errors",
    "DockingRejected": "tracekit.errors",
    "DockingUnavailable": "tracekit.errors",
    "Finding": "tracekit.findings",
    "Pending": "tracekit.dock.receipt",
    "Receipt": "tracekit.dock.receipt",
    "Ref": "tracekit.ids",
    "Result": "tracekit.dock.receipt",
    "Retry": "tracekit.dock.retry",
    "StoreFull": "tracekit.errors",
    "TracekitError": "tracekit.errors",
    "check": "tracekit.dock.offline",
    "content_id": "tracekit.ids",
    "explain": "tracekit.dock.texts",
    "parse_ref": "tracekit.ids",
}

__all__ = [
    "Client",
    "ConfigError",
    "DockingDenied",
    "DockingError",
    "DockingRejected",
    "DockingUnavailable",
    "Finding",
    "Pending",
    "Receipt",
    "Ref",
    "Result",
    "Retry",
    "StoreFull",
    "TracekitError",
    "check",
    "content_id",
    "explain",
    "parse_ref",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import tracekit` stays cheap."""
    if name not in _PLACES:
        raise AttributeError(f"module 'tracekit' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
