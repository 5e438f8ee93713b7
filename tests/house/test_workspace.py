"""Every member is in the default dependency group, has the same file names, and says the same things of itself."""

import tomllib
from pathlib import Path
from typing import Any

ALLOWED = {
    "__init__.py",
    "adapter.py",
    "codes.py",
    "config.py",
    "links.py",
    "rules.py",
    "chains.py",
    "suite.py",
    "py.typed",
    "profiles",
    "specs",
    "__pycache__",
}
NEEDED = {"plugins": {"__init__.py"}, "adapters": {"__init__.py", "adapter.py", "config.py"}}


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _with_template(members: list[Path], root: Path) -> list[Path]:
    return members + [path.parent for path in sorted(root.glob("*/_template/pyproject.toml"))]


def test_members_stand_in_the_default_group(members: list[Path], root: Path) -> None:
    project = _toml(root / "pyproject.toml")
    names = {_toml(folder / "pyproject.toml")["project"]["name"] for folder in members}
    group = {one for one in project["dependency-groups"]["dev"] if one.startswith("tracekit-")}
    assert group == names
    assert {name for name in project["tool"]["uv"]["sources"] if name != "tracekit"} == names


def test_templates_are_no_members(root: Path) -> None:
    assert set(_toml(root / "pyproject.toml")["tool"]["uv"]["workspace"]["exclude"]) == {"plugins/_template", "adapters/_template"}


def test_names_follow_the_folder(members: list[Path]) -> None:
    wrong: list[str] = []
    for folder in members:
        project = _toml(folder / "pyproject.toml")["project"]
        module = "tracekit_" + folder.name.replace("-", "_")
        if project["name"] != f"tracekit-{folder.name}" or not (folder / module).is_dir():
            wrong.append(f"{folder.name}: distribution tracekit-{folder.name}, module {module}")
        if project.get("entry-points", {}).get("tracekit", {}) != {folder.name.replace("-", "_"): module}:
            wrong.append(f"{folder.name}: entry point")
        if not any(one.startswith("tracekit") for one in project["dependencies"]) or project["license"] != "Apache-2.0":
            wrong.append(f"{folder.name}: depends on tracekit, licence Apache-2.0")
    assert wrong == []


def test_file_names_are_the_same_everywhere(members: list[Path], root: Path) -> None:
    wrong: list[str] = []
    for folder in _with_template(members, root):
        for needed in ("README.md", "pyproject.toml", "tests"):
            if not (folder / needed).exists():
                wrong.append(f"{folder.name}: {needed} is missing")
        module = next(folder.glob("tracekit_*"))
        names = {path.name for path in module.iterdir()}
        private = {name for name in names if name.startswith("_") and name.endswith(".py")}
        wrong += [f"{folder.name}: {name} is missing" for name in sorted(NEEDED[folder.parent.name] - names)]
        wrong += [f"{folder.name}: {name} is no name of the house" for name in sorted(names - ALLOWED - private)]
    assert wrong == []
