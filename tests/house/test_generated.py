"""Generated files are what `tracekit spec build` makes today, byte for byte."""

import subprocess
import sys
from pathlib import Path

MAIN = "import sys; sys.argv[0] = 'tracekit'; from tracekit.cli import main; sys.exit(main())"


def _check(root: Path, *arguments: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-P", "-c", MAIN, "spec", "build", "--check", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_core_is_built(root: Path) -> None:
    _check(root)


def test_members_are_built(root: Path, members: list[Path]) -> None:
    for folder in [*members, root / "plugins" / "_template"]:
        for specs in folder.glob("tracekit_*/specs/kinds.csv"):
            _check(root, str(specs.parent))
