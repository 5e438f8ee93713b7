"""The core, every member and every template builds into a wheel; installed away from the checkout they find each other."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

PROBE = """
import json, tracekit
from tracekit import loader
from tracekit.spec.tables import specs_root
registry = loader.load()
print(json.dumps({
    "core": tracekit.__file__, "specs": str(specs_root()), "kinds": len(registry.core.kinds),
    "loaded": [one.distribution for one in registry.loaded], "broken": [f"{one.distribution}: {one.cause}" for one in registry.broken],
}))
"""


@pytest.fixture(scope="module")
def wheels(root: Path, members: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Built wheels by the folder they were built from."""
    out = tmp_path_factory.mktemp("wheels")
    built: dict[str, Path] = {}
    for folder in [root, *members, *(path.parent for path in root.glob("*/_template/pyproject.toml"))]:
        into = out / folder.name / folder.parent.name
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        built[folder.relative_to(root).as_posix()] = next(into.glob("*.whl"))
    return built


def _metadata(wheel: Path) -> dict[str, list[str]]:
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        message = Parser().parsestr(file.read(name).decode("utf-8"))
    return {key: message.get_all(key) or [] for key in message}


def test_a_member_brings_the_core(wheels: dict[str, Path]) -> None:
    for folder, wheel in wheels.items():
        if folder != ".":
            assert any(one.split(">")[0].split("[")[0].strip() == "tracekit" for one in _metadata(wheel)["Requires-Dist"]), folder


def test_the_core_asks_for_little(wheels: dict[str, Path]) -> None:
    needs = {one.split(";")[0].split(">")[0].strip() for one in _metadata(wheels["."])["Requires-Dist"] if "extra ==" not in one}
    assert needs == {"pydantic", "pluggy", "httpx", "orjson", "typer", "cryptography"}


def test_a_wheel_holds_no_tests(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as file:
            assert [name for name in file.namelist() if name.split("/")[0] in {"tests", "docs", "examples"}] == []


def test_installed_away_from_the_checkout_they_find_each_other(wheels: dict[str, Path], tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    )
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as file:
            file.extractall(site.stdout.strip())
    # the libraries come from the environment of the tests; its own `.pth` lines, the checkout's among them, are not followed.
    # As a statement, because a plain path is read in the encoding of the locale
    libraries = f"import sys; sys.path.append({sysconfig.get_path('purelib')!a})\n"
    (Path(site.stdout.strip()) / "libraries.pth").write_text(libraries, "ascii")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    answer = subprocess.run([python, "-c", PROBE], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert Path(found["core"]).is_relative_to(tmp_path)
    assert Path(found["specs"]).is_relative_to(tmp_path)
    assert found["kinds"] > 5
    assert found["broken"] == []
    assert {_metadata(wheel)["Name"][0] for folder, wheel in wheels.items() if folder != "."} <= set(found["loaded"])
