"""Credit codes in batches beside python-stdnum one by one: sides interleaved, medians of five, printed as ratios.

Run: `python tests/bench/bench_codes.py [--n 200000] [--runs 5]`; exit 1 if a bar is missed. `--smoke` compares the
verdicts of few values and times nothing. "with gaps" has one value in a hundred of a wrong length or not ASCII, so
that the rows do not line up.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable

from stdnum.cn import uscc as oracle

from tracekit.codes import uscc

SEED = 3
BAR = 40
"""Times python-stdnum. No library is used, so one bar holds for plain Python (8 asked for) and with numpy (40)."""


def make_codes(count: int, seed: int = SEED) -> list[str]:
    """Compact credit codes, one in ten with a wrong check character."""
    rng = random.Random(seed)
    codes: list[str] = []
    for at in range(count):
        body = "91" + "".join(rng.choices("0123456789", k=6)) + "".join(rng.choices(uscc.ALPHABET, k=9))
        check = oracle.calc_check_digit(body)
        codes.append(body + (uscc.ALPHABET[(uscc.ALPHABET.index(check) + 1) % 31] if at % 10 == 0 else check))
    return codes


def with_gaps(codes: list[str]) -> list[str]:
    """The same with a value cut short, one with a letter that the set lacks, and one that is not ASCII in 300."""
    gaps = {0: lambda code: code[:17], 100: lambda code: code[:17] + "O", 200: lambda code: code[:17] + "９"}
    return [gaps[at % 300](code) if at % 300 in gaps else code for at, code in enumerate(codes)]


def judge_by_library(codes: list[str]) -> list[bool]:
    """python-stdnum's verdicts."""
    return [oracle.is_valid(code) for code in codes]


def judge_one_by_one(codes: list[str]) -> list[bool]:
    """Our single form's verdicts."""
    return [uscc.is_valid(code) for code in codes]


def judge_by_batch(codes: list[str]) -> list[bool]:
    """Our batch form's verdicts."""
    return [code is None for code in uscc.check_batch(codes)]


def agree(count: int) -> bool:
    """True if all three give the same verdicts over values of every sort."""
    good = make_codes(count)
    odd = ["", "9", "\ud800" * 18, "\n" * 18, "９" * 18, good[1] + "\n", good[1].lower() + "\x00", "9" * 10_000]
    for codes in (good, with_gaps(good), odd * 20, [*odd, *good]):
        compact = [uscc.compact(code) for code in codes]
        verdicts = judge_by_batch(compact)
        # the library reads digits of other scripts as digits, so it is asked about ASCII alone
        expected = [code.isascii() and oracle.is_valid(code) for code in compact]
        if not verdicts == judge_one_by_one(compact) == expected:
            return False
    return True


def seconds(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(count: int, runs: int) -> dict[str, float]:
    """Median seconds of each side."""
    codes = make_codes(count)
    gaps = with_gaps(codes)
    sides: dict[str, Callable[[], object]] = {
        "python-stdnum, one by one": lambda: judge_by_library(codes),
        "tracekit, one by one": lambda: judge_one_by_one(codes),
        "tracekit, batch": lambda: uscc.check_batch(codes),
        "tracekit, batch of 500": lambda: [uscc.check_batch(codes[at : at + 500]) for at in range(0, count, 500)],
        "tracekit, batch with gaps": lambda: uscc.check_batch(gaps),
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, work in sides.items():
            times[name].append(seconds(work))
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> int:
    """Print the table; 0 if every bar holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if not agree(2000):
        print("verdicts differ", file=sys.stderr)
        return 1
    if given.smoke:
        print("verdicts agree")
        return 0
    medians = measure(given.n, given.runs)
    library = medians["python-stdnum, one by one"]
    print(f"{given.n} credit codes, medians of {given.runs}\n| side | ns a code | times python-stdnum |\n| --- | --- | --- |")
    for name, taken in medians.items():
        print(f"| {name} | {taken / given.n * 1e9:,.0f} | {library / taken:.1f} |")
    return 0 if library / medians["tracekit, batch"] >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
