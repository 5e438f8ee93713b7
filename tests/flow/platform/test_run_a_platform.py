"""The blocks of docs/how-to/run-a-platform.md, run in one shell in their order; the example platforms under the doctor."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracekit.platform import admission
from tracekit.platform.admission import free_port
from tracekit.platform.doctor import examine
from tracekit.platform.setup import load
from tracekit.store import Store
from tracekit.suites import ED25519

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "how-to" / "run-a-platform.md"
EXAMPLES = sorted((ROOT / "examples" / "platforms").glob("*/platform.toml"))


@pytest.mark.wire
@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "tar"))), reason="the page needs bash, curl and tar")
def test_the_page_works_from_its_first_block_to_its_last(tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = "\n".join(blocks)
    for port in ("8601", "8602"):
        script = script.replace(port, str(free_port()))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    command_file = tmp_path / "bin" / "tracekit"
    command_file.parent.mkdir()
    # a program, not a shell function: the end of the shell then reaches the servers themselves
    command_file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tracekit.cli "$@"\n', "utf-8")
    command_file.chmod(0o755)
    begin = "trap 'kill $(jobs -p); wait' EXIT\n"
    environment = {
        "PATH": f"{command_file.parent}:{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "TRACEKIT_LANG": "en",
        "PYTHONUTF8": "1",
    }
    command = ["bash", "-euo", "pipefail", "-c", begin + script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"2026-11-20 – 2026-11-20 +370000: equal", done.stdout), done.stdout
    assert "we have for 370000\t2\t" in done.stdout
    assert "it holds from us\t2\t" in done.stdout
    assert len((tmp_path / "work" / "refused.jsonl").read_text("utf-8").splitlines()) == 2
    with Store.open(f"sqlite:///{tmp_path / 'work' / 'yantai-store.db'}") as copy:
        assert copy.status().counts["valid"] == 2
        assert copy.integrity() == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.parent.name)
def test_an_example_platform_needs_its_keys_alone(tmp_path: Path, example: Path) -> None:
    folder = Path(shutil.copytree(example.parent, tmp_path / "platform"))
    assert [one.code for one in examine(folder) if one.state == "bad"] == ["TK-DOC-001"]
    admission.write_secret(folder / admission.SIGNING_KEY, ED25519.generate()[0])
    admission.write_secret(folder / admission.ORIGIN_SECRET, "0123456789abcdef" * 4)
    admission.write_secret(folder / admission.ABOVE_SECRET, "secret")
    (folder / admission.ABOVE_KEY).write_text(ED25519.generate()[1])
    config = folder / "platform.toml"
    # nobody listens there now, whatever runs on this machine
    config.write_text(re.sub(r"(url = \"http://127.0.0.1):\d+", rf"\1:{free_port()}", config.read_text("utf-8")), "utf-8")
    Store.open(load(folder).store_url, create=True).close()
    bad = [one.code for one in examine(folder) if one.state == "bad"]
    assert bad == ([] if load(folder).config.above is None else ["TK-DOC-002"])
