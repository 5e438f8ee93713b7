"""Straight-line Python for a mapping: two functions made once, so that a row costs lookups and no interpretation.

Only names of our own stand in the text; columns, transforms and constants come in through the namespace.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tracekit.mapping.targets import ANCHORS, Node, Segment


class Const(NamedTuple):
    """A leaf whose value stands in the table."""

    value: Any


class Made(NamedTuple):
    """A leaf made from the row: `memo`, if any, for text cells and `run` for others, or `run(row, where)` if there is no column.

    With `plain`, clean ASCII text stays as it is, which is quicker to see than to remember.
    """

    run: Callable[..., Any]
    memo: Any
    column: str
    optional: bool
    certain: bool
    plain: bool = False


RowFunction = Callable[..., Any]


@dataclass
class _Writer:
    fixed: bool
    lines: list[str] = field(default_factory=list[str])
    names: dict[str, Any] = field(default_factory=dict[str, Any])
    count: int = 0

    def name(self, value: Any, prefix: str) -> str:
        self.count += 1
        self.names[f"{prefix}{self.count}"] = value
        return f"{prefix}{self.count}"

    def put(self, line: str, indent: int = 1) -> None:
        self.lines.append("    " * indent + line)

    def compile(self, header: str) -> RowFunction:
        text = "\n".join([header, *self.lines])
        exec(compile(text, "<mapping>", "exec"), self.names)  # noqa: S102  our own text, names from a namespace
        return self.names["run"]


def head_function(node: Node, fixed: bool) -> RowFunction:
    """`run(row, where)` → a new record with everything but items, documents and measurements."""
    writer = _Writer(fixed)
    writer.put("o = {}")
    _write_object(writer, node, "o")
    _write_constants(writer, node, "o", 1)
    writer.put("return o")
    return writer.compile("def run(r, w):")


def rows_function(node: Node, fixed: bool) -> RowFunction:
    """`run(row, where, record)` adds the row's items, documents and measurements to the record."""
    writer = _Writer(fixed)
    writer.put("pass")
    for segment, child in node.children.items():
        entry = _write_entry(writer, segment, child)
        indent = _write_guard(writer, segment, child, entry)
        _write_constants(writer, child, entry, indent)
        _write_append(writer, segment, child, entry, indent)
    return writer.compile("def run(r, w, d):")


def _write_entry(writer: _Writer, segment: Segment, node: Node) -> str:
    entry = writer.name(None, "e")
    writer.put(f"{entry} = {{}}")
    if segment.type:
        node.leaves.setdefault(Segment("type"), Const(segment.type))
    _write_object(writer, node, entry)
    return entry


def _write_object(writer: _Writer, node: Node, target: str) -> None:
    for segment, leaf in node.leaves.items():
        if isinstance(leaf, Made):
            _write_leaf(writer, segment, leaf, target)
    for segment, child in node.children.items():
        entry = _write_entry(writer, segment, child)
        indent = _write_guard(writer, segment, child, entry)
        _write_constants(writer, child, entry, indent)
        put = f"{target}.setdefault({segment.name!r}, []).append({entry})" if segment.entry else f"{target}[{segment.name!r}] = {entry}"
        writer.put(put, indent)


def _write_leaf(writer: _Writer, segment: Segment, leaf: Made, target: str) -> None:
    run = writer.name(leaf.run, "f")
    if leaf.column:
        key = writer.name(leaf.column, "k")
        writer.put(f"v = r[{key}]" if writer.fixed and not leaf.optional else f"v = r.get({key})")
        value = f"{run}(v)"
        if leaf.memo is not None:
            value = f"{writer.name(leaf.memo, 'm')}[v] if v.__class__ is str else {value}"
        if leaf.plain:
            value = f"v if v.__class__ is str and v.isascii() and v.isprintable() and v and v.strip() == v else {value}"
    else:
        value = f"{run}(r, w)"
    if leaf.certain and not segment.entry:
        writer.put(f"{target}[{segment.name!r}] = {value}")
        return
    writer.put(f"v = {value}")
    put = f"{target}.setdefault({segment.name!r}, []).append(v)" if segment.entry else f"{target}[{segment.name!r}] = v"
    writer.put(f"if v is not None: {put}")


def _write_guard(writer: _Writer, segment: Segment, node: Node, entry: str) -> int:
    """Constants alone make no entry; an object made only of constants is meant as it stands."""
    mapped = {leaf.name for leaf, value in node.leaves.items() if isinstance(value, Made)}
    anchors = [name for name in ANCHORS.get(segment.name, ()) if name in mapped]
    if not mapped and not node.children:
        return 1
    writer.put(f"if {' or '.join(f'{name!r} in {entry}' for name in anchors) or entry}:")
    return 2


def _write_constants(writer: _Writer, node: Node, target: str, indent: int) -> None:
    for segment, leaf in node.leaves.items():
        if isinstance(leaf, Const):
            value = writer.name(leaf.value, "c")
            put = f"{target}.setdefault({segment.name!r}, []).append({value})" if segment.entry else f"{target}[{segment.name!r}] = {value}"
            writer.put(put, indent)


def _write_append(writer: _Writer, segment: Segment, node: Node, entry: str, indent: int) -> None:
    name = repr(segment.name)
    writer.put(f"l = d.get({name})", indent)
    writer.put(f"if l is None: l = d[{name}] = []", indent)
    if segment.name == "items":
        if Segment("line") not in node.leaves:
            writer.put(f"{entry}['line'] = len(l) + 1", indent)
        writer.put(f"l.append({entry})", indent)
    else:
        writer.put(f"if {entry} not in l: l.append({entry})", indent)
