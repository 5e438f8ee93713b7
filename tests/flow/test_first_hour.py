"""The tutorial's first hour, as written: check a file, set up a platform, run, look."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "examples" / "sources" / "market-trades" / "source.toml"


def tracekit(folder: Path, *arguments: str) -> tuple[int, Any]:
    """Run a command as a user would; its exit code and its JSON lines (one object: that object)."""
    command = [sys.executable, "-m", "tracekit", *arguments, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, lines[0] if len(lines) == 1 else lines


def test_check_names_both_bad_rows_and_keeps_the_good(tmp_path: Path) -> None:
    code, answer = tracekit(tmp_path, "check", str(SOURCE))
    text = json.dumps(answer, ensure_ascii=False)
    assert code == 1
    assert "交易流水.csv:5:重量(斤)" in text
    assert "TK-MAP-101" in text
    assert "交易流水.csv:6" in text
    assert "TK-CODE-001" in text


def test_a_platform_from_nothing_reads_the_source_once(tmp_path: Path) -> None:
    assert tracekit(tmp_path, "init", "city", "my-city", "--region", "3706")[0] == 0
    config = tmp_path / "my-city" / "platform.toml"
    config.write_text(config.read_text("utf-8") + f"\n[[sources]]\nname = 'trades'\nsettings = '{SOURCE}'\n", "utf-8")
    assert tracekit(tmp_path, "doctor", "my-city/platform.toml")[0] == 0
    for arguments in (["--dry-run"], [], []):
        code, _ = tracekit(tmp_path, "run", "my-city/platform.toml", *arguments)
        assert code in (0, 1)
    _, status = tracekit(tmp_path, "status", "my-city/platform.toml")
    counts = status["counts"]
    assert (counts["total"], counts["valid"], counts["problem"], counts["duplicate"]) == (4, 2, 2, 0)
    _, refused = tracekit(tmp_path, "quarantine", "list", "my-city/platform.toml")
    assert len(refused["quarantine"]) == 2
    code, chain = tracekit(tmp_path, "trace", "tran:37060000400010000003", "-p", "my-city/platform.toml")
    assert code == 1  # gaps
    assert chain["counts"] == {"vertices": 1, "edges": 0, "gaps": 1, "hidden": 0}


def test_init_needs_no_option_for_a_first_try(tmp_path: Path) -> None:
    code, made = tracekit(tmp_path, "init", "city", "my-city")
    assert (code, made["code"]) == (0, "my-city")
    assert tracekit(tmp_path, "doctor", "my-city/platform.toml")[0] == 0
