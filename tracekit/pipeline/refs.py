"""The refs of a batch, checked once a scheme: format and checksum refuse, an unknown area only warns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tracekit import codes
from tracekit.findings import Finding, Level
from tracekit.ids import parse_ref
from tracekit.sdk import Record

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged
    from tracekit.registry import Registry
    from tracekit.spec.sets import Kind

ENVELOPE_REFS = ("party", "counterparty", "place", "reporter")
ITEM_REFS = ("ref", "product", "supplier")
DOCUMENT_REFS = ("ref", "issuer")
LISTED = ("area", "node")
"""Schemes of the core whose register is complete enough to warn by: GB/T 2260 and what begins with it. A plugin's says so itself."""


Goods = tuple[int, str | None, str | None, str | None, str | None, str | None, str | None]
"""A line: its number, role, ref, product, and the value, unit and basis of its first quantity."""


class Fault(NamedTuple):
    """What is wrong with a ref."""

    code: str
    level: Level


class Parts(NamedTuple):
    """What later stages need of a record's tree, taken in one pass, so that the tree itself need not stay."""

    refs: list[str]
    """Every ref that the core's fields hold; areas too, as `area:` refs."""
    filed: list[str]
    """Those of the envelope."""
    named: list[str]
    """The refs of goods and papers."""
    goods: list[Goods]


class ExtensionRefs(NamedTuple):
    """The paths of a kind's own public refs: in the record's extension, and in that of each item."""

    record: tuple[str, ...]
    item: tuple[str, ...]


def extension_refs(kind: Kind) -> ExtensionRefs:
    """Where a kind holds refs of its own."""
    refs = [path for path, field in kind.fields.items() if field.element.datatype == "ref" and not field.group]
    own = [path for path in refs if path.startswith("extension.") and path.count(".") == 1]
    of_items = [path.removeprefix("items.") for path in refs if path.startswith("items.extension.") and path.count(".") == 2]
    return ExtensionRefs(tuple(own), tuple(of_items))


def _own_refs(tree: Mapping[str, Any], paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    extension: Mapping[str, Any] = tree.get("extension", {})
    for path in paths:
        found = extension.get(path.partition(".")[2])
        if isinstance(found, str):
            yield path, found


NO_REFS = ExtensionRefs((), ())


def parts_of(record: Record, own: ExtensionRefs = NO_REFS) -> Parts:
    """The parts of a (well-formed) record."""
    filed = [record[name] for name in ENVELOPE_REFS if name in record]
    refs, named, goods = filed.copy(), list[str](), list[Goods]()
    if record["region"].isdigit():
        refs.append(f"area:{record['region']}")
    for item in record.get("items", ()):
        get, first = item.get, (item.get("quantities") or _NO_QUANTITY)[0].get
        ref, product = get("ref"), get("product")
        goods.append((item["line"], get("role"), ref, product, first("value"), first("unit"), first("basis")))
        named.append(ref)
        refs += (ref, product, get("supplier"))
        if own.item:
            refs += [text for _, text in _own_refs(item, own.item)]
    if own.record:
        refs += [text for _, text in _own_refs(record, own.record)]
    for document in record.get("documents", ()):
        named.append(document["ref"])
        refs += (document["ref"], document.get("issuer"))
    return Parts([one for one in refs if one], filed, [one for one in named if one], goods)


_NO_QUANTITY: Sequence[Mapping[str, str]] = ({},)


def check_refs(judged: Sequence[Judged], registry: Registry, own: Callable[[str], ExtensionRefs]) -> None:
    """Check all refs of a batch, each scheme in one call, and add findings to the records that hold a faulty one."""
    by_scheme: dict[str, list[str]] = {}
    for text in {text for one in judged for text in one.refs}:
        scheme, _, value = text.partition(":")
        by_scheme.setdefault(scheme, []).append(value)
    faults = dict(fault for scheme, values in by_scheme.items() for fault in _faults(scheme, values, registry))
    if faults:
        for one in judged:
            if not faults.keys().isdisjoint(one.refs):
                one.findings = one.findings + list(_findings(one.record, faults, own(one.kind)))


def _faults(scheme: str, values: list[str], registry: Registry) -> Iterator[tuple[str, Fault]]:
    known = registry.schemes.get(scheme)
    found: Iterable[str | None] = known.check_batch(values) if known else ["TK-CODE-004"] * len(values)
    yield from ((f"{scheme}:{value}", Fault(code, "error")) for value, code in zip(values, found, strict=True) if code)
    if scheme in LISTED or getattr(known, "hints", False):
        hints = codes.registry_batch(registry.schemes[scheme], values)
        yield from ((f"{scheme}:{value}", Fault(code, "warning")) for value, code in zip(values, hints, strict=True) if code)


def _findings(record: Record, faults: Mapping[str, Fault], own: ExtensionRefs) -> Iterator[Finding]:
    for path, text in (*_places(record), *_own_places(record, own)):
        fault = faults.get(text)
        if fault:
            yield Finding(fault.code, fault.level, path, {"value": _shown(text)})


def _places(record: Record) -> Iterator[tuple[str, str]]:
    yield from ((name, record[name]) for name in ENVELOPE_REFS if name in record)
    yield "region", f"area:{record['region']}"
    for item in record.get("items", ()):
        yield from ((f"items.{item['line']}.{name}", item[name]) for name in ITEM_REFS if name in item)
    for index, document in enumerate(record.get("documents", ()), 1):
        yield from ((f"documents.{index}.{name}", document[name]) for name in DOCUMENT_REFS if name in document)


def _own_places(record: Record, own: ExtensionRefs) -> Iterator[tuple[str, str]]:
    yield from _own_refs(record, own.record)
    for item in record.get("items", ()):
        yield from ((f"items.{item['line']}.{path}", text) for path, text in _own_refs(item, own.item))


def _shown(text: str) -> str:
    """What a finding may show: never a person's number, not even one sent where a hash belongs."""
    scheme, value = parse_ref(text)
    return f"person:{value[:2]}***" if scheme == "person" else text
