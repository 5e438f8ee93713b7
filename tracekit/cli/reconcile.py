"""`tracekit reconcile`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import put, put_json, say

app = typer.Typer(rich_markup_mode=None)

_DAYS = 31


@app.command()
def reconcile(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)],
    first: Annotated[str, typer.Option("--from", help="First business day; 31 days ago if not given.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last business day; today if not given.")] = "",
    resend: Annotated[bool, typer.Option("--resend", help="Let what is missing above go again with the next run.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare our statement with that of the platform above. Exit code 1 if they differ."""
    from tracekit.pipeline.times import day_of_text, day_text
    from tracekit.platform import quality
    from tracekit.platform.reconcile import reconcile as compare

    with opened(config) as office:
        last = last or quality.today(office)
        first = first or day_text(day_of_text(last) - _DAYS)
        told = compare(office, first, last, resend=resend)
    if as_json:
        put_json(told)
    else:
        _report(told)
    raise typer.Exit(0 if told["equal"] else 1)


def _report(told: dict[str, Any]) -> None:
    state = say("一致", "equal") if told["equal"] else say("不一致", "different")
    put(f"{told['from']} – {told['to']} {told['peer']}: {state} ({told['lower']['records']} / {told['upper']['records']})")
    for name, label in (("missing", say("上级缺少", "missing above")), ("surplus", say("上级多出", "surplus above"))):
        for one in told[name]:
            put(f"  {label}: {one['origin']} {one['kind']} {one['key']} r{one['revision']}")
    for one in told["different"]:
        put(f"  {say('内容不同', 'different')}: {one['lower']['origin']} {one['lower']['kind']} {one['lower']['key']}")
    if "resent" in told:
        put(say(f"{told['resent']} 条将随下次 run 重发", f"{told['resent']} go again with the next run"))
