"""`./tk` on bare machines: a copy of it in a small checkout whose lock holds one tiny wheel."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = getattr(sys, "_base_executable", sys.executable)
MAIN = "import sys\ndef main():\n    import tiny\n    print('tracekit', *sys.argv[1:], tiny.WORD)\n    return 3\n"


def wheel(folder: Path, word: str) -> str:
    """Write a wheel by hand and return its line for the lock."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", f"WORD = {word!r}\n")
        file.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(
            "tiny-1.0.dist-info/RECORD",
            "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\ntiny-1.0.dist-info/RECORD,,\n",
        )
    return f"{path.as_posix()} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _checkout(folder: Path) -> Path:
    (folder / "tracekit").mkdir(parents=True)
    (folder / "tracekit" / "__init__.py").write_text("")
    (folder / "tracekit" / "cli.py").write_text(MAIN)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "tracekit"\nversion = "0.1"\n[project.scripts]\ntracekit = "tracekit.cli:main"\n'
    )
    shutil.copy(ROOT / "tk", folder / "tk")
    (folder / "requirements.lock").write_text(wheel(folder, "one"))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never used."""
    return _checkout(tmp_path / "a checkout 追溯")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = _checkout(tmp_path_factory.mktemp("used") / "a checkout 追溯")
    assert tk(folder).returncode == 3
    return folder


@pytest.fixture
def prepared(used: Path, tmp_path: Path) -> Path:
    """A checkout whose first use is over: moved from where it was made, which must not matter."""
    return Path(shutil.copytree(used, tmp_path / "moved", symlinks=True))


def tk(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASE, "tk", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def member(checkout: Path, folder: str, name: str) -> None:
    path = checkout / folder
    path.mkdir(parents=True)
    module = name.replace("-", "_")
    (path / f"{module}.py").write_text("")
    (path / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1"\ndependencies = ["tracekit"]\n[project.entry-points.tracekit]\n{module} = "{module}"\n'
    )


def test_first_use_says_what_it_does_and_the_second_is_quiet(checkout: Path) -> None:
    first = tk(checkout, "a", "--b", PIP_USER="1", PYTHONPATH="/nowhere", LC_ALL="C")
    assert (first.returncode, first.stdout) == (3, "tracekit a --b one\n"), first.stderr
    assert "making .venv" in first.stderr
    assert "ready" in first.stderr
    second = tk(checkout, LC_ALL="C")
    assert (second.returncode, second.stdout, second.stderr) == (3, "tracekit one\n", "")


def test_second_use_adds_less_than_a_tenth_of_a_second(prepared: Path) -> None:
    tk(prepared)
    python = prepared / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def burnt(*command: str) -> float:
        """Processor time: a busy machine does not count."""
        spans: list[float] = []
        for _ in range(3):
            before = os.times()
            subprocess.run(command, cwd=prepared, capture_output=True, check=False)
            after = os.times()
            spans.append(after.children_user + after.children_system - before.children_user - before.children_system)
        return min(spans)

    assert burnt(BASE, "tk") - burnt(str(python), "-P", "-c", "import tracekit.cli as c; c.main()") < 0.1


def test_members_are_found_by_their_entry_points(prepared: Path) -> None:
    member(prepared, "plugins/x", "tracekit-x")
    member(prepared, "plugins/_template", "tracekit-template")
    (prepared / "tracekit" / "cli.py").write_text(
        "from importlib.metadata import entry_points\ndef main():\n    print(sorted((e.name, e.dist.version) for e in entry_points(group='tracekit')))\n"
    )
    assert tk(prepared).stdout == "[('tracekit_x', '1')]\n"
    shutil.rmtree(prepared / "plugins" / "x")
    assert tk(prepared).stdout == "[]\n"


def test_a_changed_lock_is_installed(prepared: Path) -> None:
    (prepared / "requirements.lock").write_text(wheel(prepared, "two"))
    with zipfile.ZipFile(prepared / "extra-1.0-py3-none-any.whl", "w") as file:
        file.writestr("extra.py", "")
        file.writestr("extra-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
        file.writestr("extra-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("extra-1.0.dist-info/RECORD", "extra.py,,\n")
    extra = prepared / "extra-1.0-py3-none-any.whl"
    with (prepared / "requirements.lock").open("a") as lock:
        lock.write(f"{extra.as_posix()} --hash=sha256:{hashlib.sha256(extra.read_bytes()).hexdigest()}\n")
    (prepared / "tracekit" / "cli.py").write_text("def main():\n    import extra\n")
    assert tk(prepared).returncode == 0


def test_a_wrong_hash_is_refused_and_the_next_use_recovers(checkout: Path) -> None:
    good = (checkout / "requirements.lock").read_text()
    (checkout / "requirements.lock").write_text(good[:-10] + "000000000\n")
    refused = tk(checkout)
    assert refused.returncode == 2
    assert "could not install requirements.lock" in refused.stderr
    (checkout / "requirements.lock").write_text(good)
    assert tk(checkout).stdout == "tracekit one\n"


def test_an_interrupted_first_use_is_begun_anew(prepared: Path) -> None:
    site = next((prepared / ".venv").glob("**/tiny.py"))
    site.unlink()
    (prepared / ".venv" / "tk-unfinished").touch()
    again = tk(prepared)
    assert again.stdout == "tracekit one\n"
    assert "removing an unfinished .venv" in again.stderr


def test_two_first_uses_at_once_do_not_clash(checkout: Path) -> None:
    running = [subprocess.Popen([BASE, "tk"], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [one.communicate(timeout=120) for one in running]
    assert [out for out, _ in answers] == ["tracekit one\n"] * 3, answers
    assert sum("making .venv" in err for _, err in answers) == 1


def test_a_moved_checkout_needs_no_second_install(prepared: Path) -> None:
    answer = tk(prepared)
    assert (answer.stdout, answer.stderr) == ("tracekit one\n", "tk: ready\n")


def test_an_old_python_says_what_is_needed(checkout: Path) -> None:
    script = "import runpy, sys; sys.version_info = (3, 9, 1, 'final', 0); sys.argv = ['tk']; runpy.run_path('tk', run_name='__main__')"
    answer = subprocess.run([BASE, "-c", script], cwd=checkout, capture_output=True, text=True, env=os.environ | {"PATH": ""}, check=False)
    assert answer.returncode == 2
    assert "needs Python 3.11 or newer" in answer.stderr


def test_without_pip_and_ensurepip_it_says_what_to_install(checkout: Path) -> None:
    script = (
        "import runpy, subprocess, sys\nreal = subprocess.run\n"
        "def run(command, **k):\n    return real([sys.executable, '-c', 'raise SystemExit(1)'], **k) if 'pip' in ' '.join(command[1:4]).replace('without-pip', '') else real(command, **k)\n"
        "subprocess.run = run; sys.argv = ['tk']; runpy.run_path('tk', run_name='__main__')"
    )
    answer = subprocess.run([BASE, "-c", script], cwd=checkout, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "has neither pip nor ensurepip" in answer.stderr
