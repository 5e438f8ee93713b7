"""JSON Schema (2020-12) of a kind's wire form, made from its tables. What a schema cannot say stands in `known_gaps.csv`."""

import re
from collections.abc import Iterable
from typing import Any

from tracekit.ids import GROUPS
from tracekit.spec import lexical
from tracekit.spec.conditions import level_of
from tracekit.spec.sets import MANY, Condition, Element, Field, Kind

Schema = dict[str, Any]
NOT_OFFICIAL = "项目自定义，非《国家重要产品追溯体系数据对接技术要求》"
KEY = "^[!-~]{1,64}$"
BOOLEANS = {"true": True, "false": False}
TIME = rf"{lexical.CALENDAR_DAY}(?:T{lexical.CLOCK}{lexical.OFFSET})?"


def whole(pattern: str) -> str:
    """A pattern anchored at both ends."""
    return f"^(?:{pattern})$"


ANY: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": lexical.MAX_TEXT, "pattern": whole(lexical.NOTE)},
        {"type": "integer", "minimum": 1 - lexical.SAFE_INTEGER, "maximum": lexical.SAFE_INTEGER - 1},
        {"type": "boolean"},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/any"}},
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": KEY},
            "additionalProperties": {"$ref": "#/$defs/any"},
        },
    ]
}


def kind_schema(kind: Kind) -> Schema:
    """The schema of one kind."""
    body = object_schema(kind, kind.top, top=True)
    envelope = [field.name for field in kind.top if field.envelope and field.obligation == "M" and not field.group]
    due = [*_occurrences(kind), *_groups_due(kind), *_conditions(kind)]
    required = body.pop("required")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tracekit:schema:{kind.id}:v1",
        "$comment": NOT_OFFICIAL,
        "title": f"{kind.name_zh} / {kind.name_en}",
        **body,
        "required": envelope,
        "if": {"properties": {"action": {"const": "void"}}, "required": ["action"]},
        "else": {"required": required, "allOf": due} if due else {"required": required},
        "$defs": {"any": ANY},
    }


def object_schema(kind: Kind, fields: Iterable[Field], *, top: bool = False) -> Schema:
    """The schema of an object with these fields; unknown keys are allowed if they obey the lexical rules."""
    properties: Schema = {}
    for field in fields:
        properties[field.name] = False if field.group else field_schema(kind, field)
    if top:
        properties |= {"groups": _digests(), **{name: _group(kind, name) for name in GROUPS}}
        properties["kind"] = {"const": kind.id}
    if "shape" in properties and kind.shape:
        properties["shape"] = {"const": kind.shape}
    schema: Schema = {"type": "object", "minProperties": 1, "properties": properties}
    schema["required"] = [field.name for field in fields if field.obligation == "M" and not field.group]
    return {**schema, "propertyNames": {"pattern": KEY}, "additionalProperties": {"$ref": "#/$defs/any"}}


def field_schema(kind: Kind, field: Field) -> Schema:
    """The schema of an element at its place, a list if it may occur more than once."""
    element = field.element
    one = object_schema(kind, field.children) if element.datatype == "object" else scalar_schema(kind, element)
    one = {"description": f"{element.name_zh} / {element.name_en}", **one}
    if not field.many:
        return one
    listed: Schema = {"type": "array", "minItems": max(field.low, 1), "items": one}
    return {**listed, "maxItems": field.high} if field.high < MANY else listed


def scalar_schema(kind: Kind, element: Element) -> Schema:
    """The schema of a scalar: type, pattern, length, code set, schemes."""
    if element.datatype == "boolean":
        return {"type": "boolean"}
    if element.datatype == "integer":
        return _integer(element)
    if element.codeset:
        return {"enum": list(kind.codesets[element.codeset].codes)}
    schema: Schema = {"type": "string", "pattern": whole(_pattern(element)), "maxLength": element.max_length or lexical.MAX_TEXT}
    return {**schema, "allOf": [{"pattern": whole(element.format)}]} if element.format else schema


def _pattern(element: Element) -> str:
    if element.datatype == "text":
        return lexical.NOTE if element.max_length >= lexical.NOTE_LENGTH else lexical.TEXT
    if element.datatype == "ref":
        scheme = "(?:" + "|".join(element.schemes) + ")" if element.schemes else "[a-z][a-z0-9-]*"
        return scheme + r":[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,254}[^\s\x00-\x1f\x7f])?"
    return {"decimal": lexical.DECIMAL, "time": TIME, "day": lexical.CALENDAR_DAY}[element.datatype]


def _integer(element: Element) -> Schema:
    low = 1 if element.format == "[1-9][0-9]*" else 1 - lexical.SAFE_INTEGER
    return {"type": "integer", "minimum": low, "maximum": lexical.SAFE_INTEGER - 1}


def _digests() -> Schema:
    digest = {"type": "string", "pattern": whole(lexical.HEX_DIGEST)}
    open_keys = {"propertyNames": {"pattern": KEY}, "additionalProperties": {"$ref": "#/$defs/any"}}
    return {"type": "object", "minProperties": 1, "properties": dict.fromkeys(GROUPS, digest), **open_keys}


