"""Real platforms in folders of their own, served by real processes on loopback."""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tracekit import Client
from tracekit.platform import admission
from tracekit.platform.setup import load

DEADLINE = 60


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A city with an enterprise admitted to it, both made by the real admission."""
    city = admission.create(tmp_path / "city", "city", "370600", "烟台市", ["3706"]).parent
    shop = admission.create(tmp_path / "shop", "enterprise", "market-370600004", "市场", ["370600"]).parent
    credentials = admission.admit(load(city), admission.read_identity(shop))
    admission.install(shop, credentials)
    return tmp_path


@pytest.fixture
def serve() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts `tracekit serve` for a folder and stops it at the end; the address stands in the configuration."""
    running: list[subprocess.Popen[str]] = []

    def start(folder: Path, *args: str, trust: Path | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tracekit.cli", "serve", str(folder), "--json", *args]
        with (folder / "serve.log").open("w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment())
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "serve.log").read_text()
        wait_healthy(json.loads(line)["url"], trust)
        return process

    yield start
    for process in running:
        process.terminate()
    for process in running:
        with process:
            process.wait(30)


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Opens the client of an admitted enterprise's folder."""
    opened: list[Client] = []

    def make(folder: Path, **options: Any) -> Client:
        setup = load(folder)
        above = setup.config.above
        assert above is not None
        options = {"key": setup.keys.private_pem, "secret": setup.above_secret(), "origin_secret": setup.keys.origin_secret, **options}
        opened.append(Client(above.url, code=setup.code, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: this checkout first, one language."""
    root = str(Path(__file__).resolve().parents[3])
    return {**os.environ, "PYTHONPATH": root, "TRACEKIT_LANG": "en", **more}


def wait_healthy(url: str, trust: Path | None = None) -> None:
    """Ask until the platform answers, or fail at the deadline."""
    import httpx

    verify = ssl.create_default_context(cafile=str(trust)) if trust else True

    end = time.monotonic() + DEADLINE
    while True:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False, verify=verify).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end, f"{url} is not healthy"
