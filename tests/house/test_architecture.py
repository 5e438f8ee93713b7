"""The page, the picture and the contract show the same layers."""

import re
import tomllib
from pathlib import Path


def _contract(root: Path) -> list[str]:
    """The packages of each row as the contract has them, from the top."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [" ".join(sorted(re.findall(r"\w+", layer))) for layer in layers]


def _rows(page: str) -> list[list[str]]:
    return [re.findall(r"`(\w+)`", cell) for cell in re.findall(r"^\| \d \| ([^|]+) \|", page, re.MULTILINE)]


def test_the_page_shows_the_contract(root: Path) -> None:
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    ordered = {"loader", "registry", "sdk"}
    shown = [row for packages in _rows(page) for row in (packages if set(packages) == ordered else [" ".join(sorted(packages))])]
    assert shown == _contract(root)


def test_the_picture_shows_the_page(root: Path) -> None:
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = (root / "docs" / "architecture.svg").read_text(encoding="utf-8").replace("&#8250;", "")
    titles = [re.findall(r"\w+", text) for text in re.findall(r'class="n"[^>]*>([^<]+)<', picture)]
    assert [row for row in titles if row in _rows(page)] == _rows(page)
