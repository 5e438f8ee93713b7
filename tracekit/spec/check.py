"""The reference validator: walks a record beside its kind's fields and says everything that is wrong.

It never raises, whatever JSON-shaped tree it is given. `tracekit.spec.validators` makes a fast path that agrees with it.
"""

import re
from collections.abc import Mapping
from typing import Any

from tracekit.findings import NO_PARAMS, Finding, is_problem
from tracekit.ids import GROUPS, group_digest
from tracekit.spec import conditions, lexical
from tracekit.spec.entries import line_findings, line_of, occurrence_findings
from tracekit.spec.paths import generic_path
from tracekit.spec.scan import SHOWN, clean, scan, type_name
from tracekit.spec.sets import Element, Field, Kind
from tracekit.trees import is_array, is_object

Record = dict[str, Any]

JSON_TYPE: Mapping[str, type[Any]] = {"integer": int, "boolean": bool, "object": dict}
LIST_OF_ALLOWED = 12
_digest = re.compile(lexical.HEX_DIGEST).fullmatch
_salt = re.compile(lexical.HEX_SALT).fullmatch


def check(kind: Kind, record: Any) -> list[Finding]:
    """All findings of the lexical rules, obligations, code sets, groups and table conditions of a kind."""
    walk = _Walk(kind)
    if not is_object(record):
        return [Finding("TK-REC-001", params={"expected": "object", "found": type_name(record)})]
    walk.record(record)
    return walk.found


