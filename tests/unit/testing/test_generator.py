"""The synthetic world: the same bytes for a seed, rates that are kept, files that give the records back, a truth the pipeline agrees with."""

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tracekit.loader import installed
from tracekit.mapping import open_source
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.judged import Judged
from tracekit.pipeline.times import interval
from tracekit.sdk import Facts
from tracekit.testing import Rates, Truth, World, build, grow
from tracekit.testing.generator import chains_of
from tracekit.testing.sources import write_enterprises
from tracekit.testing.truth import count

SEED = 20261120
DAY = date(2026, 11, 20)
CALM = Rates(returned=0.04, late=0, duplicates=0, broken=0, missing_slips=0, wrong_units=0, problem_node=0)


@pytest.fixture(scope="module")
def world() -> World:
    return grow(chains_of(), SEED)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return build(tmp_path_factory.mktemp("world"), SEED)


def _bytes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (build(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert _bytes(tmp_path / "a") != _bytes(tmp_path / "c")
    assert first.by_platform == second.by_platform
    assert [trace.path for trace in first.traces] == [trace.path for trace in second.traces]
    assert other.seed == 2


def _read_back(settings: Path) -> list[dict[str, object]]:
    source = open_source(
        settings.read_text(encoding="utf-8"),
        settings.parent,
        installed().adapters,
        lambda name: (settings.parent / name).read_bytes(),
    )
    records: list[dict[str, object]] = []
    for batch in source.adapter.fetch(None):
        mapped = source.mapping.apply(batch.rows)
        assert batch.findings + mapped.findings == []
        records += [{k: v for k, v in flat.items() if k not in ("revision", "action")} for flat, _ in mapped.records]
    return records


@pytest.mark.parametrize("seed", [1, 2, SEED])
def test_the_files_give_exactly_the_records_back(seed: int, tmp_path: Path) -> None:
    world = grow(chains_of(), seed)
    read = 0
    for files in write_enterprises(tmp_path, world).values():
        for file in files:
            assert _read_back(file.settings) == [event.flat for event in file.events], file.settings
            read += len(file.events)
    assert read == sum(event.copies for event in world.delivered())


def test_every_hard_format_is_there(built: Truth) -> None:
    files = {path.name: path.read_bytes() for one in built.enterprises for path in one.folder.iterdir()}
    assert files["零售流水.csv"].startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in files["零售流水.csv"]
    assert "重量(斤)" in files["交易流水.csv"].decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        files["交易流水.csv"].decode("utf-8")
    assert files["屠宰台账.xlsx"].startswith(b"PK")
    assert files["入市追溯凭证.jsonl"].startswith(b"{")


def _judge(world: World) -> list[Judged]:
    registry = installed()
    checks = Checks(registry)
    flats = [event.flat for event in world.delivered()]
    sealed = seal_flat(flats, registry, b"\0" * 32, "2026-11-20T23:00:00+08:00")
    judged = checks.prepare(sealed, interval("2026-11-21T10:00:00+08:00")[0])
    return checks.judge(judged, {}, Facts()).judged


def test_the_pipeline_agrees_with_the_truth(world: World) -> None:
    known = {id(event) for event in world.delivered() if not event.problem}
    for event, judged in zip(world.delivered(), _judge(world), strict=True):
        errors = [finding.code for finding in judged.findings if finding.level == "error"]
        warnings = [finding.code for finding in judged.findings if finding.level == "warning" and finding.code != "TK-LINK-001"]
        assert errors == ([event.problem] if event.problem else []), event.id
        assert warnings == event.warnings, event.id
        assert judged.backfill == event.late, event.id
        if not event.problem:
            broken = any(not any(id(one) in known for one in choice) for choice in event.needs)
            assert judged.broken == broken, event.id


def test_levels_add_up(built: Truth) -> None:
    for counts in built.by_platform.values():
        assert counts.total == counts.valid + counts.problem + counts.pending
    assert built.levels["city"].valid == built.levels["province"].total == built.levels["nation"].total
    assert built.levels["city"].problem > 0
    assert built.levels["nation"].problem == 0
    assert built.levels["city"].broken > built.levels["nation"].broken, "a chain crosses the border"


def test_rates_are_kept() -> None:
    world = grow(chains_of(), SEED, "demo")
    delivered = world.delivered()
    worst = [event for event in delivered if event.node.ref == _worst(world)]
    assert sum(bool(event.problem) for event in worst) == round(0.3 * len(worst))
    sold = [event for event in delivered if event.flat["kind"] == "meat_veg.retail_intake"]
    assert 0.01 <= sum(event.slipless for event in sold) / len(sold) <= 0.05
    assert 0.02 <= sum(event.copies - 1 for event in delivered) / len(delivered) <= 0.04
    assert 0.03 <= sum(event.late for event in delivered) / len(delivered) <= 0.2
    assert 3000 <= len(delivered) <= 6000
    assert len({event.problem for event in delivered} - {""}) >= 5


def _worst(world: World) -> str:
    shares = Counter(event.node.ref for event in world.delivered() if event.problem)
    return shares.most_common(1)[0][0]


def test_nothing_goes_wrong_where_rates_are_zero() -> None:
    world = grow(chains_of(), SEED, rates=CALM)
    assert [event.id for event in world.delivered() if event.problem or event.late or event.copies > 1 or event.warnings] == []
    assert count(world)["nation"].broken == 0


def test_a_silent_node_sends_nothing_and_another_says_nothing_to_report(tmp_path: Path) -> None:
    built = build(tmp_path, SEED, "demo")
    assert len(built.silent) == 1
    assert built.silent[0] not in {statement.node for statement in built.statements}
    quiet = [statement for statement in built.statements if statement.state == "nothing"]
    assert len(quiet) == 1
    assert quiet[0].counts == {}


def test_traces_lead_from_the_till_to_the_farm_over_the_border(built: Truth, world: World) -> None:
    pork, greens = built.traces
    kinds = [kind.partition(".")[2] for _, kind, _ in pork.path]
    assert kinds == [
        "farm_dispatch", "slaughter_intake", "slaughter", "meat_inspection", "meat_dispatch",
        "market_intake", "market_trade", "retail_intake", "retail_sale",
    ]  # fmt: skip
    assert pork.platforms == ("city-371300", "city-320300")
    assert pork.certificate.startswith("quarantine:")
    assert [kind.partition(".")[2] for _, kind, _ in greens.path][:2] == ["farm_dispatch", "market_entry"]
    events = {event.id: event for event in world.events}
    for trace in built.traces:
        assert not any(events[id_].problem or events[id_].late for id_ in trace.path)


def test_the_correction_mends_one_problem(built: Truth) -> None:
    correction = built.correction
    assert correction is not None
    assert correction.node == built.worst
    assert _read_back(correction.settings) == [correction.record]


def test_filings_are_valid_and_name_every_party(built: Truth, world: World) -> None:
    registry = installed()
    checks = Checks(registry)
    filed: set[str] = set()
    for flats in built.filings.values():
        judged = checks.prepare(seal_flat(flats, registry, b"\0" * 32, "2026-11-20T23:00:00+08:00"), 1_795_000_000)
        assert [one.findings for one in judged if one.findings] == []
        filed |= {flat["ref"] for flat in flats}
    whole = [event.whole or event.flat for event in world.events]
    parties = {flat[name] for flat in whole for name in ("party", "counterparty", "place", "reporter") if name in flat}
    assert parties - filed == set()
