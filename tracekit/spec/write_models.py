"""Python source of frozen models in flat form, made from the tables: one class a kind, one a part."""

import json
import keyword
from collections.abc import Iterable

from tracekit.spec.reading import event_kind
from tracekit.spec.sets import Element, Field, Kind, SpecSet
from tracekit.spec.write_schema import NOT_OFFICIAL

PARTS = {
    "items": "Item",
    "items.quantities": "Quantity",
    "documents": "Document",
    "measurements": "Measurement",
    "refs": "Identifier",
}
SHADOWED = frozenset(["copy", "json", "dict", "schema", "validate", "construct", "to_flat", "table", "kind_id", "specs"])
COMMAND = "tracekit spec build"
IMPORTS = """import datetime as DT
from decimal import Decimal
{path_import}from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tracekit.model import flat as FORM
{core_import}from tracekit.model.flat import FlatRecord, Part
"""


def camel(name: str) -> str:
    """`market_trade` → `MarketTrade`."""
    return "".join(word.capitalize() for word in name.replace(".", "_").split("_"))


def core_models(spec: SpecSet) -> str:
    """The module `tracekit.model.core`: the core's kinds, the parts of every event, and `Void`."""
    writer = _Module(spec, {})
    shared = event_kind(spec)
    for root in shared.top:
        writer.part(root, "")
    writer.void(shared)
    for kind_id in spec.own_kinds:
        writer.kind(spec.kinds[kind_id])
    return writer.source("the core", COMMAND, plugin=False)


def plugin_models(spec: SpecSet, core: SpecSet, name: str, command: str) -> str:
    """The module `models` of a category: its kinds; parts that are the core's are imported from there."""
    shared = _Module(core, {})
    for root in event_kind(core).top:
        shared.part(root, "")
    writer = _Module(spec, shared.classes)
    for kind_id in spec.own_kinds:
        writer.kind(spec.kinds[kind_id])
    return writer.source(name, command, plugin=True)


