"""ruff and pyright are clean; no ignore stands without its rule."""

import re
import subprocess
import sys
from pathlib import Path

BARE = re.compile(r"#\s*(?:noqa(?!:)|type:\s*ignore|pyright:\s*ignore(?!\[)|pyright:\s*basic)")


def _run(root: Path, *command: str) -> None:
    answer = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, (answer.stdout + answer.stderr)[-20_000:]


def test_ruff_has_no_remark(root: Path) -> None:
    _run(root, "ruff", "check", "--output-format=concise")


def test_ruff_would_format_nothing(root: Path) -> None:
    _run(root, "ruff", "format", "--check")


def test_pyright_is_clean(root: Path) -> None:
    _run(root, "pyright", "--pythonpath", sys.executable)


def test_no_bare_ignore(root: Path, files: list[Path]) -> None:
    wrong = [
        f"{path.relative_to(root)}:{number}"
        for path in files
        if path.suffix == ".py" and path.name != Path(__file__).name
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BARE.search(line)
    ]
    assert wrong == []
