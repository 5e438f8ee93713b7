"""`tracekit demo`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tracekit.cli.text import language

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the platforms up.")] = False,
    seed: Annotated[int, typer.Option(help="The generator's seed.")] = 20261120,
    folder: Annotated[Path | None, typer.Option("--dir", help="Where to work; a temporary folder if not given.")] = None,
    size: Annotated[Literal["small", "demo", "large"] | None, typer.Option(help="How much is traded.")] = None,
    category: Annotated[str, typer.Option(help="Run the chain of this installed category alone.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run a nation, two provinces and three cities on loopback with a synthetic province whose truth is known."""
    from importlib import import_module

    # the kit imports the whole house, so it stays out of sight until it is asked for
    kit = import_module("tracekit.testing.demo")
    how = {"keep": keep, "seed": seed, "folder": folder, "as_json": as_json, "language": language()}
    done = kit.run_category(category, size=size or "small", **how) if category else kit.run(size=size or "demo", **how)
    raise typer.Exit(done)
