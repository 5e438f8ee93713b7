"""`tracekit conform server` against the town's platform, over the wire."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tracekit.cli.conform import app
from tracekit.cli.report import app as report
from tracekit.conformance.results import read_results, without_times
from tracekit.errors import ConfigError, TracekitError

pytestmark = pytest.mark.wire


def conform(*arguments: Any) -> tuple[int, Any]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    return done.exit_code, json.loads(done.stdout.splitlines()[-1]) if done.stdout else done.stderr


def secrets(town: Any) -> list[str]:
    return [text for one in (town.market, town.shop) for text in (one.above_secret(), one.keys.private_pem.split("\n")[1])]


def test_our_platform_conforms_and_a_second_run_says_the_same(town: Any, plan: Path, tmp_path: Path) -> None:
    runs: list[Any] = []
    for name in ("first", "second"):
        code, told = conform("server", town.url, "--plan", plan, "--out", tmp_path / name)
        assert [one for one in told["cases"] if one["result"] != "pass"] == []
        assert (code, told["footer"]["statement"]) == (0, "conformant")
        results = read_results((tmp_path / name / "results.jsonl").read_bytes(), name)
        runs.append([without_times(one) for one in (results.header, *results.cases, results.footer)])
        assert CliRunner().invoke(report, ["verify", str(tmp_path / name / "report.zip")]).exit_code == 0
        assert not any(secret in (tmp_path / name / "plan.toml").read_text("utf-8") for secret in secrets(town))
    assert runs[0] == runs[1]


def test_our_platform_conforms_over_soap_too(town: Any, plan: Path) -> None:
    code, told = conform("server", town.url, "--plan", plan, "--binding", "soap")
    assert {one["result"] for one in told["cases"]} == {"pass", "not_applicable"}
    assert {one["reason"] for one in told["cases"] if one["result"] == "not_applicable"} == {"binding rest"}
    assert (code, told["footer"]["statement"]) == (0, "conformant")


def test_one_case_by_its_id_and_no_case_is_no_success(town: Any, plan: Path) -> None:
    code, told = conform("server", town.url, "--plan", plan, "--case", "TC-SUBMIT-0002")
    assert (code, told["footer"]["counts"]) == (0, {"pass": 1})
    with pytest.raises(TracekitError, match="TC-SUBMIT-9999"):
        CliRunner().invoke(app, ["server", town.url, "--plan", str(plan), "--case", "TC-SUBMIT-9999"], catch_exceptions=False)
    plan.write_text(plan.read_text("utf-8") + "[select]\nareas = ['no such area']\n", "utf-8")
    assert conform("server", town.url, "--plan", plan)[0] == 2


def test_a_failed_run_has_a_bundle_without_certificate_and_names_what_to_run_again(town: Any, plan: Path, tmp_path: Path) -> None:
    plan.write_text(plan.read_text("utf-8").replace("region = '370600'", "region = '110101'", 1), "utf-8")
    chosen = ("--case", "TC-SUBMIT-0007", "--case", "TC-DESCRIBE-0001")
    assert conform("server", town.url, "--plan", plan, *chosen, "--out", tmp_path / "bundle")[0] == 1
    assert CliRunner().invoke(report, ["verify", str(tmp_path / "bundle")]).exit_code == 0
    assert not (tmp_path / "bundle" / "certificate.html").exists()
    page = (tmp_path / "bundle" / "report.html").read_text("utf-8")
    for part in ("Bearer $TOKEN", "Part of the cases only", f"tracekit conform server {town.url} --case TC-SUBMIT-0007"):
        assert part in page
    again = conform("server", town.url, "--plan", plan, "--failed", tmp_path / "bundle")[1]
    assert [one["case"] for one in again["cases"]] == ["TC-SUBMIT-0007"]


def test_what_cannot_be_written_is_told_before_the_run(town: Any, plan: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        CliRunner().invoke(app, ["server", town.url, "--plan", str(plan), "--out", str(plan)], catch_exceptions=False)
    assert caught.value.code == "TK-CONF-021"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("signing.pem", "nothing.pem"), "nothing.pem"),
        (("code = 'market-370600004'", "code = 'nobody'"), "sender a"),
        (("role = 'city'", "role = 'mayor'"), "role"),
        (("url = 'http://127.0.0.1", "url = 'http://127.0.0.1:1/#"), ""),
    ],
)
def test_a_slip_of_the_plan_is_no_result(town: Any, plan: Path, change: tuple[str, str], told: str) -> None:
    plan.write_text(plan.read_text("utf-8").replace(*change, 1), "utf-8")
    done = CliRunner().invoke(app, ["server", "--plan", str(plan)])
    assert done.exit_code != 0
    assert told in done.stderr + str(done.exception)
    assert "conformant" not in done.stdout


def test_a_waiver_counts_until_its_day_and_says_why(town: Any, plan: Path) -> None:
    # a wrong role makes nothing fail, so the node is one that the sender may not speak for
    text = plan.read_text("utf-8").replace("origin =", "#").replace("region = '370600'", "region = '110101'", 1)
    plan.write_text(text, "utf-8")
    code, told = conform("server", town.url, "--plan", plan, "--case", "TC-SUBMIT-0007")
    assert (code, told["cases"][0]["result"]) == (1, "fail")
    assert told["cases"][0]["failure"]["differences"] != []
    assert "Bearer $TOKEN" in told["cases"][0]["failure"]["curl"]
    for until, result in (("2999-12-31", "waived"), ("2020-01-01", "fail")):
        plan.write_text(f"{text}[[waive]]\ncase = 'TC-SUBMIT-0007'\nreason = 'agreed'\nuntil = {until}\n", "utf-8")
        assert conform("server", town.url, "--plan", plan, "--case", "TC-SUBMIT-0007")[1]["cases"][0]["result"] == result
