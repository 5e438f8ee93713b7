"""What stands where in XML: the elements of a kind, of a shape and of an operation of the interface, from their tables."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tracekit.ids import GROUPS
from tracekit.spec.sets import Element, Field, Kind
from tracekit.spec.tables import Row, read_table, specs_root, table_text

NAMESPACE = "urn:tracekit:national:v1"
Form = Literal["text", "integer", "boolean", "map", "object", "records"]
FORMS: dict[str, Form] = {"integer": "integer", "boolean": "boolean", "map": "map", "Record": "records"}


class Part(NamedTuple):
    """One name of a JSON object as an XML element: what it holds, how often it may stand, and what is below it."""

    name: str
    form: Form
    many: bool = False
    due: bool = False
    title: str = ""
    children: "tuple[Part, ...]" = ()
    low: int = 0
    high: int = 1
    element: Element | None = None
    codes: tuple[str, ...] = ()

    @property
    def may_be_empty(self) -> bool:
        """True for a list that always stands in the tree: no element of it means an empty list."""
        return self.many and self.due and not self.low


class Action(NamedTuple):
    """An operation of the interface as SOAP sees it: the elements of request and answer, and how REST calls it."""

    name: str
    method: str
    path: str
    title: str
    request: tuple[Part, ...]
    answer: tuple[Part, ...]
    is_open: bool
    media: str
    """The media type of a request with a body; empty where the request is a query."""


def kind_parts(kind: Kind) -> tuple[Part, ...]:
    """The elements of a record of a kind; which kind it is, its own element's name says."""
    public = _public(kind, (field for field in kind.top if field.name not in ("kind", "groups")))
    digests = tuple(Part(name, "text", codes=("digest",)) for name in GROUPS)
    group = (Part("salt", "text", due=True, low=1, codes=("salt",)), Part("values", "map", due=True, low=1))
    return (*public, Part("groups", "object", children=digests), *(Part(name, "object", children=group) for name in GROUPS))


def _public(kind: Kind, fields: Iterable[Field]) -> tuple[Part, ...]:
    return tuple(_field(kind, field) for field in fields if not field.group)


def _field(kind: Kind, field: Field) -> Part:
    datatype, element = field.element.datatype, field.element
    form: Form = FORMS.get(datatype, "text")
    children: tuple[Part, ...] = ()
    if datatype == "object":
        children = _public(kind, field.children)
        form = "object" if children else "map"
    due = field.obligation == "M" and (field.envelope or "." in field.path)
    low = (max(field.low, 1) if field.many else 1) if due else 0
    codes = tuple(kind.codesets[element.codeset].codes) if element.codeset else ()
    if element.id == "shape" and kind.shape:
        codes = (kind.shape,)
    title = f"{element.name_zh} / {element.name_en}"
    return Part(field.name, form, field.many, due, title, children, low, field.high if field.many else 1, element, codes)


def national_folder() -> Path:
    """The folder of the national interface v1."""
    return specs_root() / "national" / "v1"


@cache
def actions() -> Mapping[str, Action]:
    """The operations that SOAP offers, by name."""
    shapes = _shapes()
    return {one["name"]: _action(one, shapes) for one in _document()["operation"] if one.get("soap", True)}


def action_at(method: str, path: str) -> tuple[Action, dict[str, str]] | None:
    """The operation that REST finds at a path, and what stands in the place of the names in it; None if there is none."""
    for action in actions().values():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(action.path))
        found = re.fullmatch(pattern, path) if method == action.method else None
        if found:
            return action, found.groupdict()
    return None


@cache
def soap_path() -> str:
    """Where a platform takes SOAP."""
    return _document()["soap"]


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(table_text(national_folder() / "interfaces" / "operations.toml"))


def problem_parts() -> tuple[Part, ...]:
    """The elements of a problem document, which a fault carries."""
    return _shape("Problem", _shapes())


def _action(row: Mapping[str, Any], shapes: Mapping[str, list[Row]]) -> Action:
    request = row.get("request", "")
    if request:
        parts = _union(request, shapes)
    else:
        path = (name.partition("}")[0] for name in row["path"].split("{")[1:])
        asked = [*(Part(name, "text", due=True, low=1) for name in path), *(Part(name, "text") for name in row.get("query", ()))]
        parts = tuple(asked)
    media = row.get("media", "application/json") if request else ""
    title = f"{row['zh']} / {row['en']}"
    return Action(row["name"], row["method"], row["path"], title, parts, _union(row["answer"], shapes), row.get("open", False), media)


def _union(names: str, shapes: Mapping[str, list[Row]]) -> tuple[Part, ...]:
    """The elements of a shape; of one or the other: those of all, due where all have them."""
    several = [_shape(name.strip(), shapes) for name in names.split("|")]
    found: dict[str, Part] = {part.name: part for parts in reversed(several) for part in reversed(parts)}
    everywhere = {name for name in found if all(any(part.name == name for part in parts) for parts in several)}
    ordered = dict.fromkeys(part.name for parts in several for part in parts)
    return tuple(found[name] if name in everywhere else found[name]._replace(due=False, low=0) for name in ordered)


@cache
def _shapes() -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in read_table(national_folder() / "interfaces" / "shapes.csv"):
        found.setdefault(row["shape"], []).append(row)
    return found


def _shape(name: str, shapes: Mapping[str, list[Row]]) -> tuple[Part, ...]:
    return tuple(_part(row, shapes) for row in shapes[name])


def _part(row: Row, shapes: Mapping[str, list[Row]]) -> Part:
    type_, title, due = row["type"], f"{row['name_zh']} / {row['name_en']}", row["obligation"] == "M"
    inner = type_.strip("[]")
    many = inner not in {type_, "Record"}
    children = _shape(inner, shapes) if inner in shapes else ()
    form: Form = "object" if children else FORMS.get(inner, "text")
    codes = tuple(inner.removeprefix("code:").split()) if inner.startswith("code:") else ()
    return Part(row["field"], form, many, due, title, children, int(due and not many), 1, None, codes)
