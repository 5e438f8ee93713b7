"""Score the cases: `python tests/mutants/score.py` breaks our platform and our sender in one way after the other; cases must catch each.

Prints a line a mutant: the requirement, how it was broken, the cases that caught it, those that were expected to and did not, and
those that failed besides. Exit code 1 if a mutant survives, 2 if the true platform does not pass.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutants import senders
from mutants.stage import Stage, stage
from mutants.table import MUTANTS, Mutant

BAD = frozenset(("fail", "warn", "not_proven", "kit_error", "env_error"))
CAUGHT = frozenset(("fail", "warn"))
"""A case of what only should be warns."""
ALL: Sequence[Mutant | senders.Mutant] = (*MUTANTS, *senders.SENDERS)


class Scored(NamedTuple):
    """What came of a mutant."""

    mutant: Mutant | senders.Mutant
    caught: tuple[str, ...]
    missed: tuple[str, ...]
    besides: tuple[str, ...]

    def line(self) -> str:
        """As it is printed."""
        told = "survived" if self.missed else "caught"
        more = (("caught by", self.caught), ("NOT by", self.missed), ("besides", self.besides))
        parts = [f"{name} {' '.join(cases)}" for name, cases in more if cases]
        return f"{told:9}{self.mutant.requirement:17}{self.mutant.how}: {'; '.join(parts)}"


def score(town: Stage, mutant: Mutant | senders.Mutant, *, all_cases: bool = True) -> Scored:
    """Play cases against a mutant: all, or those that must catch it."""
    results = played(town, mutant, () if all_cases else mutant.caught_by)
    caught = tuple(one for one in mutant.caught_by if results[one] in CAUGHT)
    missed = tuple(one for one in mutant.caught_by if one not in caught)
    bad = {id_ for id_, result in results.items() if result in BAD}
    return Scored(mutant, caught, missed, tuple(sorted(bad.difference(mutant.caught_by))))


def played(town: Stage, mutant: Mutant | senders.Mutant, ids: Sequence[str]) -> dict[str, str]:
    """The result of each case."""
    if isinstance(mutant, senders.Mutant):
        with tempfile.TemporaryDirectory() as folder:
            return dict(senders.results(mutant, Path(folder), *ids))
    with mutant.breaks(town.face):
        return {id_: one.result for id_, one in town.play(ids).items()}


def sample(number: int, seed: int) -> Sequence[Mutant | senders.Mutant]:
    """So many of the mutants by chance; all of them where the number is 0."""
    return random.Random(seed).sample(ALL, min(number, len(ALL))) if number else ALL


def main() -> int:
    """Score what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only N mutants by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--quick", action="store_true", help="play the cases that must catch each mutant, no others")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    begin = time.monotonic()
    with stage() as town:
        if wrong := [f"{id_}: {one.result}" for id_, one in town.play().items() if one.result != "pass"]:
            print("the true platform does not pass:", *wrong, file=sys.stderr)
            return 2
        scored: list[Scored] = []
        for mutant in sample(asked.sample, asked.seed):
            scored.append(score(town, mutant, all_cases=not asked.quick))
            print(scored[-1].line(), flush=True)
    caught = sum(not one.missed for one in scored)
    print(f"score: {caught} of {len(scored)} caught in {time.monotonic() - begin:.0f} s")
    return 0 if caught == len(scored) else 1


if __name__ == "__main__":
    sys.exit(main())
