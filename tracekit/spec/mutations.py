"""Single mutations of valid wire records: each yields (name, target, mutated record)."""

import copy
from collections.abc import Iterator
from typing import Any

from tracekit.ids import GROUPS
from tracekit.spec.sets import Field, Kind
from tracekit.trees import is_object

Record = dict[str, Any]
Mutation = tuple[str, str, Record]

EVERY: Record = {"null": None, "fraction": 1.5, "empty_object": {}, "empty_array": [], "number": 7, "true": True, "object": {"a": "b"}}
TEXTS = {"empty": "", "control": "a\x00b", "delete": "a\x7fb", "too_long": "x" * 10_001, "not_nfc": "e\u0301"}
BY_TYPE: dict[str, dict[str, Any]] = {
    "text": {},
    "code": {"unknown_code": "no_such_code", "upper_case": "NEW"},
    "ref": {
        "no_scheme": "370600002",
        "no_value": "node:",
        "upper_scheme": "NODE:370600002",
        "blank_after_colon": "node: 370600002",
        "unknown_scheme": "nosuch:1",
    },
    "decimal": {
        "exponent": "1e3", "plus": "+1", "trailing_zero": "1.50", "leading_zero": "01", "minus_zero": "-0", "bare_point": ".5",
        "end_point": "5.", "seven_places": "0.1234567", "sixteen_digits": "1234567890123456", "not_a_number": "NaN", "comma": "1,5",
        "full_width": "１２",
    },
    "time": {
        "no_such_day": "2026-02-30", "no_leap_day": "2100-02-29", "month_13": "2026-13-01", "year_0": "0000-01-01",
        "zulu": "2026-11-20T06:30Z", "compact": "20261120", "no_offset": "2026-11-20T06:30", "hour_24": "2026-11-20T24:00+08:00",
        "seven_digits": "2026-11-20T06:30:15.1234567+08:00", "blank": "2026-11-20 06:30+08:00", "full_width": "２026-11-20",
    },
    "day": {"no_such_day": "2026-02-30", "with_clock": "2026-11-20T06:30+08:00", "slashes": "2026/11/20"},
    "integer": {"two_to_53": 2**53, "text_number": "1", "negative": -1},
    "boolean": {"text_true": "true", "one": 1},
    "object": {"text": "x"},
}  # fmt: skip


def mutations(kind: Kind, record: Record) -> Iterator[Mutation]:
    """All single mutations of a record; what a mutation does not touch it shares with the record."""
    yield from _of_object(kind.top, record, record, ())
    yield from _of_lists(kind, record)
    yield from _of_groups(record)
    yield "unknown_field", "record", {**record, "zz_unknown": "kept"}
    yield "unknown_null", "record", {**record, "zz_unknown": None}
    yield "unknown_deep_fraction", "record", {**record, "zz_unknown": {"a": [{"b": 1.5}]}}
    yield "unknown_empty", "record", {**record, "zz_unknown": {"a": []}}
    yield "unknown_key_not_ascii", "record", {**record, "数量": "1"}


def _of_object(fields: tuple[Field, ...], tree: Record, record: Record, way: tuple[Any, ...]) -> Iterator[Mutation]:
    for field in fields:
        if field.group or field.name == "groups":
            if field.group:
                yield "sensitive_in_place", field.element.datatype, _with(record, (*way, field.name), "1")
            continue
        if field.name not in tree:
            continue
        path = (*way, field.name)
        target = field.path if field.path in ("kind", "shape", "category", "revision", "action") else "element"
        yield f"drop_{field.obligation}", target, _without(record, path)
        values = enumerate(tree[field.name]) if field.many and isinstance(tree[field.name], list) else [(None, tree[field.name])]
        if field.many:
            yield "empty_array", "list", _with(record, path, [])
            yield "null", "optional" if field.obligation != "M" else "list", _with(record, path, None)
            yield "text", "list", _with(record, path, "x")
        for at, value in values:
            yield from _of_value(field, value, record, path if at is None else (*path, at))


def _of_value(field: Field, value: Any, record: Record, path: tuple[Any, ...]) -> Iterator[Mutation]:
    datatype = field.element.datatype
    is_optional = field.obligation != "M" and not field.many
    for name, wrong in {**EVERY, **BY_TYPE[datatype], **(TEXTS if datatype not in ("integer", "boolean", "object") else {})}.items():
        if type(wrong) is {"integer": int, "boolean": bool, "object": dict}.get(datatype, str) and name in ("number", "true", "object"):
            continue
        yield name, "optional" if is_optional and name == "null" else datatype, _with(record, path, wrong)
    if datatype == "text" and field.element.format and field.path != "kind":
        yield "format", "text", _with(record, path, "!! 不合格式 !!")
    if datatype == "integer" and field.element.format:
        yield "zero", "integer", _with(record, path, 0)
    if is_object(value) and field.children:
        yield from _of_object(field.children, value, record, path)


def _of_lists(kind: Kind, record: Record) -> Iterator[Mutation]:
    items = record.get("items")
    if items and len(items) > 1:
        yield "line_twice", "items", _with(record, ("items", 1, "line"), items[0]["line"])
    for occurrence in kind.occurrences:
        if occurrence.low:
            sort = occurrence.where[0]
            left = [one for one in record[occurrence.path] if one.get(sort[0]) != sort[1]]
            spare = left or [{**record[occurrence.path][0], sort[0]: "card" if sort[0] == "type" else "parent"}]
            yield "missing_entry", occurrence.path, _with(record, (occurrence.path,), spare)


def _of_groups(record: Record) -> Iterator[Mutation]:
    for name in GROUPS:
        if name not in record:
            continue
        yield "digest_form", "groups", _with(record, ("groups", name), "ABC")
        yield "digest_missing", "groups", _without(record, ("groups", name)) if len(record["groups"]) > 1 else _without(record, ("groups",))
        yield "salt_form", "groups", _with(record, (name, "salt"), "zz")
        yield "salt_missing", "groups", _without(record, (name, "salt"))
        yield "values_empty", "groups", _with(record, (name, "values"), {})
        for path in list(record[name]["values"]):
            if len(record[name]["values"]) > 1 and not path.startswith("items."):
                yield "value_missing", "element", _without(record, (name, "values", path))
            for wrong_name, wrong in (("null", None), ("fraction", 1.5), ("control", "a\x00b"), ("object", {"a": "b"})):
                yield f"value_{wrong_name}", "groups", _with(record, (name, "values", path), wrong)


def _with(record: Record, path: tuple[Any, ...], value: Any) -> Record:
    changed, holder = _copied(record, path)
    holder[path[-1]] = value
    return changed


def _without(record: Record, path: tuple[Any, ...]) -> Record:
    changed, holder = _copied(record, path)
    del holder[path[-1]]
    return changed


def _copied(record: Record, path: tuple[Any, ...]) -> tuple[Record, Any]:
    """The record with a copy of each object and list on the way to a path, and the last of them; the rest is shared."""
    changed = holder = copy.copy(record)
    for step in path[:-1]:
        holder[step] = holder = copy.copy(holder[step])
    return changed, holder
