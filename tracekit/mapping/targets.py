"""Targets: dotted paths of the flat record form, as a tree of objects and lists that a row fills.

`key` · `items.ref` · `items[2].ref` · `items.quantities.value` · `documents:trade_slip` · `documents:trade_slip.issued` ·
`measurements:ph.value` · `extension.stall` · `roles[1]`. A list without an index is its first entry of the row.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tracekit.mapping.table import fail

LISTS = frozenset({"items", "documents", "measurements", "quantities", "refs"})
ROW_LISTS = frozenset({"items", "documents", "measurements"})
"""Lists of the record that every row of a group adds to."""

TYPED_DEFAULT = {"documents": "ref", "measurements": "value"}
ANCHORS = {"quantities": ("value",), "documents": ("ref",), "measurements": ("value", "result"), "refs": ("value",)}
"""An entry is made only where one of these stands; units, types and directions alone make none."""

INTEGERS = re.compile(r"revision|items(\[\d+\])?\.line|measurements(\[\d+\]|:[\w.-]+)?\.item")

_SEGMENT = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?:\[(?P<index>[1-9]\d?)\]|:(?P<type>[\w.-]+))?", re.ASCII)


class Segment(NamedTuple):
    """One step of a path: a name, and for lists which entry (by number or by type)."""

    name: str
    entry: str = ""
    type: str = ""


@dataclass
class Node:
    """An object of the record: its leaves by name, its objects and list entries by segment."""

    leaves: dict[Segment, Any] = field(default_factory=dict[Segment, Any])
    children: dict[Segment, "Node"] = field(default_factory=dict[Segment, "Node"])


def parse_target(target: str, place: str) -> tuple[Segment, ...]:
    """Split a target into segments.

    Raises:
        MappingError: the text is no path of a record.
    """
    segments: list[Segment] = []
    for text in target.split("."):
        match = _SEGMENT.fullmatch(text)
        if not match:
            fail("TK-MAP-001", place, target, detail=f"not a path: {text!r}")
        name, index, type_ = match["name"], match["index"], match["type"] or ""
        entry = type_ or index or ("1" if name in LISTS else "")
        segments.append(Segment(name, entry, type_))
    if segments[-1].name in LISTS:
        implied = TYPED_DEFAULT.get(segments[-1].name) if segments[-1].type else None
        segments.append(Segment(implied or fail("TK-MAP-001", place, target, detail="an entry's field is missing")))
    return tuple(segments)


def build_tree(leaves: Iterable[tuple[tuple[Segment, ...], Any]]) -> Node:
    """Hang every leaf at its place."""
    root = Node()
    for path, leaf in leaves:
        node = root
        for segment in path[:-1]:
            node = node.children.setdefault(segment, Node())
        node.leaves[path[-1]] = leaf
    return root


def split_tree(root: Node) -> tuple[Node, Node]:
    """The record's own part, and the part that every row of a group adds (items, documents, measurements)."""
    own = {segment: node for segment, node in root.children.items() if segment.name not in ROW_LISTS}
    rows = {segment: node for segment, node in root.children.items() if segment.name in ROW_LISTS}
    return Node(root.leaves, own), Node({}, rows)


def shown_path(path: tuple[Segment, ...], line: int = 1) -> str:
    """The path as findings show it: items by line number, documents and measurements by type."""
    parts: list[str] = []
    for segment in path:
        entry = str(line) if segment.name == "items" and segment.entry == "1" else segment.entry
        parts.append(segment.name + (f".{entry}" if entry else ""))
    return ".".join(parts)
