import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "bench_categories.py"


def test_all_plugins_find_what_the_one_needed_finds() -> None:
    done = subprocess.run([sys.executable, BENCH, "--smoke"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "findings agree\n"), done.stdout + done.stderr
