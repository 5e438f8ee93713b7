"""`tracekit --help` beside a bare typer program with as many commands: sides interleaved, medians printed.

Run: `python tests/bench/bench_cli.py [ROUNDS]`
"""

import statistics
import subprocess
import sys
import time

from tracekit.cli.commands import COMMANDS

BARE = (
    "import typer\napp = typer.Typer(add_completion=False)\n"
    + "".join(
        f"@app.command()\ndef c{n}(as_json: bool = False) -> None:\n    '''Line of help number {n}.'''\n" for n in range(len(COMMANDS))
    )
    + "app()\n"
)


def seconds(args: list[str]) -> float:
    """The wall time of one run."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *args, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(rounds: int = 9) -> tuple[float, float]:
    """Medians of both sides: (tracekit, bare)."""
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(seconds(["-m", "tracekit.cli"]))
        bare.append(seconds(["-c", BARE]))
    return statistics.median(ours), statistics.median(bare)


if __name__ == "__main__":
    ours, bare = ratio(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
    print(f"tracekit --help {ours * 1000:.0f} ms, bare typer {bare * 1000:.0f} ms, ratio {ours / bare:.2f} (bar 1.3)")
