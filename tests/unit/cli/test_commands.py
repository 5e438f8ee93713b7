"""The command line: quick help, exit codes, errors as what, where, expected, what to do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tracekit.cli import main
from tracekit.cli.commands import COMMANDS
from tracekit.cli.lazy import load_command

ROOT = Path(__file__).resolve().parents[3]
# what must not be imported before a command runs
HEAVY = ("pydantic", "httpx", "sqlalchemy", "pluggy", "starlette", "cryptography", "importlib.metadata", "rich", "orjson")


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = "import sys\nfrom tracekit.cli import main\ntry:\n  main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    loaded = set(eval(done.stdout.splitlines()[-1]))
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)
    assert "tracekit.cli.run" not in loaded


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_every_command_is_there_and_takes_json(name: str) -> None:
    command = load_command(name, COMMANDS[name].module)
    group = getattr(command, "commands", None)
    for one in (group or {name: command}).values():
        options = {option for param in one.params for option in param.opts}
        assert "--json" in options, one.name
        assert one.help


def test_help_speaks_the_users_language(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEKIT_LANG", "zh")
    assert "追溯" in run(capsys, "--help")[1]


def test_an_unknown_command_is_usage_and_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "recncile", "x")
    assert code == 2
    assert "reconcile" in err


def test_explain_knows_every_code_and_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "tk-dock-105", "--json")
    told = json.loads(out)
    assert (code, told["status"], told["class"]) == (0, "422", "rejected")
    assert told["title_zh"]
    assert told["remedy_en"]
    code, _, err = run(capsys, "explain", "TK-DOCK-999")
    assert code == 2
    assert "TK-CLI-002" in err
    assert "expected: TK-DOCK-" in err


@pytest.mark.parametrize(("speaks", "first", "second"), [("zh", "处理：", "what to do: "), ("en", "what to do: ", "处理：")])
def test_explain_speaks_the_users_language_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, speaks: str, first: str, second: str
) -> None:
    monkeypatch.setenv("TRACEKIT_LANG", speaks)
    for code in ("TK-CHK-001", "TK-DOCK-105", "TK-STO-002"):
        out = run(capsys, "explain", code)[1]
        assert 0 < out.index(first) < out.index(second)
        assert out.startswith(code)


def test_a_ref_that_nobody_knows_is_said_and_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACEKIT_LANG", "en")
    assert run(capsys, "init", "city", tmp_path, "--region", "3706")[0] == 0
    run(capsys, "run", tmp_path)
    code, out, _ = run(capsys, "trace", "batch:3706000040000058", "--platform", tmp_path)
    assert code == 1
    assert "no record here mentions batch:3706000040000058" in out
    assert json.loads(run(capsys, "trace", "batch:3706000040000058", "--platform", tmp_path, "--json")[1])["counts"]["vertices"] == 0


def test_an_error_says_where_and_what_to_do_and_never_shows_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACEKIT_LANG", "en")
    file = tmp_path / "platform.toml"
    file.write_text('[platfrom]\ncode = "1"\n')
    code, out, err = run(capsys, "status", file)
    assert (code, out) == (2, "")
    assert "TK-CFG-004" in err
    assert f"where: {file} platfrom" in err
    assert "expected: platform" in err
    assert "what to do:" in err
    assert "Traceback" not in err
    code, out, _ = run(capsys, "status", file, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "TK-CFG-004")


def test_check_tells_each_fault_and_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text('{"kind": "meat_veg.market_trade", "key": "1"}\n\n{"kind": "none.such"}\n')
    code, out, _ = run(capsys, "check", file, "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, told["records"], told["problem"]) == (1, 2, 2)
    assert told["findings"] == len(told["list"])
    assert {"code", "level", "message", "where", "remedy"} <= told["list"][0].keys()
    assert {one["where"] for one in told["list"]} == {"records.jsonl:1", "records.jsonl:3"}
    (tmp_path / "array.json").write_text("[]")
    assert run(capsys, "check", tmp_path / "array.json")[0] == 0
    (tmp_path / "broken.jsonl").write_text("{not json}\n")
    code, _, err = run(capsys, "check", tmp_path / "broken.jsonl")
    assert (code, "TK-CLI-003" in err, "line 1" in err) == (2, True, True)


def test_a_folder_is_never_made_over_another(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "init", "city", tmp_path / "c", "--region", "3706")[0] == 0
    before = (tmp_path / "c" / "keys" / "signing.pem").read_text()
    code, _, err = run(capsys, "init", "city", tmp_path / "c", "--region", "3706")
    assert (code, "TK-CFG-011" in err) == (2, True)
    assert (tmp_path / "c" / "keys" / "signing.pem").read_text() == before
    assert run(capsys, "init", "city", tmp_path / "d", "--region", "37x6")[0] == 2
    assert not (tmp_path / "d").exists()
