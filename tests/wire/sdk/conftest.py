"""A real city in a real process, and an enterprise that it has admitted."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    city = admission.create(folder / "city", "city", "370600", "烟台市", ["3706"]).parent
    shop = admission.create(folder / "shop", "enterprise", "market-370602001", "批发市场", ["370602"]).parent
    credentials = admission.admit(load(city), admission.read_identity(shop))
    command = [sys.executable, "-m", "tracekit.cli", "serve", str(city), "--json"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (folder / "log").read_text()
    yield Town(city, shop, credentials, json.loads(line)["url"])
    process.terminate()
    process.wait(30)
    process.stdout.close()
