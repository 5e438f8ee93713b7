"""`tracekit serve`."""

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from tracekit.cli.output import put, put_json, say

app = typer.Typer(rich_markup_mode=None)


@app.command()
def serve(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help="platform.toml or its folder.")],
    port: Annotated[int | None, typer.Option(help="Another port than the configured one; 0: a free one.")] = None,
    rehearse: Annotated[str, typer.Option(metavar="TIME", help="Test environment only: act as if it were this time now.")] = "",
    leashed: Annotated[bool, typer.Option("--leashed", help="Stop when standard input ends, as when the caller is gone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object once it listens.")] = False,
) -> None:
    """Run a platform's server until Ctrl-C or SIGTERM; the store is brought to the newest revision first."""
    from tracekit.platform.memory import quiet_collector
    from tracekit.platform.office import clock_from, open_office, system_clock
    from tracekit.server import log, runner

    log.set_up()
    office = open_office(config, clock=clock_from(rehearse) if rehearse else system_clock)
    if rehearse and office.environment != "test":
        office.close()
        raise typer.BadParameter(office.environment, param_hint="--rehearse")
    if leashed:
        _stop_at_end_of_input()

    def started(url: str) -> None:
        if as_json:
            put_json({"url": url, "code": office.code, "environment": office.environment})
        else:
            put(say(f"{office.code} 在 {url} 提供服务（{office.environment}）", f"{office.code} listens at {url} ({office.environment})"))
        sys.stdout.flush()

    quiet_collector()
    try:
        runner.serve(office, started, port=port)
    finally:
        office.close()


def _stop_at_end_of_input() -> None:
    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
