"""Judging what was written down: packages and records in files, without a line. Pure; every fault is a finding with its place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from tracekit.conformance.packages import is_signed
from tracekit.findings import Finding
from tracekit.ids import content_id, records_digest
from tracekit.registry import Registry
from tracekit.spec.check import check_groups
from tracekit.spec.scan import type_name
from tracekit.spec.validators import validator
from tracekit.trees import is_array, is_object

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read."""
_HEADER = ("id", "sender", "receiver", "edition", "mode", "scope", "environment", "count", "records_digest", "created_at")


def judge_file(data: bytes, registry: Registry, public_pem: str = "") -> tuple[int, list[Finding]]:
    """How many records a file holds, and what is wrong with them; `where` is the record's place in the file, from 1.

    Args:
        data: a package, a JSON array of wire records, or JSON Lines of them.
        public_pem: the sender's public key; without it no signature is checked.
    """
    try:
        tree: Any = orjson.loads(data)
    except ValueError:
        return _lines(data, registry)
    if is_object(tree) and "header" in tree and "records" in tree:
        records: Any = tree["records"]
        if not is_array(records):
            return 0, [_wrong_type("records", "array", records)]
        return len(records), [*_package(tree, registry, public_pem), *_records(enumerate(records, 1), registry)]
    if is_array(tree):
        return len(tree), list(_records(enumerate(tree, 1), registry))
    return 1, list(_records([(1, tree)], registry))


def _lines(data: bytes, registry: Registry) -> tuple[int, list[Finding]]:
    found: list[Finding] = []
    records: list[tuple[int, Any]] = []
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                records.append((number, orjson.loads(line)))
            except ValueError as error:
                found.append(Finding("TK-DOCK-102", params={"reason": str(error)}, where=f"{number}"))
    return len(records), [*found, *_records(records, registry)]


def _package(tree: Mapping[str, Any], registry: Registry, public_pem: str) -> Iterator[Finding]:
    header, records = tree["header"], tree["records"]
    if not is_object(header):
        yield _wrong_type("header", "object", header)
        return
    yield from (Finding("TK-REC-002", path=f"header.{name}", params={"name": name, "path": name}) for name in _HEADER if name not in header)
    if header.get("count") != len(records):
        yield Finding("TK-DOCK-112", path="header.count", params={"count": f"{header.get('count')}", "found": str(len(records))})
    if all(map(is_object, records)) and records_digest(map(content_id, records)) != header.get("records_digest"):
        yield Finding("TK-DOCK-105", path="header.records_digest")
    signature = tree.get("signature")
    if not is_object(signature):
        yield _wrong_type("signature", "object", signature)
    elif public_pem and not is_signed(
        {**header, "signature": signature}, [{"key": signature.get("key"), "public": public_pem}], registry.suites.get
    ):
        yield Finding("TK-DOCK-104", path="signature", params={"key": f"{signature.get('key')}"})


def _records(records: Iterable[tuple[int, Any]], registry: Registry) -> Iterator[Finding]:
    for place, record in records:
        for finding in _record(record, registry):
            yield finding._replace(where=f"{place}")


def _record(record: Any, registry: Registry) -> Iterator[Finding]:
    if not is_object(record):
        yield _wrong_type("", "object", record)
        return
    kind = registry.kinds.get(str(record.get("kind")))
    if kind is None:
        known = ", ".join(sorted(registry.categories))
        yield Finding("TK-REC-050", path="kind", params={"kind": f"{record.get('kind')}"[:64], "known": known})
        return
    findings = validator(kind)(record)
    yield from findings
    if not findings:
        yield from check_groups(record)


def _wrong_type(path: str, expected: str, found: Any) -> Finding:
    return Finding("TK-REC-001", path=path, params={"expected": expected, "found": type_name(found)})
