"""Checks over the entries of a record's lists: unique line numbers, and how often entries of one sort occur."""

from typing import Any

from tracekit.findings import Finding
from tracekit.spec import lexical
from tracekit.spec.sets import Kind, Occurrence
from tracekit.trees import is_array, is_object

Record = dict[str, Any]


def line_of(entry: Any, at: int) -> int:
    """The line number of an item, or its position where it has none."""
    line = entry.get("line") if is_object(entry) else None
    return line if type(line) is int and 0 < line < lexical.SAFE_INTEGER else at


def line_findings(kind: Kind, record: Record) -> list[Finding]:
    """A finding for each line number that stands twice."""
    items = record.get("items")
    if "items" not in kind.fields or not is_array(items):
        return []
    found: list[Finding] = []
    seen: set[int] = set()
    for entry in items:
        line = line_of(entry, 0)
        if line in seen:
            found.append(Finding("TK-REC-021", path=f"items.{line}.line", params={"line": str(line)}))
        elif line:
            seen.add(line)
    return found


def occurrence_findings(kind: Kind, record: Record) -> list[Finding]:
    """A finding for each sort of document or item that occurs too seldom or too often."""
    found: list[Finding] = []
    for occurrence in kind.occurrences:
        listed = record.get(occurrence.path)
        count = sum(_matches(one, occurrence) for one in listed) if is_array(listed) else 0
        if not occurrence.low <= count <= occurrence.high:
            found.append(_finding(kind, occurrence, count))
    return found


def _finding(kind: Kind, occurrence: Occurrence, count: int) -> Finding:
    if count < occurrence.low and occurrence.path == "documents":
        type_ = occurrence.where[0][1]
        code = kind.codesets["document_type"].codes.get(type_)
        return Finding("TK-REC-027", path=occurrence.label, params={"type": type_, "name": code.name_zh if code else type_})
    params = {"count": str(count), "low": str(occurrence.low), "high": str(occurrence.high)}
    return Finding("TK-REC-020", path=occurrence.label, params=params)


def _matches(entry: Any, occurrence: Occurrence) -> bool:
    return is_object(entry) and all(entry.get(name) == value for name, value in occurrence.where)
