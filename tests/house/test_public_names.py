"""Public is what `__init__.py` lists: `__all__` (ruff keeps it sorted) equals the names that are really there."""

import ast
import importlib
from pathlib import Path


def _bound(tree: ast.Module) -> set[str]:
    """Public names that a package binds from its own code; one that it imports for its own use is not meant for others."""
    names: set[str] = set()
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=module, names=imported) if module and module.split(".")[0].startswith("tracekit"):
                names |= {one.asname or one.name for one in imported} - used
            case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return {name for name in names if not name.startswith("_")}


def _all(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return ast.literal_eval(value)
            case _:
                pass
    return None


def _module(path: Path) -> str:
    parts = path.parent.parts
    return ".".join(parts[2:] if parts[0] != "tracekit" else parts)


def test_packages_list_their_public_names(sources: dict[Path, ast.Module]) -> None:
    wrong: list[str] = []
    for path, tree in sources.items():
        if path.name != "__init__.py" or path.parts[0] != "tracekit":
            continue
        listed, bound = _all(tree), _bound(tree)
        if listed is None:
            wrong += [f"{path}: binds {sorted(bound)} but has no __all__"] if bound else []
            continue
        lazy = any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body)
        if (bound - set(listed)) or (set(listed) - bound and not lazy):
            wrong.append(f"{path}: __all__ and names differ in {sorted(bound ^ set(listed))}")
    assert wrong == []


def test_listed_names_can_be_imported(sources: dict[Path, ast.Module]) -> None:
    missing = [
        f"{_module(path)}.{name}"
        for path, tree in sources.items()
        if path.name == "__init__.py"
        for name in _all(tree) or []
        if not hasattr(importlib.import_module(_module(path)), name)
    ]
    assert missing == []
