"""`tracekit reconcile`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import put, put_json, put_table, say

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
    from tracekit.cli.text import language
    from tracekit.spec.messages import render

    state = say("一致", "equal") if told["equal"] else say("不一致", "different")
    put(f"{told['from']} – {told['to']}  {told['peer']}: {state}")
    put_table(
        say("一侧 条数 摘要", "side records digest").split(),
        (
            (say(f"本级应报 {told['peer']}", f"we have for {told['peer']}"), told["lower"]["records"], told["lower"]["digest"][:16]),
            (say("上级收有", "it holds from us"), told["upper"]["records"], told["upper"]["digest"][:16]),
        ),
    )
    rows = [
        (meaning, one["kind"], one["origin"], one["key"], f"r{one['revision']}", _codes(one.get("findings", ())))
        for name, meaning in _MEANINGS.items()
        for one in told[name]
    ]
    rows += [
        (_DIFFERENT, one["lower"]["kind"], one["lower"]["origin"], one["lower"]["key"], f"r{one['lower']['revision']}", "")
        for one in told["different"]
    ]
    if rows:
        put_table(
            say("情况 种类 来源 键 版本 检查结果", "what kind origin key revision findings").split(),
            [(say(*row[0]), *row[1:]) for row in rows],
        )
    for one in {finding["code"]: finding for refused in told["refused"] for finding in refused["findings"]}.values():
        put(f"  {one['code']}: {render(one['code'], one.get('params', {}), language())}")
    _advise(told)


def _codes(findings: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(dict.fromkeys(one["code"] for one in findings))


def _advise(told: dict[str, Any]) -> None:
    """What to do about the differences."""
    if "resent" in told:
        put(say(f"{told['resent']} 条将随下次 run 重发", f"{told['resent']} go again with the next run"))
    elif told["missing"] or told["different"]:
        put(say("处理：加 --resend 重发缺少和不同的", "what to do: --resend sends what is missing or different again"))
    if told["refused"]:
        put(
            say(
                "处理：更正被上级退回的记录（新版本）后再 run；原样重发无用",
                "what to do: correct what was refused (a new revision), then run; repeating it is of no use",
            )
        )


_DIFFERENT = ("内容不同", "different")
_MEANINGS = {"missing": ("上级缺少", "missing above"), "refused": ("上级退回", "refused above"), "surplus": ("上级多出", "surplus above")}
