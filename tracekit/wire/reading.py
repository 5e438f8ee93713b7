"""XML elements to JSON trees: bytes parsed without trust, then one walk beside the tables."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from tracekit.spec.parts import NAMESPACE, Part, kind_parts
from tracekit.spec.sets import Kind
from tracekit.wire._xml import Element, Tree, etree

Read = Callable[[Element], Any]
Step = tuple[str, bool, Read | None]
"""The name in the tree, whether it is a list, and how the element is read; None: its text."""

_VALUES: dict[str, Read] = {}


def parse(body: bytes) -> Element:
    """The root of a document; nothing outside it is read, nothing in it is expanded.

    Raises:
        ValueError: not well-formed, nested too deeply, or with a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, LookupError) as error:
        raise ValueError(str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not allowed")
    return root


class Reader:
    """Reads elements of the interface; knows the kinds whose records may stand in them."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._steps: dict[Any, Read] = {}
        self._records: dict[str, Read] = {f"{{{NAMESPACE}}}record": _inner}

    def read(self, parts: tuple[Part, ...], element: Element) -> Tree:
        """The tree of an element that the structure schema has found valid.

        Raises:
            ValueError: it has an element that the tables do not know.
        """
        if parts not in self._steps:
            self._steps[parts] = self._object(parts)
        try:
            return self._steps[parts](element)
        except (KeyError, IndexError) as error:
            raise ValueError(f"unknown element {error.args[0]}") from None

    def _object(self, parts: Iterable[Part]) -> Read:
        steps: dict[Any, Step] = {f"{{{NAMESPACE}}}{part.name}": (part.name, part.many, self._reader(part)) for part in parts}
        listed = [part.name for part in parts if part.may_be_empty]

        def read(element: Element) -> Tree:
            tree: Tree = {name: [] for name in listed}
            for child in element:
                step = steps.get(child.tag)
                if step is None:
                    _member(child, tree)
                    continue
                name, many, inner = step
                value = child.text or "" if inner is None else inner(child)
                if not many:
                    tree[name] = value
                elif name in tree:
                    tree[name].append(value)
                else:
                    tree[name] = [value]
            return tree

        return read

    def _reader(self, part: Part) -> Read | None:
        if part.form == "object":
            return self._object(part.children)
        if part.form == "records":
            return lambda element: [self._record(one) for one in element]
        return {"text": None, "integer": _integer, "boolean": _boolean, "map": members}[part.form]

    def _record(self, element: Element) -> Tree:
        read = self._records.get(element.tag)
        if read is None:
            read = self._records[element.tag] = self._kind(element.tag)
        return read(element)

    def _kind(self, tag: str) -> Read:
        id_ = tag.rpartition("}")[2]
        read = self._object(kind_parts(self._kinds[id_]))

        def record(element: Element) -> Tree:
            tree = read(element)
            tree["kind"] = id_
            return tree

        return record


def members(element: Element) -> Tree:
    """The tree of an element that holds nothing but members."""
    tree: Tree = {}
    for child in element:
        _member(child, tree)
    return tree


def _member(element: Element, tree: Tree) -> None:
    if element.tag != _MEMBER:
        raise KeyError(element.tag)
    tree[element.get("name")] = _inner(element)


_MEMBER = f"{{{NAMESPACE}}}member"
_TEXT = f"{{{NAMESPACE}}}text"


def _inner(element: Element) -> Any:
    """The value of the one element inside."""
    value = element[0]
    return value.text or "" if value.tag == _TEXT else _VALUES[value.tag](value)


def _value(element: Element) -> Any:
    return _VALUES[element.tag](element)


def _text(element: Element) -> str:
    return element.text or ""


def _integer(element: Element) -> int:
    return int(element.text or "")


def _boolean(element: Element) -> bool:
    return element.text == "true"


def _json(element: Element) -> Any:
    return orjson.loads(element.text or "")


def _list(element: Element) -> list[Any]:
    return [_value(one) for one in element]


_VALUES.update(
    (f"{{{NAMESPACE}}}{name}", read)
    for name, read in {"text": _text, "integer": _integer, "boolean": _boolean, "list": _list, "object": members, "json": _json}.items()
)
