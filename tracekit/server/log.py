"""Logs: one JSON object a line off a terminal, short lines on one; never a body, a query, a token or a person's value."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOGGER = logging.getLogger("tracekit.server")


class _JsonLines(logging.Formatter):
    """A record and its fields as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")}
        fields |= {"level": record.levelname.lower(), "event": record.getMessage(), **getattr(record, "fields", {})}
        return json.dumps(fields, ensure_ascii=False)


class _Short(logging.Formatter):
    """A record for the eye."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in getattr(record, "fields", {}).items())
        return f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()} {fields}"


def set_up(level: int = logging.INFO) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Short() if sys.stderr.isatty() else _JsonLines())
    for name in ("tracekit", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level if name == "tracekit" else logging.WARNING)


def request(fields: dict[str, Any]) -> None:
    """One answered request."""
    LOGGER.info("request", extra={"fields": fields})


def fault(number: str, error: BaseException) -> None:
    """Something broke here: where it broke, without the values that broke it."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    cause = error.__cause__ or error.__context__
    fields = {"incident": number, "error": type(error).__name__, "code": getattr(error, "code", ""), "at_frames": frames}
    if cause is not None:
        fields["cause"] = type(cause).__name__
    LOGGER.error("fault", extra={"fields": fields})
