"""The page's script sends, as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.wire
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "send-by-soap.md"


def test_the_script_of_the_page_sends_a_package(town: Any, trade: Any, tmp_path: Path) -> None:
    script = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    credentials = {"url": town.url, "client": town.market.code, "client_secret": town.market.above_secret()}
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}

    def run(id_: str, **header: str) -> subprocess.CompletedProcess[str]:
        package = town.package(town.sealed(trade(991)), id_, **header)
        (tmp_path / "package.json").write_text(json.dumps(package), "utf-8")
        (tmp_path / "credentials.json").write_text(json.dumps(credentials), "utf-8")
        return subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert run("page-1").stdout == "stored 1 0\n"
    refused = run("page-2", receiver="370700")
    assert (refused.returncode, refused.stderr[:11]) == (1, "TK-DOCK-106")
