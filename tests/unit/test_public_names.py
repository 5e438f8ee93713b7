"""What `import tracekit` offers, and what it costs."""

import inspect
import subprocess
import sys

import pytest

import tracekit


def test_the_list_is_sorted_and_every_name_is_there():
    assert tracekit.__all__ == sorted(tracekit.__all__)
    assert sorted(tracekit._PLACES) == tracekit.__all__
    for name in tracekit.__all__:
        assert getattr(tracekit, name).__name__ == name
        assert name in dir(tracekit)


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Clinet"):
        tracekit.Clinet  # noqa: B018


def test_every_public_name_has_a_docstring_and_its_public_methods_too():
    for name in tracekit.__all__:
        value = getattr(tracekit, name)
        assert inspect.getdoc(value), name
        if inspect.isclass(value) and value.__module__.startswith("tracekit.dock"):
            for method, function in inspect.getmembers(value, inspect.isfunction):
                assert method.startswith("_") or inspect.getdoc(function), f"{name}.{method}"


def test_type_checkers_see_the_same_names():
    source = inspect.getsource(tracekit)
    typed = source.partition("if TYPE_CHECKING:")[2].partition("_PLACES")[0]
    assert all(name in typed for name in tracekit.__all__)


def test_importing_tracekit_imports_nothing_heavy():
    heavy = "httpx", "pydantic", "cryptography", "orjson", "sqlalchemy", "pluggy", "sqlite3", "numpy", "typer"
    script = f"import sys, tracekit; print([name for name in {heavy!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"


def test_the_client_needs_no_database_and_no_server():
    script = "import sys; from tracekit import Client; print([n for n in ('sqlalchemy', 'starlette', 'uvicorn', 'sqlmodel') if n in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"
