"""JSON trees to XML elements. Every JSON tree has one: what the tables do not describe, or what does not fit them, becomes a `member`."""

import json
from collections.abc import Mapping
from typing import Any

from tracekit.spec.lexical import MAX_DEPTH
from tracekit.spec.parts import NAMESPACE, Part, kind_parts
from tracekit.spec.sets import Kind
from tracekit.trees import is_array, is_object
from tracekit.wire._xml import Element, Tree, etree

TYPES: dict[str, type[Any]] = {"text": str, "integer": int, "boolean": bool, "map": dict, "object": dict, "records": list}
LONGEST_INTEGER = 2**63


class Writer:
    """Writes trees of the interface; records of unknown kinds and what has no form in the tables stand as members.

    Args:
        strict: refuse what has a form in the tables and is not of it, as a schema would if it could.
    """

    def __init__(self, kinds: Mapping[str, Kind], *, strict: bool = False) -> None:
        self._kinds = kinds
        self._strict = strict
        self._parts: dict[str, tuple[Part, ...]] = {}

    def write(self, name: str, parts: tuple[Part, ...], tree: Tree) -> Element:
        """The element of a tree.

        Raises:
            ValueError: a name that XML cannot carry, or, if strict, a value that is not of its form.
        """
        root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
        self._object(root, parts, tree)
        return root

    def record(self, record: Tree) -> Element:
        """A record under its kind's own element, for validation with the category's schema; `record` where it has none."""
        root = etree.Element(f"{{{NAMESPACE}}}records", nsmap={None: NAMESPACE})
        self._record(root, record)
        return root[0]

    def _object(self, holder: Element, parts: tuple[Part, ...], tree: Tree) -> None:
        left = dict(tree)
        for part in parts:
            if part.name in left and self._part(holder, part, left[part.name]):
                del left[part.name]
        if self._strict and (wrong := sorted(left.keys() & {part.name for part in parts})):
            raise ValueError(f"not of its form: {', '.join(wrong)}")
        for name, value in left.items():
            _member(holder, name, value)

    def _part(self, holder: Element, part: Part, value: Any) -> bool:
        """Write a value as its element; False, and nothing written, if it is not of the form that the table says."""
        values = value if part.many else [value]
        if not is_array(values) or not all(_fits(part, one) for one in values):
            return False
        if (part.many and not values and not part.may_be_empty) or (self._strict and {} in values):
            return False
        for one in values:
            below = etree.SubElement(holder, f"{{{NAMESPACE}}}{part.name}")
            if part.form == "object":
                self._object(below, part.children, one)
            elif part.form == "map":
                _members(below, one)
            elif part.form == "records":
                for record in one:
                    self._record(below, record)
            else:
                below.text = one if part.form == "text" else str(one).lower()
        return True

    def _record(self, holder: Element, record: Tree) -> None:
        """Under its kind's name, or as a plain value if that is unknown or a name in it cannot be carried."""
        id_ = record.get("kind")
        kind = self._kinds.get(id_) if isinstance(id_, str) else None
        if kind is None:
            _value(etree.SubElement(holder, f"{{{NAMESPACE}}}record"), record, MAX_DEPTH)
            return
        if kind.id not in self._parts:
            self._parts[kind.id] = kind_parts(kind)
        below = etree.SubElement(holder, f"{{{NAMESPACE}}}{kind.id}")
        try:
            self._object(below, self._parts[kind.id], {name: value for name, value in record.items() if name != "kind"})
        except ValueError:
            holder.remove(below)
            _value(etree.SubElement(holder, f"{{{NAMESPACE}}}record"), record, 0)


def _fits(part: Part, value: Any) -> bool:
    if type(value) is not TYPES[part.form]:
        return False
    if part.form == "records":
        return all(is_object(one) for one in value)
    return is_sayable(value) if part.form in ("text", "integer") else True


def is_sayable(value: str | int) -> bool:
    """True for a text or integer that XML can carry as it is."""
    if isinstance(value, int):
        return -LONGEST_INTEGER <= value < LONGEST_INTEGER
    if value.isprintable():
        return True
    try:
        etree.Element("probe").text = value
    except ValueError:
        return False
    return True


def _members(holder: Element, tree: Tree, depth: int = MAX_DEPTH) -> None:
    for name, value in tree.items():
        _member(holder, name, value, depth)


def _member(holder: Element, name: str, value: Any, depth: int = MAX_DEPTH) -> None:
    _value(etree.SubElement(holder, f"{{{NAMESPACE}}}member", name=name), value, depth)


def _value(holder: Element, value: Any, depth: int) -> None:
    form = _form(value) if depth else "json"
    below = etree.SubElement(holder, f"{{{NAMESPACE}}}{form}")
    if form == "list":
        for one in value:
            _value(below, one, depth - 1)
    elif form == "object":
        _members(below, value, depth - 1)
    elif form == "json":
        below.text = json.dumps(value, separators=(",", ":"))
    else:
        below.text = value if form == "text" else str(value).lower()


def _form(value: Any) -> str:
    """How a value stands on its own: what XML has no word for (null, a fraction, a control character) stands as JSON text."""
    form = {str: "text", int: "integer", bool: "boolean", list: "list", dict: "object"}.get(value.__class__, "json")
    said = value if form == "object" else [value] if form in ("text", "integer") else ()
    return form if all(is_sayable(one) for one in said) else "json"
