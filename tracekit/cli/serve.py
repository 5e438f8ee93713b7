"""`tracekit serve`."""

from pathlib import Path
from typing import Annotated

import typer

from tracekit.cli.output import put, put_json, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def serve(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help="platform.toml or its folder.")],
    port: Annotated[int | None, typer.Option(help="Another port than the configured one; 0: a free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object once it listens.")] = False,
) -> None:
    """Run a platform's server until Ctrl-C or SIGTERM; the store is brought to the newest revision first."""
    from tracekit.platform.office import open_office
    from tracekit.server import log, runner

    log.set_up()
    office = open_office(config)

    def started(url: str) -> None:
        if as_json:
            put_json({"url": url, "code": office.code, "environment": office.environment})
        else:
            put(say(f"{office.code} 在 {url} 提供服务（{office.environment}）", f"{office.code} listens at {url} ({office.environment})"))
        typer.get_text_stream("stdout").flush()

    try:
        runner.serve(office, started, port=port)
    finally:
        office.close()
