"""`tracekit status`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import put, put_json, put_table, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def status(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)],
    day: Annotated[str, typer.Option(help="The business day of the table by node; today if not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What a platform holds, what waits, and a day by node with the silent ones."""
    from tracekit.platform import monitor, quality

    with opened(config) as office:
        told = monitor.status(office)
        told["day"] = quality.day_table(office, day or quality.today(office))
        told["findings"] = quality.worst_findings(office, told["day"]["day"], told["day"]["day"])
    if as_json:
        put_json(told)
    else:
        _report(told)


def _report(told: dict[str, Any]) -> None:
    from tracekit.cli.text import language
    from tracekit.spec.messages import render

    put(f"{told['platform']} {told['name']} ({told['role']}, {told['environment']})")
    for name in ("records", "receipts", "counts", "quarantine", "outbox", "filings", "feedback_open", "sources"):
        put(f"  {name}: {told[name]}")
    for peer, link in told["links"].items():
        said = f"{link['code']} {render(link['code'], link['params'], language())} ({link['since']})"
        put(
            say(
                f"  到 {peer} 的上报已停止：{said}；改正后再运行 run 即继续",
                f"  the link to {peer} is stopped: {said}; mend it, then run again",
            )
        )
    table = told["day"]
    put(
        say(
            f"{table['day']} 报送率 {table['reporting_rate']:.0%}，静默节点 {len(table['silent'])}",
            f"{table['day']} reporting rate {table['reporting_rate']:.0%}, {len(table['silent'])} silent",
        )
    )
    names = ("node", "state", "total", "valid", "problem", "pending", "backfilled", "broken")
    if table["nodes"]:
        put_table(names, ([row.get(name, "") for name in names] for row in table["nodes"]))
    if table["counts_only"]:
        put(say("仅计数（记录留在报数的平台）", "counts only (the records stay with the platform that counted them)"))
        names = ("platform", "node", "kind", "category", "total", "valid", "problem", "pending", "lines")
        put_table(names, ([row[name] for name in names] for row in table["counts_only"]))
    for one in told["findings"]:
        put(f"  {one['count']} × {one['code']} ({one['level']})")
