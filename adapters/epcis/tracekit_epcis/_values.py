"""Values of JSON become values of the wire: decimals as text, times with offset, nothing null or empty."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeGuard

from tracekit.ids import canonical
from tracekit.spec.lexical import MAX_TEXT, SAFE_INTEGER, decimal_text, time_fault

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """True for a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """True for a JSON array."""
    return isinstance(value, list)


def is_offset(value: Any) -> bool:
    """True for a time zone offset of the standard, such as `+08:00`."""
    return isinstance(value, str) and _OFFSET.fullmatch(value) is not None


def wire_time(value: Any, offset: str = "") -> str:
    """A time of the document in the record's form, at `offset` if one is given; empty if it cannot be read.

    >>> wire_time("2013-06-08T14:58:56.591Z", "+02:00")
    '2013-06-08T16:58:56.591+02:00'
    """
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return ""
    fraction = (found[2] or "")[:6].rstrip("0")
    try:
        moment = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00"))
        if offset:
            moment = moment.astimezone(datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo)
    except (ValueError, OverflowError):
        return ""
    text = moment.isoformat()
    text = text[:19] + (f".{fraction}" if fraction else "") + text[19:]
    return "" if time_fault(text) else text


def wire_number(value: Any) -> str:
    """A JSON number as a decimal of the record; empty if it has none."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return ""
    try:
        return decimal_text(value)
    except ValueError:
        return ""


def wire_text(value: str) -> str:
    """A text without what a record's text may not hold."""
    return _CONTROL.sub(" ", unicodedata.normalize("NFC", value)).replace("\r", " ").strip()[:MAX_TEXT]


def _key(name: str) -> str:
    text = "".join(one if "!" <= one <= "~" else f"%{ord(one):X}" for one in name)
    return text if 0 < len(text) <= 64 else text[:47] + "~" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]


def _members(tree: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((_key(name), wire_value(value)) for name, value in tree.items())


def wire_value(value: Any) -> Any:
    """Any JSON value in the record's form; None for what a record may not hold (null, empty)."""
    if is_object(value):
        return {name: one for name, one in _members(value) if one is not None} or None
    if is_list(value):
        return [one for one in map(wire_value, value) if one is not None] or None
    if isinstance(value, str):
        return wire_text(value) or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and -SAFE_INTEGER < value < SAFE_INTEGER:
        return value
    return wire_number(value) or str(value)[:MAX_TEXT]


def digest(tree: Mapping[str, Any]) -> str:
    """SHA-256 of a tree in the record's form."""
    return hashlib.sha256(canonical(wire_value(tree))).hexdigest()


def _inside(value: Any) -> list[Any] | None:
    return list(value.values()) if is_object(value) else value if is_list(value) else None


def depth(tree: Any) -> int:
    """How many levels of objects and arrays, counted without recursion."""
    deepest = 0
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    while waiting:
        one, level = waiting.pop()
        inner = _inside(one)
        if inner is not None:
            deepest = max(deepest, level)
            waiting += [(value, level + 1) for value in inner]
    return deepest