class _Module:
    """Collects classes by their body, so that equal parts are written once."""

    def __init__(self, spec: SpecSet, shared: dict[str, str]) -> None:
        self.spec = spec
        self.shared = shared
        self.classes: dict[str, str] = {}
        self.used: set[str] = set()
        self.codesets: dict[str, str] = {}
        self.text: list[str] = []

    def part(self, field: Field, prefix: str) -> str:
        """The class of an object element; fields below it first. Scalars give no class."""
        for child in field.children:
            if child.children:
                self.part(child, prefix)
        if not field.children:
            return ""
        lines = [self.line(child, prefix) for child in field.children]
        body = "\n".join(lines)
        plain = PARTS.get(field.path) or PARTS.get(field.path.rpartition(".")[0], "") + camel(field.name)
        known = self.shared.get(body) or self.classes.get(body)
        if known:
            if body in self.shared:
                self.used.add(known)
            return known
        name = prefix + plain
        self.classes[body] = name
        self.text.append(_class(name, "Part", field.element.definition_zh, field.element.definition_en, lines))
        return name

    def kind(self, kind: Kind) -> None:
        """The class of a kind."""
        name = camel(kind.id.partition(".")[2])
        for root in kind.top:
            self.part(root, name)
        known = [one for one in kind.top if one.name != "groups"]
        fields = sorted(known, key=lambda one: not one.due or bool(_default(one, kind)))
        specs = ["specs: ClassVar[Path | None] = SPECS"] if self.shared else []
        lines = [f'kind_id: ClassVar[str] = "{kind.id}"', *specs, ""]
        lines += [self.line(one, name, kind) for one in fields]
        self.text.append(_class(name, "FlatRecord", kind.name_zh, kind.name_en, lines))

    def void(self, shared: Kind) -> None:
        """A void record of any kind: the envelope and nothing else."""
        fields = [one for one in shared.top if one.envelope and one.name not in ("groups", "action")]
        fields.sort(key=lambda one: one.obligation != "M")
        lines = ["kind: Annotated[str, FORM.kind_name()]"]
        lines += [self.line(one, "") for one in fields if one.name != "kind"]
        lines += ['action: Literal["void"] = "void"']
        self.text.append(_class("Void", "FlatRecord", "作废", "A void record of any kind: the envelope and nothing else", lines))

    def line(self, field: Field, prefix: str, kind: Kind | None = None) -> str:
        """One field of a class."""
        type_ = self.type_of(field, prefix)
        if field.many:
            type_ = f"Annotated[tuple[{type_}, ...], FORM.many({max(field.low, 1)}, {field.high})]"
        name, alias = field.name, ""
        if keyword.iskeyword(name) or name in SHADOWED:
            name, alias = f"{name}_", f'alias="{field.name}", '
        described = f'Field({alias}title="{field.element.name_zh}")'
        annotated = f"Annotated[{type_}, {described}]"
        default = _default(field, kind) if kind else ""
        if default:
            if field.name in ("kind", "shape"):
                annotated = f"Annotated[Literal[{default}], {described}]"
            return f"{name}: {annotated} = {default}"
        if field.due:
            return f"{name}: {annotated}"
        return f"{name}: Annotated[{type_} | None, {described}] = None"

    def type_of(self, field: Field, prefix: str) -> str:
        element = field.element
        if element.datatype == "object":
            return self._class_of(field, prefix) or "dict[str, str | int | bool]"
        if element.codeset:
            return self._codeset(element.codeset)
        if field.path == "kind":
            return "Annotated[str, FORM.kind_name()]"
        return _scalar(element)

    def _class_of(self, field: Field, prefix: str) -> str:
        body = "\n".join(self.line(child, prefix) for child in field.children)
        return self.shared.get(body) or self.classes.get(body, "")

    def _codeset(self, id_: str) -> str:
        name = camel(id_) + "Code"
        codes = self.spec.codesets[id_].codes
        self.codesets[name] = f"{name} = Literal[\n" + "".join(f'    "{code}",\n' for code in codes) + "]\n"
        return name

    def source(self, what: str, command: str, *, plugin: bool) -> str:
        made = f"Generated by `{command}` from the tables; never edited by hand."
        head = f'"""Models of {what}, in flat form.\n\n{NOT_OFFICIAL}\n{made}\n"""\n'
        core = f"from tracekit.model.core import {', '.join(sorted(self.used))}\n" if self.used else ""
        imports = IMPORTS.format(path_import="from pathlib import Path\n" if plugin else "", core_import=core)
        specs = ['SPECS = Path(__file__).parent / "specs"\n'] if plugin else []
        parts = [*specs, *(self.codesets[name] for name in sorted(self.codesets))]
        exceptions = "# ruff: noqa: E501, ICN001, N812  a table row a line; upper-case names cannot meet a field\n"
        return exceptions + head + "\n" + imports + "\n" + "\n".join(parts) + "\n\n" + "\n\n".join(self.text)


def _class(name: str, base: str, zh: str, en: str, lines: Iterable[str]) -> str:
    body = "".join(f"    {line}\n" if line else "\n" for line in lines)
    return f'class {name}({base}):\n    """{zh} / {en}."""\n\n{body}'


def _default(field: Field, kind: Kind | None) -> str:
    """What an SDK's user need not say: the kind, its shape, category, the first revision."""
    if kind is None:
        return ""
    category = kind.id.partition(".")[0]
    known = {"kind": f'"{kind.id}"', "revision": "1", "action": '"new"'}
    known |= {"shape": f'"{kind.shape}"'} if kind.shape else {}
    known |= {"category": f'"{category}"'} if category != "core" and field.obligation == "M" else {}
    return known.get(field.path, "")


def _scalar(element: Element) -> str:
    arguments = [f"{element.max_length}"] if element.max_length or element.format else []
    pattern = [json.dumps(element.format, ensure_ascii=False)] if element.format else []
    low = "1" if element.format == "[1-9][0-9]*" else ""
    return {
        "text": f"Annotated[str, FORM.text({', '.join([*arguments, *pattern])})]",
        "ref": f"Annotated[str, FORM.ref({', '.join(json.dumps(one) for one in element.schemes)})]",
        "decimal": f"Annotated[str | Decimal | int, FORM.decimal({', '.join(pattern)})]",
        "time": f"Annotated[str | DT.datetime | DT.date, FORM.time({', '.join(pattern)})]",
        "day": "Annotated[str | DT.date, FORM.day()]",
        "integer": f"Annotated[int, FORM.integer({low})]",
        "boolean": "Annotated[bool, FORM.boolean()]",
    }[element.datatype]
