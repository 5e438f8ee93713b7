"""What the house tests look at: the checkout's own files, as git would see them, and their syntax trees."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("tracekit", "plugins", "adapters")


def _listed() -> list[Path]:
    """Files that are tracked or would be; outside a git checkout everything but dot folders."""
    answer = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = answer.stdout.split("\0") if answer.returncode == 0 else [str(p.relative_to(ROOT)) for p in ROOT.glob("[!.]*/**/*")]
    return [path for name in sorted(set(names)) if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file of the project."""
    return _listed()


@pytest.fixture(scope="session")
def sources(files: list[Path]) -> dict[Path, ast.Module]:
    """Product code (no tests) with its syntax tree, by path relative to the checkout."""
    return {
        relative: ast.parse(path.read_text(encoding="utf-8"))
        for path in files
        if path.suffix == ".py" and (relative := path.relative_to(ROOT)).parts[0] in HOUSES and "tests" not in relative.parts
    }


@pytest.fixture(scope="session")
def members() -> list[Path]:
    """The folders of the workspace's members; the templates are none."""
    return [
        path.parent for house in HOUSES[1:] for path in sorted((ROOT / house).glob("*/pyproject.toml")) if path.parent.name != "_template"
    ]
