"""`tracekit explain`."""

from typing import Annotated, Any

import typer

from tracekit.cli.output import put, put_json, put_table
from tracekit.cli.text import language
from tracekit.errors import TracekitError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help="A code such as TK-CHK-001; without one all are listed.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what a code means: title in both languages, clause, grade of evidence, and what to do."""
    from tracekit.spec.messages import all_messages

    _add_plugin_tables()
    known = all_messages()
    if not code:
        _list(known, as_json)
        return
    row = known.get(code.upper())
    if row is None:
        import difflib

        near = difflib.get_close_matches(code.upper(), known, n=3)
        raise TracekitError(code, code="TK-CLI-002", params={"code": code, "expected": ", ".join(near)})
    told = {name: value for name, value in row._asdict().items() if value}
    told["class"] = told.pop("class_", "") or told.pop("class", "")
    if as_json:
        put_json({name: value for name, value in told.items() if value})
        return
    put(f"{row.code}  {row.level}".rstrip())
    for name in ("title_zh", "title_en", "rule", "clause", "grade", "remedy_zh", "remedy_en", "status", "class"):
        if told.get(name):
            put(f"  {name}: {told[name]}")


def _list(known: dict[str, Any], as_json: bool) -> None:
    titles = {code: row.title_zh if language() == "zh" else row.title_en for code, row in sorted(known.items())}
    if as_json:
        put_json({"codes": titles})
    else:
        put_table(("code", "title"), titles.items())


def _add_plugin_tables() -> None:
    """Plugins bring rows of their own; broken ones must not keep the core's from being explained."""
    from tracekit.loader import installed

    installed()
