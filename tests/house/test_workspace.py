"""Every member is in the default dependency group, has the same file names, and says the same things of itself."""

import ast
import tomllib
from pathlib import Path
from typing import Any

SAYS_NOTHING = {"utils.py", "util.py", "helpers.py", "helper.py", "base.py", "common.py", "misc.py", "manager.py", "impl.py"}
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
        entry = project.get("entry-points", {}).get("tracekit", {})
        if entry not in ({folder.name.replace("-", "_"): named} for named in (module, f"{module}:plugin")):
            wrong.append(f"{folder.name}: entry point")
        if not any(one.startswith("tracekit") for one in project["dependencies"]) or project["license"] != "Apache-2.0":
            wrong.append(f"{folder.name}: depends on tracekit, licence Apache-2.0")
    assert wrong == []


def test_file_names_are_the_same_everywhere(members: list[Path], root: Path) -> None:
    wrong: list[str] = []
    for folder in _with_template(members, root):
        wrong += [f"{folder.name}: {name} is missing" for name in ("README.md", "pyproject.toml", "tests") if not (folder / name).exists()]
        names = {path.name for path in next(folder.glob("tracekit_*")).iterdir()}
        wrong += [f"{folder.name}: {name} is missing" for name in sorted(NEEDED[folder.parent.name] - names)]
        wrong += [f"{folder.name}: {name} says nothing" for name in sorted(names & SAYS_NOTHING)]
    assert wrong == []


def test_init_holds_hooks_only(members: list[Path], root: Path) -> None:
    wrong: list[str] = []
    for folder in _with_template(members, root):
        path = next(folder.glob("tracekit_*")) / "__init__.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            marked = isinstance(node, ast.FunctionDef) and any(ast.unparse(one).startswith("hookimpl") for one in node.decorator_list)
            if not (marked or isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign | ast.AnnAssign | ast.If)):
                wrong.append(f"{path.relative_to(root)}:{node.lineno}: no hook")
    assert wrong == []
