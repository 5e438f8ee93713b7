"""`tracekit plugins`."""

from typing import Annotated, Any

import typer

from tracekit.cli.output import put, put_json, put_table, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def plugins(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """List plugins and adapters with distribution and version; broken ones with the cause (exit code 1)."""
    from tracekit.loader import installed

    registry = installed()
    told: dict[str, Any] = {
        "loaded": [one.__dict__ for one in registry.loaded],
        "broken": [one.__dict__ for one in registry.broken],
        "categories": list(registry.categories),
        "adapters": list(registry.adapters),
        "suites": list(registry.suites),
        "schemes": list(registry.schemes),
        "rule_set": registry.hash,
    }
    if as_json:
        put_json(told)
    else:
        rows = [(one.distribution, one.version, "ok") for one in registry.loaded]
        rows += [(one.distribution, one.version, one.cause) for one in registry.broken]
        put_table((say("发行包", "distribution"), say("版本", "version"), say("状态", "state")), rows)
        for name in ("categories", "adapters", "suites", "schemes"):
            put(f"{name}: {', '.join(told[name])}")
    raise typer.Exit(1 if registry.broken else 0)
