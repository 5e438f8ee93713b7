"""Failures as classes: what the caller should do follows from status and code alone, never from a text."""

from collections.abc import Mapping
from typing import Any, cast

import orjson

from tracekit.errors import DockingDenied, DockingError, DockingRejected, DockingUnavailable
from tracekit.spec.messages import message

PROBLEM_TYPE = "application/problem+json"
CLASSES: dict[str, type[DockingError]] = {
    "unavailable": DockingUnavailable,
    "rejected": DockingRejected,
    "denied": DockingDenied,
}

# statuses whose class is not that of their hundred
_BY_STATUS = {401: "denied", 403: "denied", 407: "denied", 408: "unavailable", 425: "unavailable", 429: "unavailable"}
_NO_PLATFORM = frozenset((404, 405))
_LONGEST_DETAIL = 500


def failure(status: int, headers: Mapping[str, str], body: bytes, address: str) -> DockingError:
    """The error of an answer that is no success; `params` keep `status`, and `retry_after` where it was given.

    A plain 404 or 405 comes from something that is no platform: the address is wrong, not what was sent.
    """
    problem = _problem(headers, body)
    code = str(problem.get("code", ""))
    params = {**_params(problem), "status": str(status), "address": address}
    if "retry-after" in headers:
        params["retry_after"] = headers["retry-after"]
    if status in _NO_PLATFORM and not code:
        return DockingDenied(f"HTTP {status} at {address}", code="TK-DOCK-019", params=params)
    class_ = CLASSES[_class_name(status, code)]
    return class_(_detail(status, problem, address), code=code, params=params)


def _class_name(status: int, code: str) -> str:
    """The table's class if the code is the table's own for this status, else the status decides."""
    row = message(code) if code else None
    if row and row.class_ in CLASSES and row.status == str(status):
        return row.class_
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "rejected" if 400 <= status < 500 else "unavailable"


def _problem(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PROBLEM_TYPE:
        return {}
    try:
        tree: Any = orjson.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", tree) if isinstance(tree, dict) else {}


def _params(problem: Mapping[str, Any]) -> dict[str, str]:
    params: Any = problem.get("params")
    if not isinstance(params, dict):
        return {}
    return {name: str(value)[:_LONGEST_DETAIL] for name, value in cast("dict[str, Any]", params).items()}


def _detail(status: int, problem: Mapping[str, Any], address: str) -> str:
    said = [str(problem[part]) for part in ("title", "detail") if problem.get(part)]
    said += [f"{one.get('code', '')} {one.get('path', '')}".strip() for one in _findings(problem)]
    return f"HTTP {status} at {address}" + (f": {'; '.join(said)}"[:_LONGEST_DETAIL] if said else "")


def _findings(problem: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: Any = problem.get("findings")
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict)][:5]
