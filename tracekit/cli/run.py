"""`tracekit run`: the sources once, then the way up."""

import signal
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.opened import HELP, opened
from tracekit.cli.output import error_object, put, put_json, put_table, say

if TYPE_CHECKING:
    from tracekit.platform.office import Office

app = typer.Typer(rich_markup_mode=None)


@app.command()
def run(
    config: Annotated[Path, typer.Argument(metavar="PLATFORM_TOML", help=HELP)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check only: nothing is stored, sent or remembered.")] = False,
    source: Annotated[list[str] | None, typer.Option(help="Only these sources; may repeat.")] = None,
    processes: Annotated[int, typer.Option(min=1, max=2, help="2: a second process reads ahead; for big files.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Read every source from where it was left, store what is good, then send upward what waits.

    Ctrl-C stops after the batch at hand; a run later goes on from there. Exit code 1 if records had problems, 2 if the link is stopped.
    """
    with opened(config, create=True) as office, _stopping() as stop:
        sections = [one for one in office.setup.config.sources if not source or one.name in source]
        done: dict[str, Any] = {"sources": _read(office, sections, stop, dry_run=dry_run, processes=processes, as_json=as_json)}
        if not dry_run and office.setup.config.above is not None and not stop():
            done["docked"] = _dock(office)
    if as_json:
        put_json(done)
    else:
        _report(done)
    if done.get("docked", {}).get("stopped"):
        raise typer.Exit(2)
    problems = sum(one["counts"].get("problem", 0) for one in done["sources"])
    raise typer.Exit(1 if problems or done.get("docked", {}).get("refused") else 0)


def _read(
    office: "Office", sections: list[Any], stop: Callable[[], bool], *, dry_run: bool, processes: int, as_json: bool
) -> list[dict[str, Any]]:
    from tracekit.platform.reception import Reception
    from tracekit.platform.sources import dry_run_source, run_source

    reception = Reception(office)
    told: list[dict[str, Any]] = []
    with _progress(as_json=as_json) as progress:
        for section in sections:
            if stop():
                break
            step = progress(section.name)
            counts = (
                dry_run_source(office, section, step, stop=stop)
                if dry_run
                else run_source(office, reception, section, step, stop=stop, processes=processes)
            )
            told.append(
                {
                    "source": counts.source,
                    "rows": counts.rows,
                    "counts": counts.counts,
                    "findings": counts.worst,
                    "receipts": counts.receipts,
                }
            )
    return told


def _dock(office: "Office") -> dict[str, Any]:
    from tracekit.errors import DockingDenied
    from tracekit.platform.link_up import outbox_up

    outbox = outbox_up(office)
    with closing(outbox.session.line):
        try:
            sent = outbox.run()
        except DockingDenied as error:
            waiting = office.store.outbox_waiting(outbox.peer)
            return {"receipts": [], "records": 0, "refused": [], "waiting": waiting, "counted": 0, "stopped": error_object(error)}
    return {
        "receipts": [one.id for one in sent.receipts],
        "records": sum(one.counts.get("total", 0) + one.counts.get("duplicate", 0) for one in sent.receipts),
        "refused": [{"code": one.code, "detail": one.detail} for one in sent.refused],
        "waiting": sent.waiting,
        "counted": sent.counted,
    }


def _report(done: dict[str, Any]) -> None:
    names = ("total", "valid", "problem", "pending", "duplicate")
    labels = say("来源 行 总数 有效 问题 待审 重复", "source rows total valid problem pending duplicate").split()
    if done["sources"]:
        put_table(labels, ([one["source"], one["rows"], *(one["counts"].get(name, 0) for name in names)] for one in done["sources"]))
    docked = done.get("docked")
    if docked is not None:
        texts = {"packages": len(docked["receipts"]), "records": docked["records"], "waiting": docked["waiting"]}
        put(
            say(
                "已上报 {packages} 包 {records} 条，待发 {waiting} 条", "sent {packages} packages, {records} records; {waiting} wait"
            ).format(**texts)
        )
        if docked["counted"]:
            put(say("仅计数：已上报日计数 {counted} 项", "counts only: told {counted} day counts").format(**docked))
        for one in docked["refused"]:
            put(f"{one['code']} {one['detail']}")
        if stopped := docked.get("stopped"):
            put(say("上报已停止：", "the link up is stopped: ") + f"{stopped['code']} {stopped['title']}")
            put(f"  {stopped['detail']}")
            put(f"  {say('处理', 'what to do')}: {stopped['remedy']}")


@contextmanager
def _stopping() -> Generator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM ask to stop after the batch at hand, because its records and cursor go in together."""
    asked: list[int] = []
    before = {number: signal.signal(number, lambda number, _: asked.append(number)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(*, as_json: bool) -> Generator[Callable[[str], Callable[[int], None]]]:
    """Rows read so far on a terminal, nothing elsewhere."""
    if as_json or not sys.stderr.isatty():
        yield lambda _name: lambda _rows: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:

        def start(name: str) -> Callable[[int], None]:
            task = bars.add_task(name, total=None)
            return lambda rows: bars.advance(task, rows)

        yield start
