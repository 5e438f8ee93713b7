"""Bundles: written, signed, packed, and checked without a line."""

import io
import json
import stat
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tracekit.cli.report import app
from tracekit.conformance import report_verify
from tracekit.conformance.bundle import NAMES, archive, open_signer, plan_text, write_bundle
from tracekit.conformance.plan import Plan, SenderTest
from tracekit.conformance.report_verify import read_bundle, unpacked, verify
from tracekit.errors import ConfigError, TracekitError
from tracekit.loader import installed
from tracekit.suites import ED25519, ES256

SUITES = installed().suites


@pytest.fixture
def folder(tmp_path: Path, lines: Any, plan: Plan) -> Path:
    """The bundle of a run in which all passed."""
    write_bundle(tmp_path / "bundle", lines(), plan, open_signer(None, tmp_path, SUITES))
    return tmp_path / "bundle"


def codes(path: Path, public: str = "") -> list[tuple[str, str]]:
    files, wrong = read_bundle(path)
    return [(one.code, one.where) for one in (*wrong, *(verify(files, SUITES, public)[1] if files else ()))]


def test_a_bundle_is_whole_signed_and_the_same_in_its_archive(folder: Path, tmp_path: Path) -> None:
    assert {one.name for one in folder.iterdir()} == {*NAMES, "report.zip"}
    key = tmp_path / "conform-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    public = ED25519.public(key.read_text("utf-8"))
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["key"]["public"] == public
    for path in (folder, folder / "report.zip"):
        assert codes(path) == []
        assert codes(path, public) == []
        assert codes(path, ED25519.public(ED25519.generate()[0])) == [("TK-CONF-027", "manifest.sig")]
    assert open_signer(None, tmp_path, SUITES).key.public == public


@pytest.mark.parametrize("suite", [ED25519, ES256, *(one for one in SUITES.values() if one.id == "sm2")], ids=lambda one: one.id)
def test_a_key_of_any_installed_suite_signs(suite: Any, tmp_path: Path, lines: Any, plan: Plan) -> None:
    private, public = suite.generate()
    (tmp_path / "key.pem").write_text(private, "utf-8")
    write_bundle(tmp_path / "b", lines(), plan, open_signer(tmp_path / "key.pem", tmp_path, SUITES))
    assert codes(tmp_path / "b", public) == []
    assert not (tmp_path / "conform-key.pem").exists()


def test_what_can_sign_nothing_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_text(ED25519.generate()[1], "utf-8")
    for name in ("public.pem", "nothing.pem"):
        with pytest.raises(ConfigError) as caught:
            open_signer(tmp_path / name, tmp_path, SUITES)
        assert caught.value.code == "TK-CONF-022"


def test_the_plan_as_used_reads_back(plan: Plan) -> None:
    assert Plan.model_validate(tomllib.loads(plan_text(plan))) == plan
    sender = SenderTest.model_validate({"target": {"name": "甲"}, "run": 'send "x" \\ ', "listen": {"port": 8443}, "seconds": 1e17})
    assert SenderTest.model_validate(tomllib.loads(plan_text(sender))) == sender


