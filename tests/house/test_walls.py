"""Walls that the layer contract of pyproject.toml cannot say, and the contract itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# who alone may import what
ONLY = {
    "sqlalchemy": ("tracekit/store", "adapters/sql"),
    "sqlmodel": ("tracekit/store", "tracekit/platform"),
    "alembic": ("tracekit/store",),
    "httpx": ("tracekit/transport",),
    "pluggy": ("tracekit/sdk", "tracekit/registry", "tracekit/loader"),
    "starlette": ("tracekit/server",),
    "typer": ("tracekit/cli", "plugins", "adapters"),
}
PURE = (
    "errors.py",
    "findings.py",
    "ids.py",
    "spec",
    "model",
    "config.py",
    "codes",
    "wire",
    "mapping",
    "suites",
    "sdk",
    "registry",
    "loader",
    "pipeline",
)
# the loader reads entry points and package data, spec the tables, config the file it is told: no clock, no network
IMPURE_MODULES = {"socket", "subprocess", "time", "secrets", "urllib.request", "http.client", "sqlite3", "threading", "tempfile"}
IMPURE_CALLS = {"datetime.now", "date.today", "datetime.utcnow", "os.environ", "os.getenv", "os.urandom", "uuid.uuid4"}
MEMBER_MAY = {"errors", "findings", "ids", "spec", "model", "config", "codes", "wire", "mapping", "suites", "sdk"}
NO_IO = {"socket", "subprocess", "sqlite3", "urllib", "http", "httpx", "requests", "sqlalchemy", "shutil", "tempfile"}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _is_impure(name: str, attribute: str) -> bool:
    """A generator made from a seed is a value; the module's own is not."""
    return f"{name}.{attribute}" in IMPURE_CALLS or (name == "random" and attribute != "Random")


def test_layer_contract(root: Path) -> None:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_one_home_for_each_library(sources: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree in sources.items()
        for name in _imports(tree)
        for library, homes in ONLY.items()
        if _under(name, library) and not path.as_posix().startswith(homes) and "testing" not in path.parts
    ]
    assert wrong == []


def test_rows_0_to_3_touch_no_world(sources: dict[Path, ast.Module]) -> None:
    wrong: list[str] = []
    for path, tree in sources.items():
        if path.parts[0] != "tracekit" or path.parts[1] not in {*PURE, *(f"{name}.py" for name in PURE)}:
            continue
        wrong += [f"{path} imports {name}" for name in _imports(tree) if any(_under(name, module) for module in IMPURE_MODULES)]
        wrong += [
            f"{path}:{node.lineno} uses {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and _is_impure(node.value.id, node.attr)
        ]
    assert wrong == []


def test_the_core_never_imports_a_member(sources: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree in sources.items()
        if path.parts[0] == "tracekit"
        for name in _imports(tree)
        if name.startswith("tracekit_")
    ]
    assert wrong == []


def test_members_import_the_low_rows_and_never_each_other(sources: dict[Path, ast.Module]) -> None:
    wrong: list[str] = []
    for path, tree in sources.items():
        if path.parts[0] == "tracekit":
            continue
        own, may = path.parts[2], MEMBER_MAY | ({"transport"} if path.parts[0] == "adapters" else set[str]())
        for name in _imports(tree):
            first, *rest = name.split(".")
            if (first.startswith("tracekit_") and first != own) or (first == "tracekit" and rest and rest[0] not in may):
                wrong.append(f"{path} imports {name}")
    assert wrong == []


def test_product_plugins_do_no_io(sources: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree in sources.items()
        if path.parts[0] == "plugins" and not path.parts[1].startswith("suite")
        for name in _imports(tree)
        if name.split(".")[0] in NO_IO
    ]
    assert wrong == []


def test_the_kit_never_imports_our_platform(sources: dict[Path, ast.Module]) -> None:
    forbidden = [f"tracekit.{name}" for name in ("store", "pipeline", "dock", "platform", "server")]
    wrong = [
        f"{path} imports {name}"
        for path, tree in sources.items()
        if path.parts[:2] == ("tracekit", "conformance")
        for name in _imports(tree)
        if any(_under(name, one) for one in forbidden)
    ]
    assert wrong == []
