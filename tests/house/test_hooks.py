"""Hooks: ten at most, each documented with its argument names and tested by name."""

import inspect
import re
from pathlib import Path

from tracekit.sdk import hooks


def _hooks() -> dict[str, list[str]]:
    marked = {name: function for name, function in vars(hooks).items() if hasattr(function, "tracekit_spec")}
    return {name: list(inspect.signature(function).parameters) for name, function in marked.items()}


def test_ten_hooks_at_most() -> None:
    assert 1 <= len(_hooks()) <= 10


def test_each_hook_is_documented_with_its_arguments(root: Path) -> None:
    page = (root / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    documented = {name: re.findall(r"\w+", arguments) for name, arguments in re.findall(r"^### `(\w+)\((.*)\)`", page, re.MULTILINE)}
    assert documented == _hooks()


def test_each_hook_has_a_test_of_its_name(files: list[Path]) -> None:
    tested = {
        name
        for path in files
        if path.name.startswith("test_")
        for name in re.findall(r"def test_hook_(\w+)\(", path.read_text(encoding="utf-8"))
    }
    assert [hook for hook in _hooks() if not any(name == hook or name.startswith(f"{hook}_") for name in tested)] == []
