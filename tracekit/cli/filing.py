"""`tracekit filing`: list, approve or return filings."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import put, put_json, put_table, say

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

Config = Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)]
Number = Annotated[int, typer.Argument(metavar="ID", help="The filing's number, as `list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command("list")
def list_filings(
    config: Config,
    state: Annotated[str, typer.Option(help="pending, approved, returned; empty for all.")] = "pending",
    as_json: AsJson = False,
) -> None:
    """List filings by state."""
    from tracekit.platform.registry import filing_row

    with opened(config) as office:
        found = office.store.filings(state=state, limit=1000)
        stored = office.store.records(one.record_id for one in found)
        rows: list[dict[str, Any]] = [
            {**filing_row(one, stored[one.record_id].origin, stored[one.record_id].key), "applicant": one.applicant} for one in found
        ]
    if as_json:
        put_json({"filings": rows})
    else:
        names = ("id", "kind", "applicant", "origin", "key", "state", "assigned_code", "reason")
        put_table(names, ([row.get(name, "") for name in names] for row in rows))


@app.command()
def approve(
    config: Config, number: Number, reviewer: Annotated[str, typer.Option(help="Who decides.")] = "", as_json: AsJson = False
) -> None:
    """Approve a filing; nodes and merchants are given their code."""
    _decide(config, number, reviewer, "", as_json=as_json)


@app.command("return")
def send_back(
    config: Config,
    number: Number,
    reason: Annotated[str, typer.Option(help="What the applicant is told.")],
    reviewer: Annotated[str, typer.Option(help="Who decides.")] = "",
    as_json: AsJson = False,
) -> None:
    """Return a filing with a reason."""
    _decide(config, number, reviewer, reason, as_json=as_json)


def _decide(config: Path, number: int, reviewer: str, reason: str, *, as_json: bool) -> None:
    import orjson

    from tracekit.platform.reception import Reception
    from tracekit.platform.registry import decide

    with opened(config) as office:
        stored = office.store.records([number]).get(number)
        up = Reception(office).up(stored.kind, orjson.loads(stored.body).get("category", "")) if stored else ()
        decided = decide(office, number, reviewer or getpass.getuser(), reason=reason, up=up)
    if as_json:
        put_json({"id": number, "state": decided.state, "assigned_code": decided.assigned_code, "reason": decided.reason})
    elif decided.assigned_code:
        put(say(f"{number} 已通过，编码 {decided.assigned_code}", f"{number} approved, code {decided.assigned_code}"))
    else:
        put(say(f"{number} 已处理：{decided.state}", f"{number}: {decided.state}"))
