"""The demo as a user runs it: one run, its numbers beside the generator's truth; and whatever happens, no server outlives it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from tracekit.loader import installed
from tracekit.testing import Rates, Truth, build, grow
from tracekit.testing.filing import filings
from tracekit.testing.generator import chains_of
from tracekit.testing.places import CITIES
from tracekit.testing.truth import count, count_findings, sum_levels

SEED, SIZE = 20261120, "small"
PATIENCE = 120
COUNTED = ("total", "valid", "problem", "pending", "backfilled")

pytestmark = [pytest.mark.wire, pytest.mark.slow]


class Played(NamedTuple):
    """One run: its exit code, the object it printed, and the truth of the same world."""

    code: int
    lines: list[str]
    told: dict[str, Any]
    truth: Truth
    folder: Path


class Category(NamedTuple):
    """One run of a category alone that leaves its platforms up: its exit code, the object it printed, and its folder."""

    code: int
    told: dict[str, Any]
    folder: Path


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tracekit", "demo", "--size", SIZE, "--seed", str(SEED), "--dir", str(folder), *more]


def surroundings(language: str = "zh") -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": root, "TRACEKIT_LANG": language, "NO_PROXY": "*"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(command(folder, "--json"), capture_output=True, text=True, env=surroundings(), timeout=PATIENCE, check=False)
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    return Played(done.returncode, lines, json.loads(lines[-1]), build(tmp_path_factory.mktemp("truth"), SEED, SIZE), folder)


def test_it_is_good_and_says_so_in_one_object(played: Played) -> None:
    assert played.told["differences"] == []
    assert played.code == 0
    assert len(played.lines) == 1
    assert played.told["reconciled"] is True
    assert played.told["levels"] == played.told["expected"]
    assert 0 < played.told["seconds"] < PATIENCE


def test_levels_are_the_generators_and_the_corrected_record(played: Played) -> None:
    """The corrected content is one more at every level; the refused one stays a problem of its day."""
    assert played.truth.correction is not None
    for row in played.told["levels"]:
        known = asdict(played.truth.levels[row["level"]])
        more = {"total": 1, "valid": 1}
        assert row == {"level": row["level"], **{name: known[name] + more.get(name, 0) for name in COUNTED}}


def test_platforms_are_the_generators(played: Played) -> None:
    assert played.truth.correction is not None
    found = {row["code"]: row for row in played.told["platforms"]}
    corrected = _way_up(played.truth, played.truth.correction.city)
    for code, counts in played.truth.by_platform.items():
        more = int(code in corrected)
        known = {name: getattr(counts, name) + (more if name in ("total", "valid") else 0) for name in COUNTED}
        assert {name: found[code][name] for name in COUNTED} == known, code
    assert found.keys() == played.truth.by_platform.keys()


def _way_up(truth: Truth, code: str) -> list[str]:
    parents = {one.code: one.parent for one in truth.platforms}
    way = [code]
    while parents[way[-1]]:
        way.append(parents[way[-1]])
    return way


def test_findings_are_the_generators(played: Played) -> None:
    found = {one["code"]: one["count"] for one in played.told["findings"]}
    for code, known in played.truth.findings.items():
        assert found[code] == known, code


def test_broken_links_are_the_generators(played: Played) -> None:
    """Where the corrected record did not go, which may itself lack a link."""
    assert played.truth.correction is not None
    corrected = _way_up(played.truth, played.truth.correction.city)
    known = {code: counts.broken for code, counts in played.truth.by_platform.items() if code not in corrected}
    assert {code: played.told["broken_links"][code] for code in known} == known
    assert sum(known.values()) > 0


def test_duplicates_are_the_generators(played: Played) -> None:
    assert played.told["sent"]["duplicate"] == sum(counts.duplicates for counts in played.truth.by_platform.values())


def test_nodes_are_silent_bad_or_idle_as_the_generator_made_them(played: Played) -> None:
    nodes = {f"node:{one['node']}": one for city in played.told["cities"] for one in city["nodes"]}
    silent = {f"node:{one}" for city in played.told["cities"] for one in city["silent"]}
    assert silent == set(played.truth.silent)
    assert nodes.keys() - silent == {one.node for one in played.truth.statements}
    for one in played.truth.statements:
        assert nodes[one.node]["state"] == one.state, one.node
    worst = nodes[played.truth.worst]
    assert worst["problem"] / worst["total"] >= 0.3


def test_the_line_breaks_and_nothing_is_doubled(played: Played) -> None:
    line = played.told["broken_line"]
    assert line["lower"] in played.truth.by_platform
    assert line["doubled"] == 0
    assert line["attempts"] == int(line["in_flight"])
    assert all(one["equal"] and one["records"] == one["above"] > 0 for one in played.told["statements"])
    assert len(played.told["statements"]) == 5


def test_a_problem_goes_back_and_is_mended(played: Played) -> None:
    correction, mended = played.truth.correction, played.told["mended"]
    assert correction is not None
    assert (mended["node"], mended["kind"], mended["key"]) == (correction.node, correction.kind, correction.key)
    assert (mended["findings"], mended["verdict"], mended["answer"]) == ([correction.code], "accepted", "closed")


def test_filing_ends_in_codes(played: Played) -> None:
    filed = sum(map(len, played.truth.filings.values()))
    assert (played.told["filed"]["approved"], played.told["filed"]["told"]) == (filed, filed)
    assert played.told["filed"]["assigned"] > 0


def test_signatures_hold_though_groups_stay_below(played: Played) -> None:
    proofs = played.told["proofs"]
    assert len(proofs) == len(played.told["trace"]["path"])
    assert all(one["signed"] and not one["present"] for one in proofs)
    assert any("commercial" in one["withheld"] for one in proofs)
    assert {len(one["hops"]) for one in proofs} == {2}


def test_feeds_of_others_stand_in_no_count(played: Played) -> None:
    feeds = {one["name"]: one for one in played.told["feeds"]}
    assert feeds["epcis"]["valid"] > 0
    if "prices" in feeds:
        assert feeds["prices"]["problem"] == 0
        assert feeds["prices"]["rows"] > 1000


def test_the_till_slip_leads_back_to_its_farm_over_the_border(played: Played) -> None:
    known = next(one for one in played.truth.traces if one.name == "pork")
    told = played.told["trace"]
    assert told["ref"] == known.ref
    assert told["path"] == [list(one) for one in reversed(known.path)]
    assert (told["vertices"], told["gaps"]) == (len(known.path), 0)
    assert told["edges"] >= len(known.path) - 1
    assert len({one.rpartition("-")[2][:2] for one in known.platforms}) == 2


def test_the_page_needs_nothing_else(played: Played) -> None:
    page = Path(played.told["page"]).read_text("utf-8")
    assert re.findall(r"(?i)https?:|//[a-z]|<script|<link|<img|<iframe|@import|url\(", page) == []
    assert "项目自定义，非《国家重要产品追溯体系数据对接技术要求》" in page
    assert page.count("<svg") == 3
    assert "bound method" not in page
    nation = next(row for row in played.told["platforms"] if row["level"] == "nation")
    assert f"{nation['total']:,}" in page


def test_the_page_shows_the_reporting_rate_of_every_city(played: Played) -> None:
    page = Path(played.told["page"]).read_text("utf-8")
    for reported, filed in played.truth.reporting.values():
        assert f"{reported / filed:.1%} · 静默节点 {filed - reported}" in page


def test_every_category_with_a_chain_has_its_line(played: Played) -> None:
    told = {one["category"]: one for one in played.told["categories"]}
    assert told.keys() == {chain.category for chain in installed().chains.values()}
    assert all(one["equal"] and one["kinds"] and one["way"] > 1 for one in told.values())
    nation = next(one for one in played.told["levels"] if one["level"] == "nation")
    assert told.pop("meat_veg")["nation"] == nation["total"]
    for category, one in told.items():
        world = grow(chains_of(category), SEED, "least", rates=Rates(late=0), cities=CITIES[1:])
        known = sum_levels(count(world))
        assert (one["events"], one["found"]) == (known["city"].total, sum(count_findings(world).values())), category
        assert (one["nation"] == known["nation"].total) == (one["day_counts"] == 0), category


@pytest.fixture(scope="module")
def food(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Category]:
    folder = tmp_path_factory.mktemp("food")
    asked = [sys.executable, "-m", "tracekit", "demo", "--category", "food", "--json", "--keep", "--seed", str(SEED), "--dir", str(folder)]
    done = subprocess.run(asked, capture_output=True, text=True, env=surroundings(), timeout=PATIENCE, check=False)
    running = _servers(folder)
    try:
        assert done.stdout.count("\n") == 1, done.stderr
        yield Category(done.returncode, json.loads(done.stdout), folder)
    finally:
        for one in running:
            one.terminate()
        psutil.wait_procs(running, timeout=60)


def test_a_category_goes_to_the_national_receipt_and_back_to_its_origin(food: Category) -> None:
    world, told = grow(chains_of("food"), SEED), food.told
    assert (told["differences"], told["equal"], food.code) == ([], True, 0)
    levels = {one["level"]: (one["total"], one["valid"], one["problem"]) for one in told["levels"]}
    assert levels == {level: (one.total, one.valid, one.problem) for level, one in sum_levels(count(world)).items()}
    assert {one["code"]: one["count"] for one in told["findings"]} == count_findings(world)
    assert told["receipts"]["nation"] > 0
    filed = sum(map(len, filings(world).values()))
    assert told["filings"] == {"count": filed, "known": filed}
    ways = {one.ref: [list(event.id) for event in reversed(one.path)] for one in world.traces}
    assert {one["ref"]: one["path"] for one in told["traces"]} == ways
    assert {(one["at"], one["gaps"]) for one in told["traces"]} == {("nation", 0)}


def test_it_says_what_goes_up_and_what_stays(food: Category) -> None:
    assert food.told["stays"] == []
    assert food.told["goes_up"].keys() == {kind for kind in installed().kinds if kind.startswith("food.")}
    assert {"commercial", "personal"} <= set(food.told["goes_up"]["food.dispatch"])


def test_an_unknown_category_is_told_those_there_are() -> None:
    asked = [sys.executable, "-m", "tracekit", "demo", "--category", "no-such", "--json"]
    done = subprocess.run(asked, capture_output=True, text=True, env=surroundings(), timeout=PATIENCE, check=False)
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "TK-CLI-007")
    assert {"food", "meat_veg"} <= set(error["params"]["expected"].split(", "))


def test_no_server_is_left(played: Played) -> None:
    assert _servers(played.folder) == []


@pytest.fixture
def begun(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo whose six servers have just been started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it, and so would the demo
    process = subprocess.Popen(
        command(tmp_path, "--category", "food"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=surroundings("en"),
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "start six servers" in line:
            break
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_servers_never_outlive_it(begun: "subprocess.Popen[str]", tmp_path: Path, number: signal.Signals) -> None:
    running = _servers(tmp_path)
    assert len(running) == 6
    begun.send_signal(number)
    _, alive = psutil.wait_procs(running, timeout=60)
    assert alive == []
    assert begun.wait(60) != 0


def test_keep_leaves_the_platforms_up(food: Category) -> None:
    assert {one["pid"] for one in food.told["kept"].values()} == {one.pid for one in _servers(food.folder)}
    asked = [sys.executable, "-m", "tracekit", "status", str(food.folder / "platforms" / "nation"), "--json", "--day", "2026-11-20"]
    status = subprocess.run(asked, capture_output=True, text=True, env=surroundings(), timeout=PATIENCE, check=True)
    assert json.loads(status.stdout)["records"] > 0


def _servers(folder: Path) -> list[psutil.Process]:
    """The server processes that work below a folder."""
    return [one for one in psutil.process_iter(["cmdline"]) if str(folder / "platforms") in " ".join(one.info["cmdline"] or [])]
