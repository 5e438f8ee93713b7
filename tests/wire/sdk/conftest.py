"""A real city in a real process, and an enterprise that it has admitted."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tracekit.platform import admission
from tracekit.platform.setup import load

ROOT = Path(__file__).resolve().parents[3]


class Town(NamedTuple):
    """The city's folder, the enterprise's, the credentials handed over, and the served address."""

    city: Path
    shop: Path
    credentials: Path
    url: str

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command in the enterprise's folder."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACEKIT_LANG": "en"}
        return subprocess.run(command, cwd=self.shop, env=environment, capture_output=True, text=True, timeout=120, check=False, **options)


@contextlib.contextmanager
def serving(city: Path) -> Iterator[str]:
    """The city's platform in a process of its own; its address."""
    command = [sys.executable, "-m", "tracekit.cli", "serve", str(city), "--json"]
    log = city / "serve.log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text()
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.fixture
def serve() -> Callable[[Path], contextlib.AbstractContextManager[str]]:
    """Serves a platform's folder while a `with` block lasts."""
    return serving


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    city = admission.create(folder / "city", "city", "370600", "烟台市", ["3706"]).parent
    shop = admission.create(folder / "shop", "enterprise", "market-370602001", "批发市场", ["370602"]).parent
    credentials = admission.admit(load(city), admission.read_identity(shop))
    with serving(city) as url:
        yield Town(city, shop, credentials, url)


class Applicant(NamedTuple):
    """A folder in which the page's first block has run, and the served city that has admitted what it made."""

    folder: Path
    city: Path

    def shell(self, *blocks: str) -> subprocess.CompletedProcess[str]:
        """Run blocks of a page in one shell."""
        return run_blocks(self.folder, *blocks)


def run_blocks(folder: Path, *blocks: str) -> subprocess.CompletedProcess[str]:
    """Run shell blocks in a folder; the first command that fails ends it."""
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def applicant(tmp_path: Path, first_block: str) -> Iterator[Applicant]:
    city = admission.create(tmp_path / "city", "city", "370600", "烟台市", ["3706"]).parent
    folder = tmp_path / "applicant"
    folder.mkdir()
    made = run_blocks(folder, first_block)
    assert made.returncode == 0, made.stderr
    # the page's next block is the operator's, on the platform's machine: this is what the command calls
    shutil.copy(admission.admit(load(city), admission.read_identity(folder / "identity.json")), folder / "credentials.json")
    with serving(city):
        yield Applicant(folder, city)
