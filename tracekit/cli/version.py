"""`tracekit version`."""

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from tracekit.cli.output import put, put_json

app = typer.Typer(rich_markup_mode=None)


@app.command()
def version(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Print the version."""
    number = installed_version("tracekit")
    if as_json:
        put_json({"version": number})
    else:
        put(f"tracekit {number}")