def _group(kind: Kind, name: str) -> Schema:
    patterns = {
        whole(group_path(path)): scalar_schema(kind, kind.fields[path].element) for path, group in kind.sensitive.items() if group == name
    }
    open_keys = {"propertyNames": {"pattern": KEY}, "additionalProperties": {"$ref": "#/$defs/any"}}
    values: Schema = {"type": "object", "minProperties": 1, "patternProperties": patterns, **open_keys}
    salt = {"type": "string", "pattern": whole(lexical.HEX_SALT)}
    return {"type": "object", "properties": {"salt": salt, "values": values}, "required": ["salt", "values"], "additionalProperties": False}


def group_path(path: str) -> str:
    """The pattern of a path with numbers in place of those of a record: items have line numbers."""
    head, _, rest = path.partition(".")
    number = r"\.[0-9]+" if head in ("items", "documents", "measurements") else ""
    return re.escape(head) + number + ("\\." + re.escape(rest) if rest else "")


def _occurrences(kind: Kind) -> list[Schema]:
    """`contains` for each occurrence row."""
    found: list[Schema] = []
    for one in kind.occurrences:
        if not one.low and one.high >= MANY:
            continue
        where = {name: {"const": value} for name, value in one.where}
        contains: Schema = {"contains": {"type": "object", "properties": where, "required": list(where)}, "minContains": one.low}
        if one.high < MANY:
            contains["maxContains"] = one.high
        found.append({"properties": {one.path: contains}, **({"required": [one.path]} if one.low else {})})
    return found


def _groups_due(kind: Kind) -> list[Schema]:
    """A group object needs its digest; a mandatory sensitive element needs its group."""
    found: list[Schema] = [
        {"if": {"required": [name]}, "then": {"required": ["groups"], "properties": {"groups": {"required": [name]}}}} for name in GROUPS
    ]
    for field in kind.fields.values():
        if field.group and field.obligation == "M" and field.path.removeprefix("extension.") == field.name:
            present = {"properties": {field.group: {"properties": {"values": {"required": [field.path]}}}}}
            found.append({"required": ["groups"], "properties": {"groups": {"required": [field.group]}}, **_merged(present)})
    return found


def _merged(present: Schema) -> Schema:
    return {"allOf": [present]}


def _conditions(kind: Kind) -> list[Schema]:
    refusing = (one for one in kind.conditions if level_of(one) == "error")
    return [schema for schema in (_condition(kind, one) for one in refusing) if schema]


def _condition(kind: Kind, condition: Condition) -> Schema | None:
    """Conditions about presence, and patterns, of public elements beside each other; others are known gaps."""
    head = condition.path.partition(".")[0]
    root = kind.fields.get(head)
    inside = bool(root and root.children) and "." in condition.path
    paths = condition.value.split() if condition.test in ("any_of", "one_of") else [condition.path]
    whens = [condition.when_path] if condition.when_test else []
    for path in (*paths, *whens):
        if path not in kind.fields or path in kind.sensitive or path.count(".") != inside or (inside and path.partition(".")[0] != head):
            return None
    then = _then(kind, condition, [path.rpartition(".")[2] for path in paths])
    if then is None:
        return None
    schema = {"if": _when(kind, condition), "then": then} if condition.when_test else then
    if not inside:
        return schema
    return {"properties": {head: {"items": schema} if root and root.many else schema}}


def _then(kind: Kind, condition: Condition, names: list[str]) -> Schema | None:
    if condition.test == "required":
        return {"required": names}
    if condition.test == "forbidden":
        return {"properties": dict.fromkeys(names, False)}
    if condition.test in ("any_of", "one_of"):
        return {"anyOf" if condition.test == "any_of" else "oneOf": [{"required": [name]} for name in names]}
    return {"properties": {names[0]: _fitting(kind.fields[condition.path], condition.value)}} if condition.test == "pattern" else None


def _fitting(field: Field, pattern: str) -> Schema:
    if field.element.datatype != "boolean":
        return {"pattern": whole(pattern)}
    return {"enum": [value for text, value in BOOLEANS.items() if re.fullmatch(pattern, text)]}


def _when(kind: Kind, condition: Condition) -> Schema:
    name = condition.when_path.rpartition(".")[2]
    if condition.when_test == "present":
        return {"required": [name]}
    if condition.when_test == "absent":
        return {"not": {"required": [name]}}
    datatype = kind.fields[condition.when_path].element.datatype
    values: list[Any] = condition.when_value.split()
    if datatype == "boolean":
        values = [BOOLEANS.get(text, text) for text in values]
    elif datatype == "integer":
        values = [int(text) if text.isdecimal() else text for text in values]
    holds = {"properties": {name: {"enum": values}}, "required": [name]}
    return holds if condition.when_test == "in" else {"not": holds}
