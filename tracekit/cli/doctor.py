"""`tracekit doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.opened import HELP
from tracekit.cli.output import put, put_json, say
from tracekit.cli.text import language

if TYPE_CHECKING:
    from tracekit.platform.doctor import Check

app = typer.Typer(rich_markup_mode=None)

_MARKS = {"good": "✓", "bad": "✗", "skipped": "-"}


@app.command()
def doctor(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Configuration, keys, plugins, store, address, certificate, environment, clock, credentials, one harmless call.

    Each check has its own code. Exit code 1 if one is bad.
    """
    from tracekit.platform.doctor import examine

    told: list[dict[str, Any]] = []
    for check in examine(config):
        told.append(_told(check))
        if not as_json:
            _put(told[-1])
    bad = sum(one["state"] == "bad" for one in told)
    if as_json:
        put_json({"good": not bad, "checks": told})
    elif bad:
        put(say(f"{bad} 项有问题", f"{bad} bad"))
    raise typer.Exit(1 if bad else 0)


def _told(check: "Check") -> dict[str, Any]:
    from tracekit.spec.messages import remedy, render

    told = {"code": check.code, "state": check.state, "title": render(check.code, check.params, language()), "detail": check.detail}
    if check.state == "bad":
        told |= {"cause": check.cause, "remedy": remedy(check.code, check.params, language())}
        if check.cause:
            told["remedy"] = remedy(check.cause, check.params, language()) or told["remedy"]
    return {name: value for name, value in told.items() if value}


def _put(told: dict[str, Any]) -> None:
    put(f"{_MARKS[told['state']]} {told['code']} {told['title']}  {told.get('detail', '')}".rstrip())
    if told["state"] == "bad":
        cause = f" [{told['cause']}]" if "cause" in told else ""
        put(f"    {say('处理', 'what to do')}{cause}: {told['remedy']}")
