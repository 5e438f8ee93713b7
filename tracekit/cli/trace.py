"""`tracekit trace`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import put, put_json, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def trace(
    ref: Annotated[str, typer.Argument(help="scheme:value of goods or a paper, such as till-slip:… or batch:…")],
    config: Annotated[Path, typer.Option("--platform", "-p", metavar="PLATFORM_TOML", help=HELP)] = Path(),
    direction: Annotated[str, typer.Option(help="backward, forward or both.")] = "both",
    above: Annotated[bool, typer.Option("--above", help="Ask the platform above with our credentials.")] = False,
    case: Annotated[str, typer.Option(help="Number of the case: it opens what a department keeps, and is logged.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Where the goods of a ref came from and went to; gaps are shown. Exit code 1 if there are gaps or nothing is found."""
    from tracekit.platform import chain

    with opened(config) as office:
        if above:
            from tracekit.platform.link_up import session_above

            session = session_above(office)
            with closing(session.line):
                told = session.get("trace", ref=ref, direction=direction, case=case)
        else:
            told = chain.trace(office, {"ref": ref, "direction": direction, "case": case})
    if as_json:
        put_json(told)
    else:
        _report(told)
    counts = told["counts"]
    raise typer.Exit(1 if counts["gaps"] or not counts["vertices"] else 0)


def _report(told: dict[str, Any]) -> None:
    counts = told["counts"]
    if not counts["vertices"]:
        put(say(f"没有任何记录提到 {told['ref']}", f"no record here mentions {told['ref']}"))
        put(
            say(
                "  处理：核对写法（scheme:value，tracekit code check 可查）；也可用 --above 询问上级",
                "  what to do: check the spelling (scheme:value; tracekit code check), or ask the platform above with --above",
            )
        )
        return
    put(say("{vertices} 个环节，{edges} 条链边，{gaps} 处断链", "{vertices} events, {edges} edges, {gaps} gaps").format(**counts))
    path = set(told["path"])
    for one in sorted(told["vertices"], key=lambda vertex: (vertex["depth"], vertex.get("time", ""))):
        mark = "*" if one["id"] in path else " "
        if one.get("gap"):
            put(f"{mark} {one['depth']:+d} {say('断链', 'gap')}: {', '.join(one['sought'])}")
        elif one.get("kept"):
            kept = say("由主管部门留存，凭案件编号（--case）调阅", "kept by its department, opens with --case")
            put(f"{mark} {one['depth']:+d} {kept} {one['region']}")
        elif one.get("hidden"):
            put(f"{mark} {one['depth']:+d} {say('辖区外', 'beyond the region')} {one['region']}")
        else:
            papers = " ".join(paper["ref"] for paper in one["documents"])
            put(f"{mark} {one['depth']:+d} {one['time']} {one['kind']} {one.get('place', '')} {papers}".rstrip())
