"""`tracekit quarantine`: the refused records, as they came, with their reasons."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import describe_finding, put, put_finding, put_json, put_table, say
from tracekit.errors import TracekitError

if TYPE_CHECKING:
    from tracekit.store.values import Refused

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

Config = Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)]
Number = Annotated[int, typer.Argument(metavar="ID", help="The number, as `list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Raw = Annotated[bool, typer.Option("--raw", help="With prices, persons and source rows, as it came.")]
State = Annotated[str, typer.Option(help="new, retried, fixed; empty for all.")]


@app.command("list")
def list_refused(
    config: Config,
    state: State = "new",
    node: Annotated[str, typer.Option(help="Only of this node.")] = "",
    code: Annotated[str, typer.Option(help="Only with a finding of this code.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List refused records."""
    with opened(config) as office:
        found = office.store.quarantine(state, limit=limit, node=node, code=code)
    if as_json:
        put_json({"quarantine": [_row(one) for one in found]})
    else:
        names = ("id", "state", "kind", "origin", "key", "sender", "node", "place", "codes")
        put_table(names, ([_row(one)[name] for name in names] for one in found))


@app.command()
def show(config: Config, number: Number, raw: Raw = False, as_json: AsJson = False) -> None:
    """Show one refused record with its findings."""
    with opened(config) as office:
        one = office.store.refused(number)
    if one is None:
        raise TracekitError(str(number), code="TK-CLI-004", params={"what": str(number)})
    if as_json:
        put_json({**_row(one), "record": _record(one, raw=raw), "findings": [describe_finding(finding) for finding in one.findings]})
        return
    for name, value in _row(one).items():
        put(f"{name}: {value}")
    for finding in one.findings:
        put_finding(finding)
    put_json(_record(one, raw=raw))


@app.command()
def export(
    config: Config,
    file: Annotated[Path, typer.Argument(help="JSON Lines; - for standard output.")],
    state: State = "new",
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Write refused records with their findings, one JSON object a line; prices and persons only with --raw."""
    import orjson

    count = 0
    with opened(config) as office, sys.stdout.buffer if str(file) == "-" else file.open("wb") as stream:
        for one in office.store.quarantine_export(state):
            wire = {**_row(one), "record": _record(one, raw=raw), "findings": [finding.to_wire() for finding in one.findings]}
            stream.write(orjson.dumps(wire) + b"\n")
            count += 1
    if as_json and str(file) != "-":
        put_json({"exported": count, "file": str(file)})
    elif str(file) != "-":
        put(say(f"已导出 {count} 条", f"{count} exported"))


@app.command()
def retry(
    config: Config,
    number: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Without one: all that are new.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check refused records anew with today's rules and facts; what is good now is stored."""
    from tracekit.platform.retrying import retry as try_again

    with opened(config) as office:
        counts = try_again(office, number or [])
    if as_json:
        put_json(counts)
    else:
        put(
            say("重试 {tried} 条：有效 {valid}，仍有问题 {problem}", "{tried} tried: {valid} valid, {problem} still refused").format(
                **counts
            )
        )
    raise typer.Exit(1 if counts["problem"] else 0)


def _row(one: "Refused") -> dict[str, Any]:
    from tracekit.pipeline.times import wire_time_of

    return {
        "id": one.id,
        "state": one.state,
        "kind": one.kind,
        "origin": one.origin,
        "key": one.key,
        "revision": one.revision,
        "sender": one.sender,
        "node": one.node,
        "place": one.place,
        "seen": one.seen,
        "received_at": wire_time_of(one.received_at),
        "codes": " ".join(sorted({finding.code for finding in one.findings})),
    }  # fmt: skip  one line a table row


def _record(one: "Refused", *, raw: bool) -> Any:
    """The record, without its group objects unless they are asked for; what was no JSON tree is shown as text."""
    import orjson

    from tracekit.pipeline.seal import join_body

    try:
        return join_body(one.body, one.aside) if raw else orjson.loads(one.body)
    except ValueError:
        return one.body.decode("utf-8", "replace")
