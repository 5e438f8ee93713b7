"""`tracekit spec`: build what is made from the tables, compare it, show a kind or an element."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.output import put, put_json, put_table, say
from tracekit.trees import is_array

if TYPE_CHECKING:
    from tracekit.spec.sets import Element, Field, Kind, Occurrence, SpecSet
    from tracekit.spec.supplied import Column

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Build, check or show the specification's tables. / 规范表格。")

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="Folder of a category's tables; without one, the core.", show_default=False),
]
Name = Annotated[str, typer.Argument(metavar="KIND|ELEMENT", help="A kind, an element or a code set; without one, the kinds.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def build(
    paths: Paths = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make models, JSON Schema, OpenAPI and dictionary from the tables; `--check` compares byte for byte."""
    from tracekit.spec import build as builder

    changed: list[Path] = []
    for path in paths or [None]:
        files = builder.outputs(path)
        changed += builder.differing(files) if check else builder.write(files)
    if as_json:
        put_json({"checked": check, "differs" if check else "written": [str(one) for one in changed]})
    else:
        _tell(changed, [str(path) for path in paths or []], check=check)
    raise typer.Exit(1 if check and changed else 0)


def _tell(changed: list[Path], paths: list[str], *, check: bool) -> None:
    if not changed:
        put(say("生成文件与表格一致。", "Generated files agree with the tables."))
    for one in changed:
        put(f"{say('过期', 'out of date') if check else say('已写入', 'written')}: {one}")
    if check and changed:
        command = " ".join(["tracekit spec build", *paths])
        put(say(f"请运行：{command}", f"Run: {command}"))


@app.command()
def show(
    name: Name = "",
    as_json: AsJson = False,
) -> None:
    """Show the kinds, one kind with its fields, one element, or one code set."""
    from tracekit.loader import installed

    sets = list(installed().sets.values())
    for table in (_kind_shown, _element_shown, _codeset_shown) if name else ():
        for spec in sets:
            told = table(spec, name)
            if told is not None:
                _put(told, as_json=as_json)
                return
    if name:
        raise _unknown(name, sets)
    kinds = {id_: kind for spec in sets for id_, kind in spec.kinds.items()}
    rows = [_row(id=one.id, name=say(one.name_zh, one.name_en), record_type=one.record_type, shape=one.shape) for one in kinds.values()]
    _put({"kinds": rows}, as_json=as_json)


@app.command()
def table(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="A table that may be supplied; without one, all.")] = "",
    file: Annotated[Path | None, typer.Argument(help="A file to check; without one, the columns are shown.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which tables an operator may supply, or check a file before `platform.toml` names it."""
    from tracekit.cli.output import describe_finding, put_finding
    from tracekit.loader import installed
    from tracekit.platform.supplied import columns, read_supplied

    if file is None:
        known = columns(installed(), name)
        _put({"tables": [_column_row(table, one) for table, listed in known.items() for one in listed]}, as_json=as_json)
        return
    rows, findings = read_supplied(installed(), name, file)
    if as_json:
        put_json({"table": name, "rows": len(rows), "findings": len(findings), "list": [describe_finding(one) for one in findings]})
    else:
        for one in findings:
            put_finding(one, name)
        put(say(f"{name}：{len(rows)} 行，问题 {len(findings)} 处", f"{name}: {len(rows)} rows, {len(findings)} faults"))
    raise typer.Exit(1 if findings else 0)


def _column_row(table: str, one: "Column") -> dict[str, Any]:
    element = one.element
    scheme, obligation = " ".join(element.schemes), "M" if one.mandatory else "O"
    return _row(table=table, column=one.name, type=element.datatype, scheme=scheme, obligation=obligation, note=one.note)


def _row(**cells: Any) -> dict[str, Any]:
    return cells


def _unknown(name: str, sets: "list[SpecSet]") -> Exception:
    from tracekit.errors import SpecError

    known = ", ".join(sorted({id_ for spec in sets for id_ in spec.kinds}))
    params = {"what": say("记录类型、数据元或代码集", "kind, element or code set"), "id": name, "known": known}
    return SpecError(f"{name}: known kinds are {known}", code="TK-SPEC-005", params=params)


def _put(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(told)
        return
    for name, value in told.items():
        if is_array(value):
            put_table(list(value[0]) if value else [name], [list(row.values()) for row in value])
        elif value not in ("", 0):
            put(f"{name}: {value}")


def _kind_shown(spec: "SpecSet", name: str) -> dict[str, Any] | None:
    kind: Kind | None = spec.kinds.get(name)
    if kind is None:
        return None
    facts = _row(kind=kind.id, name=say(kind.name_zh, kind.name_en), record_type=kind.record_type, shape=kind.shape)
    facts |= _row(business_key=" ".join(kind.business_key), window_hours=kind.window_hours, grade=kind.grade, source=kind.source)
    fields = [_field_row(one) for one in kind.fields.values()]
    fields += [_occurrence_row(one) for one in kind.occurrences]
    return {**facts, "fields": fields}


def _occurrence_row(one: "Occurrence") -> dict[str, Any]:
    return _row(path=one.label, name="", type="", obligation="M" if one.low else "O", group="", conditions="")


def _field_row(one: "Field") -> dict[str, Any]:
    element = one.element
    return _row(
        path=one.path,
        name=say(element.name_zh, element.name_en),
        type=element.datatype,
        obligation=one.obligation,
        group=one.group,
        conditions=" ".join(one.conditions),
    )


def _element_shown(spec: "SpecSet", name: str) -> dict[str, Any] | None:
    element: Element | None = spec.elements.get(name)
    return None if element is None else {**element._asdict(), "schemes": " ".join(element.schemes)}


def _codeset_shown(spec: "SpecSet", name: str) -> dict[str, Any] | None:
    found = spec.codesets.get(name)
    if found is None:
        return None
    codes = [{key: value for key, value in one._asdict().items() if key != "row"} for one in found.codes.values()]
    return {"codeset": name, "codes": codes}