class _Walk:
    """One record's check: collects findings, knows which groups are withheld."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.found: list[Finding] = []
        self.digests: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.withheld: frozenset[str] = frozenset()
        self.void = False
        self.day = ""

    def add(self, code: str, path: str, params: Mapping[str, str] = NO_PARAMS, level: Any = "error") -> None:
        self.found.append(Finding(code, level, path, params))

    def record(self, record: Record) -> None:
        self.void = record.get("action") == "void"
        time = record.get("time")
        self.day = time[:10] if type(time) is str and not lexical.time_fault(time) else ""
        self._groups(record)
        self._object("", record, self.kind.top, _GROUP_KEYS)
        kind = record.get("kind")
        if isinstance(kind, str) and kind != self.kind.id:
            self.add("TK-REC-028", "kind", {"expected": self.kind.id})
        shape = record.get("shape")
        if isinstance(shape, str) and self.kind.shape and shape != self.kind.shape:
            self.add("TK-REC-042", "shape", {"expected": self.kind.shape})
        self.found += line_findings(self.kind, record)
        if not self.void:
            self.found += occurrence_findings(self.kind, record)
        if not is_problem(self.found) and not self.void:
            self.found += conditions.evaluate(self.kind, record, self.values, self.withheld)

    def _object(self, prefix: str, tree: Record, fields: tuple[Field, ...], skip: frozenset[str] = frozenset()) -> None:
        known = {field.name for field in fields}
        for field in fields:
            self._field(prefix + field.name, field, tree)
        for key, value in tree.items():
            if key not in known and key not in skip:
                self._unknown(prefix, key, value)

    def _unknown(self, prefix: str, key: Any, value: Any) -> None:
        path = prefix + clean(key)
        fault = lexical.key_fault(key) if isinstance(key, str) else "TK-REC-026"
        if fault:
            self.add(fault, path)
        else:
            self.add("TK-REC-003", path, level="info")
        self.found += scan(path, value, path.count(".") + 1)

    def _field(self, path: str, field: Field, tree: Record) -> None:
        if field.name not in tree:
            if field.obligation == "M" and self._is_due(path, field):
                self.add("TK-REC-002", path, {"path": path, "name": field.element.name_zh})
            elif field.element.id == "extension":
                self._object(f"{path}.", {}, tuple(child for child in field.children if child.group))
            return
        value = tree[field.name]
        if field.group:
            self.add("TK-REC-022", path, {"group": field.group})
        elif field.many:
            self._list(path, field, value)
        else:
            self._value(path, field, value)

    def _is_due(self, path: str, field: Field) -> bool:
        """A void record needs its envelope only; a withheld element is not missing."""
        if field.group:
            absent = path not in self.values and field.group not in self.withheld
            return absent and not self.void
        return field.envelope or not self.void or "." in path

    def _list(self, path: str, field: Field, value: Any) -> None:
        if not is_array(value):
            self._wrong_type(path, "array", value)
            return
        if not value:
            self.add("TK-REC-006", path)
        elif not field.low <= len(value) <= field.high:
            self._count(path, len(value), field.low, field.high)
        for at, entry in enumerate(value, 1):
            self._value(f"{path}.{line_of(entry, at) if path == 'items' else at}", field, entry)

    def _count(self, path: str, count: int, low: int, high: int) -> None:
        self.add("TK-REC-020", path, {"count": str(count), "low": str(low), "high": str(high)})

    def _wrong_type(self, path: str, expected: str, value: Any) -> None:
        if value is None:
            self.add("TK-REC-004", path)
        elif type(value) is float:
            self.add("TK-REC-005", path)
        else:
            self.add("TK-REC-001", path, {"expected": expected, "found": type_name(value)})

    def _value(self, path: str, field: Field, value: Any) -> None:
        datatype = field.element.datatype
        if type(value) is not JSON_TYPE.get(datatype, str):
            self._wrong_type(path, "text" if datatype not in JSON_TYPE else datatype, value)
        elif datatype == "object":
            self._inner(path, field, value)
        elif datatype == "integer":
            self._integer(path, field.element, value)
        elif datatype != "boolean":
            self._text(path, field.element, value)

    def _inner(self, path: str, field: Field, value: Record) -> None:
        if not value:
            self.add("TK-REC-006", path)
        elif path != "groups":
            self._object(path + ".", value, field.children)

    def _integer(self, path: str, element: Element, value: int) -> None:
        if not -lexical.SAFE_INTEGER < value < lexical.SAFE_INTEGER:
            self.add("TK-REC-007", path, {"low": "-(2^53-1)", "high": "2^53-1"})
        elif element.format and not re.fullmatch(element.format, str(value), re.ASCII):
            self.add("TK-REC-015", path, {"value": str(value), "format": element.format})

    def _text(self, path: str, element: Element, text: str) -> None:
        fault = element_fault(element, text)
        if fault:
            self.add(fault[0], path, fault[1])
        elif element.codeset:
            self._code(path, element, text)

    def _code(self, path: str, element: Element, text: str) -> None:
        code = self.kind.codesets[element.codeset].codes.get(text)
        params = {"value": _shown(element, text), "codeset": element.codeset}
        if code is None:
            self.add("TK-REC-016", path, {**params, "allowed": allowed(element, self.kind)})
        elif self.day and not code.valid_from <= self.day <= (code.valid_to or "9"):
            self.add("TK-REC-017", path, {**params, "date": self.day}, "warning")

    def _groups(self, record: Record) -> None:
        """Shape of digests and group objects, then each value of a group as if it stood at its place."""
        digests = record.get("groups")
        if is_object(digests):
            self._digests(digests)
        objects = [name for name in GROUPS if name in record]
        self.withheld = frozenset(name for name in self.digests if name not in objects)
        for name in objects:
            if name not in self.digests:
                self.add("TK-REC-041", name, {"group": name})
            self._group(name, record[name])

    def _digests(self, digests: Record) -> None:
        for name, digest in digests.items():
            if name not in GROUPS:
                self._unknown("groups.", name, digest)
            elif type(digest) is str and _digest(digest):
                self.digests[name] = digest
            else:
                self.add("TK-REC-023", f"groups.{name}")

    def _group(self, name: str, group: Any) -> None:
        if not is_object(group) or group.keys() != {"salt", "values"}:
            self.add("TK-REC-023", name)
            return
        salt, values = group["salt"], group["values"]
        if type(salt) is not str or not _salt(salt) or not is_object(values) or not values:
            self.add("TK-REC-023", name)
            return
        for path, value in values.items():
            self._group_value(name, path, value)

    def _group_value(self, group: str, path: Any, value: Any) -> None:
        field = self.kind.fields.get(generic_path(path)) if isinstance(path, str) else None
        if field is None or field.group != group:
            self._unknown(f"{group}.values.", path, value)
            return
        self.values[path] = value
        self._value(path, field, value)


_GROUP_KEYS = frozenset(GROUPS)


def element_fault(element: Element, text: str) -> tuple[str, dict[str, str]] | None:
    """The first fault of a text of this element, its code set aside: code and parameters."""
    limit = element.max_length or lexical.MAX_TEXT
    if len(text) > limit:
        return "TK-REC-013", {"length": str(len(text)), "limit": str(limit)}
    code = text_fault(element, text)
    if code == "TK-REC-019":
        return code, {"scheme": text.partition(":")[0][:SHOWN], "allowed": " ".join(element.schemes)}
    if code:
        return code, {"value": _shown(element, text)}
    if element.format and not element.codeset and not re.fullmatch(element.format, text, re.ASCII):
        return "TK-REC-015", {"value": _shown(element, text), "format": element.format}
    return None


def _shown(element: Element, text: str) -> str:
    return clean(text) if element.sensitivity == "public" else "***"


def text_fault(element: Element, text: str) -> str:
    """The fault of a text of the element's data type, without code set and format."""
    datatype = element.datatype
    if datatype == "decimal":
        return lexical.decimal_fault(text)
    if datatype == "time":
        return lexical.time_fault(text)
    if datatype == "day":
        return lexical.day_fault(text)
    if datatype != "ref":
        return lexical.text_fault(text, note=element.max_length >= lexical.NOTE_LENGTH)
    code = lexical.ref_fault(text)
    if not code and element.schemes and text.partition(":")[0] not in element.schemes:
        code = "TK-REC-019"
    return code


def allowed(element: Element, kind: Kind) -> str:
    """The codes of an element's code set, shortened, for a message."""
    codes = list(kind.codesets[element.codeset].codes)
    return " ".join(codes[:LIST_OF_ALLOWED]) + (" …" if len(codes) > LIST_OF_ALLOWED else "")


def check_groups(record: Record) -> list[Finding]:
    """Whether each group object that is present agrees with its digest; never raises on a record of the right shape."""
    digests: Record = record.get("groups") or {}
    return [
        Finding("TK-REC-024", path=name, params={"group": name})
        for name in GROUPS
        if name in record and group_digest(record[name]) != digests.get(name)
    ]
