"""Refusing at the wire: one function that makes the error of a code, its class as the table of wire errors says."""

from tracekit.errors import DockingDenied, DockingError, DockingRejected, DockingUnavailable
from tracekit.spec.messages import message, render

_CLASSES: dict[str, type[DockingError]] = {
    "unavailable": DockingUnavailable,
    "rejected": DockingRejected,
    "denied": DockingDenied,
}


def refusal(code: str, **params: str) -> DockingError:
    """The error that refuses a call, by its code in `specs/national/v1/errors.csv`."""
    made = _CLASSES.get(message(code).class_, DockingRejected)
    return made(render(code, params, "en"), code=code, params=params)
