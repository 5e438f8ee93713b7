"""A document's bytes become events: EPCISDocument, a query's answer, a bare event or a list of them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tracekit.findings import Finding, is_problem
from tracekit.sdk import Raw
from tracekit_epcis._event import SHAPES, EventReading
from tracekit_epcis._values import depth, is_list, is_object, wire_text, wire_time
from tracekit_epcis.config import EpcisConfig

Tree = dict[str, Any]
_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_LONGEST_NUMBER = 400


class Found(NamedTuple):
    """One event of a document: its record, or none, and what was found."""

    record: Raw | None
    findings: list[Finding]


def _number(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def read_document(data: bytes, name: str, config: EpcisConfig) -> Iterator[Found]:
    """All events of a document in order; what cannot be read is a finding, never an exception."""
    try:
        tree = json.loads(data.decode("utf-8-sig"), parse_float=_number, parse_int=_integer, parse_constant=_number)
    except (ValueError, RecursionError, ArithmeticError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else wire_text(str(error))[:100]
        yield Found(None, [Finding("TK-EPCIS-001", params={"reason": reason}, where=name)])
        return
    for at, document in enumerate(tree if is_list(tree) else [tree], 1):
        yield from _read_part(document, f"{name}:{at}" if is_list(tree) else name, config)


def _read_part(tree: Any, where: str, config: EpcisConfig) -> Iterator[Found]:
    prefixes, created = _prefixes(tree), ""
    if not is_object(tree) or tree.get("type") not in _DOCUMENTS:
        yield _read_event(tree, where, prefixes, created, config)
        return
    created = wire_time(tree.get("creationDate"))
    path, events = _events(tree)
    if events is None:
        yield Found(None, [Finding("TK-EPCIS-005", params={"field": path}, where=where)])
        return
    for at, event in enumerate(events, 1):
        yield _read_event(event, f"{where}:{path}.{at}", prefixes, created, config)


def _events(document: Tree) -> tuple[str, list[Any] | None]:
    """Where the events stand and what they are, None if they are missing."""
    names = ["epcisBody", "eventList"] if document["type"] == "EPCISDocument" else ["epcisBody", "queryResults", "resultsBody", "eventList"]
    found: Any = document
    for name in names:
        found = found.get(name) if is_object(found) else None
    return ".".join(names), found if is_list(found) else None


def _prefixes(tree: Any) -> dict[str, str]:
    """The prefixes that the document itself defines; its context's address is never followed."""
    context = tree.get("@context") if is_object(tree) else None
    found: dict[str, str] = {}
    for one in context if is_list(context) else [context]:
        if is_object(one):
            found |= {str(name): value for name, value in one.items() if isinstance(value, str)}
    return found


def _read_event(tree: Any, where: str, prefixes: dict[str, str], created: str, config: EpcisConfig) -> Found:
    type_ = tree.get("type") if is_object(tree) else type(tree).__name__
    if not isinstance(type_, str) or type_ not in SHAPES:
        return Found(None, [Finding("TK-EPCIS-004", params={"type": wire_text(str(type_))[:100]}, where=where)])
    if depth(tree) > config.max_depth:
        return Found(None, [Finding("TK-EPCIS-003", params={"limit": str(config.max_depth)}, where=where)])
    reading = EventReading(tree, where, prefixes)
    record = reading.record(config, created)
    return Found(None if is_problem(reading.found) else Raw(record, where), reading.found)
