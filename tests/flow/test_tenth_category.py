"""The blocks of docs/how-to/add-a-category.md, run in one shell in their order."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-category.md"
PLUGIN = "plugins/building-materials"
TK = """#!{python}
import importlib.machinery, importlib.util, os, sys
from pathlib import Path
loader = importlib.machinery.SourceFileLoader("tk", {tk!r})
tk = importlib.util.module_from_spec(importlib.util.spec_from_loader("tk", loader))
loader.exec_module(tk)
tk.write_metadata("site", "{plugin}/pyproject.toml")
os.environ["PYTHONPATH"] = os.pathsep.join([os.path.abspath("site"), os.path.abspath("{plugin}"), {root!r}])
command = ["pytest", "--import-mode=importlib", "-q"] if sys.argv[1] == "test" else ["tracekit", sys.argv[1]]
os.execv(sys.executable, [sys.executable, "-m", *command, *sys.argv[2:]])
"""
"""What `./tk` does with a member, without an environment of its own: the member's metadata is written, then the command runs."""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="the page needs bash")
def test_the_page_works_from_its_first_block_to_its_last(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "plugins" / "_template", tmp_path / "plugins" / "_template")
    shutil.copytree(ROOT / "examples" / "building-materials", tmp_path / "examples" / "building-materials")
    command_file = tmp_path / "tk"
    command_file.write_text(TK.format(python=sys.executable, tk=str(ROOT / "tk"), plugin=PLUGIN, root=str(ROOT)), "utf-8")
    command_file.chmod(0o755)
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    environment = {"PATH": "/usr/bin:/bin", "TRACEKIT_LANG": "en", "PYTHONUTF8": "1", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 records, 0 with problems, 1 findings" in done.stdout
    assert "TK-BUILD-001" in done.stdout
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE), done.stdout
    shown = json.loads(done.stdout.splitlines()[-1])
    assert shown["equal"] is True
    ours = [path for path in (tmp_path / PLUGIN).rglob("*.py") if "models" not in path.name]
    assert sum(len(path.read_text("utf-8").splitlines()) for path in ours) < 12  # the template's, with the names put in