def test_a_run_that_does_not_conform_takes_the_old_certificate_away(folder: Path, tmp_path: Path, mixed: Any, plan: Plan) -> None:
    assert (folder / "certificate.html").exists()
    write_bundle(folder, mixed, plan, open_signer(None, tmp_path, SUITES))
    assert not (folder / "certificate.html").exists()
    assert codes(folder) == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_byte_counts(folder: Path, name: str) -> None:
    (folder / "report.zip").unlink()
    whole = (folder / name).read_bytes()
    for data in (whole[: len(whole) // 2], b"", whole + b" ", whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]):
        (folder / name).write_bytes(data)
        found = codes(folder)
        assert found, data[-40:]
        assert all(code.startswith("TK-") and where for code, where in found)
    (folder / name).unlink()
    assert ("TK-CONF-024", name) in codes(folder)


def test_an_archive_beside_that_holds_something_else_is_told(folder: Path) -> None:
    files = {one.name: one.read_bytes() for one in folder.iterdir() if one.name != "report.zip"}
    (folder / "report.zip").write_bytes(archive({**files, "plan.toml": b"", "summary.csv": b""}))
    assert codes(folder) == [("TK-CONF-029", "report.zip:plan.toml"), ("TK-CONF-029", "report.zip:summary.csv")]


Change = Callable[[dict[str, bytes]], dict[str, bytes]]
FORGERIES: dict[str, tuple[Change, str]] = {
    "a nicer page": (lambda files: {"report.html": files["report.html"].replace(b"pass", b"PASS")}, "report.html"),
    "another plan": (lambda files: {"plan.toml": files["plan.toml"].replace(b"seed = 1", b"seed = 2")}, "plan.toml"),
    "no plan": (lambda files: {"plan.toml": b"\xff"}, "plan.toml"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_results_do_not_make_is_found_though_it_is_signed(folder: Path, tmp_path: Path, what: str) -> None:
    change, where = FORGERIES[what]
    files, _ = read_bundle(folder)
    files |= change(files)
    from base64 import b64encode

    from tracekit.conformance.bundle import _manifest
    from tracekit.conformance.report_lines import read_report

    signer, report = open_signer(None, tmp_path, SUITES), read_report(files["results.jsonl"], "")
    listed = {name: data for name, data in files.items() if not name.startswith("manifest")}
    files["manifest.json"] = _manifest(report.header, report.footer.statement, listed, signer)
    files["manifest.sig"] = b64encode(signer.suite.sign(signer.private, files["manifest.json"]))
    assert [(one.code, one.where) for one in verify(files, SUITES)[1]] == [("TK-CONF-028", where)]


def zipped(*entries: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@pytest.mark.parametrize(
    "name", ["../plan.toml", "/etc/passwd", "a\\b", "sub/plan.toml", "plan.toml/", "", "report.zip", "\u202eplan.toml", "C:x"]
)
def test_odd_names_are_told_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.zip").write_bytes(zipped((name, b"x")))
    assert [code for code, _ in codes(tmp_path / "odd.zip")] == ["TK-CONF-025"]
    assert [one.name for one in tmp_path.iterdir()] == ["odd.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_and_too_many_are_told() -> None:
    for entries in ([("plan.toml", b"a"), ("plan.toml", b"b")], [(f"{at}", b"") for at in range(3000)]):
        files, found = unpacked(zipped(*entries), "odd.zip")
        assert (files, {one.code for one in found}) == ({}, {"TK-CONF-025"})


def test_a_bomb_is_told_unopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 1_000_003
    monkeypatch.setattr(report_verify, "LARGEST", limit)
    bomb = zipped(("results.jsonl", bytes(limit + 1)))
    assert len(bomb) < 10_000
    (tmp_path / "bomb.zip").write_bytes(bomb)
    assert codes(tmp_path / "bomb.zip") == [("TK-CONF-030", "bomb.zip")]
    lying = bomb.replace((limit + 1).to_bytes(4, "little"), (5).to_bytes(4, "little"))
    assert [one.code for one in unpacked(lying, "")[1]] == ["TK-CONF-023"]
    monkeypatch.setattr(report_verify, "LARGEST_ARCHIVE", 1000)
    assert codes(tmp_path / "bomb.zip") == [("TK-CONF-030", "bomb.zip")]


def test_a_damaged_archive_is_told_wherever_it_is_cut(folder: Path) -> None:
    whole = (folder / "report.zip").read_bytes()
    inside = unpacked(whole, "")[0]
    for at in range(0, len(whole), len(whole) // 40):
        assert unpacked(whole[:at], "")[1]
        files, found = unpacked(whole[:at] + b"\xff\x00" + whole[at + 2 :], "")
        assert found or files == inside  # what no reader looks at, such as the time of a file


def test_links_folders_and_strangers_in_the_folder_are_told(folder: Path) -> None:
    (folder / "summary.csv").rename(folder.parent / "outside.csv")
    (folder / "summary.csv").symlink_to(folder.parent / "outside.csv")
    (folder / "notes.txt").write_text("x", "utf-8")
    (folder / "sub").mkdir()
    found = codes(folder)
    assert {where for code, where in found if code == "TK-CONF-025"} == {"summary.csv", "notes.txt", "sub"}


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.clear(),
        lambda told: told.update(files={"../x": {"sha256": "", "bytes": 1}}),
        lambda told: told.update(files=[]),
        lambda told: told.update(format="tracekit-report-2"),
        lambda told: told.update(more=1),
        lambda told: told["key"].update(public="-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----"),
        lambda told: told["key"].update(suite="rot13"),
        lambda told: told["key"].update(suite="es256"),
        lambda told: told.update(statement="conformant!"),
    ],
)
def test_a_manifest_of_any_form_is_judged(folder: Path, change: Any) -> None:
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(told)
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")
    (folder / "report.zip").unlink()
    assert codes(folder)


def test_the_command_line_makes_again_and_verifies(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEKIT_LANG", "en")
    run = CliRunner()
    for source in (folder, folder / "results.jsonl"):
        assert run.invoke(app, ["make", str(source), "--out", str(tmp_path / "again")]).exit_code == 0
    for one in (tmp_path / "again").iterdir():
        assert one.read_bytes() == (folder / one.name).read_bytes()
    assert len(list((tmp_path / "again").iterdir())) == 4
    done = run.invoke(app, ["verify", str(folder / "report.zip"), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["valid"], json.loads(done.stdout)["statement"]) == (0, True, "conformant")
    done = run.invoke(app, ["verify", str(folder)])
    assert "not whose it is" in done.stdout
    (folder / "junit.xml").write_bytes(b"")
    done = run.invoke(app, ["verify", str(folder)])
    assert (done.exit_code, "TK-CONF-029" in done.stdout, "conformant" in done.stdout) == (1, True, False)
    assert run.invoke(app, ["verify", str(tmp_path / "nothing")]).exit_code == 2
    for bad in ("make", "verify"):
        result = run.invoke(app, [bad, str(tmp_path / "nothing"), *(["--out", str(tmp_path)] if bad == "make" else [])])
        assert result.exit_code == 2 or isinstance(result.exception, TracekitError)
