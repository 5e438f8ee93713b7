"""OpenAPI 3.1 of the REST binding, made from the hand-kept operations, the table of shapes and the table of errors."""

import tomllib
from pathlib import Path
from typing import Any

from tracekit.spec import lexical
from tracekit.spec.reading import fault
from tracekit.spec.tables import Row, read_table, table_text
from tracekit.spec.write_schema import ANY, NOT_OFFICIAL, Schema, whole

SCALARS: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "digest": {"type": "string", "pattern": whole(lexical.HEX_DIGEST)},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "time": {"type": "string", "description": "2026-11-20T06:30:15+08:00"},
    "day": {"type": "string", "pattern": whole(lexical.CALENDAR_DAY)},
    "map": {"type": "object"},
    "Record": {"$ref": "#/components/schemas/Record"},
}
RECORD: Schema = {
    "type": "object",
    "description": "A record in wire form; its schema is generated/schema/<kind>.json.",
    "required": ["kind", "key", "revision", "action", "origin"],
    "properties": {"kind": {"type": "string"}},
    "additionalProperties": {"$ref": "#/components/schemas/Any"},
}


def openapi(national: Path) -> Schema:
    """The OpenAPI document of the interfaces in a national folder."""
    folder = national / "interfaces"
    operations: Schema = tomllib.loads(table_text(folder / "operations.toml"))
    errors = read_table(national / "errors.csv")
    paths: Schema = {}
    for operation in operations["operation"]:
        paths.setdefault(operation["path"], {})[operation["method"].lower()] = _operation(operation, errors)
    return {
        "openapi": "3.1.0",
        "info": {"title": operations["title"], "version": operations["version"], "description": NOT_OFFICIAL},
        "paths": paths,
        "components": {
            "schemas": shapes(folder / "shapes.csv"),
            "securitySchemes": {"token": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": {}}}}},
        },
    }


def shapes(path: Path) -> Schema:
    """The component schemas of a table of shapes.

    Raises:
        SpecError: a type that is neither a scalar nor a shape.
    """
    rows = read_table(path)
    names = {row["shape"] for row in rows}
    found: Schema = {}
    for row in rows:
        shape = found.setdefault(row["shape"], {"type": "object", "properties": {}, "required": []})
        shape["properties"][row["field"]] = {"title": f"{row['name_zh']} / {row['name_en']}", **_type(path, row, names)}
        if row["obligation"] == "M":
            shape["required"].append(row["field"])
    any_ = {"anyOf": [*ANY["anyOf"][:3], {"type": "array"}, {"type": "object"}]}
    return {**{name: found[name] for name in sorted(found)}, "Record": RECORD, "Any": any_}


def _type(path: Path, row: Row, names: set[str]) -> Schema:
    type_ = row["type"]
    if type_.startswith("["):
        return {"type": "array", "items": _type(path, {**row, "type": type_[1:-1]}, names)}
    if type_.startswith("code:"):
        return {"enum": type_.removeprefix("code:").split()}
    if type_ in names:
        return {"$ref": f"#/components/schemas/{type_}"}
    if type_ not in SCALARS:
        raise fault(path, f"{row['shape']}.{row['field']}", f"no type or shape named {type_!r}")
    return SCALARS[type_]


def _content(shape: str, media: str = "application/json") -> Schema:
    refs = [{"$ref": f"#/components/schemas/{name.strip()}"} for name in shape.split("|")]
    return {media: {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}}}


def _operation(operation: Schema, errors: list[Row]) -> Schema:
    found: Schema = {"operationId": operation["name"], "summary": f"{operation['zh']} / {operation['en']}"}
    parameters = [_parameter(name, "query") for name in operation.get("query", ())]
    if "{" in operation["path"]:
        parameters.append(_parameter(operation["path"].partition("{")[2].partition("}")[0], "path"))
    if parameters:
        found["parameters"] = parameters
    if "request" in operation:
        media = operation.get("media", "application/json")
        found["requestBody"] = {"required": True, "content": _content(operation["request"], media)}
    found["responses"] = {"200": _answer(operation), **{str(status): _error(status, errors) for status in operation.get("errors", ())}}
    found["security"] = [] if operation.get("open") else [{"token": []}]
    return found


def _parameter(name: str, where: str) -> Schema:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}


def _answer(operation: Schema) -> Schema:
    if "answer" not in operation:
        return {"description": "OK", "content": {operation["answer_media"]: {"schema": {"type": "string"}}}}
    return {"description": "OK", "content": _content(operation["answer"])}


def _error(status: int, errors: list[Row]) -> Schema:
    said = [f"{row['code']} {row['title_zh']} / {row['title_en']}" for row in errors if row["status"] == str(status)]
    described: Any = "\n".join(said) or "error"
    return {"description": described, "content": _content("Problem", "application/problem+json")}
