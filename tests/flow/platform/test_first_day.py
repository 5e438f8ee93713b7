"""The first day, by the commands alone: make platforms, serve them, run a source, dock upward, reconcile, trace."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tracekit.pipeline.seal import is_sealed_by, join_body
from tracekit.platform.office import open_office
from tracekit.platform.setup import load
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire

HERE = Path(__file__).parent
GOOD, BAD = 45, 5


def tk(*args: object, code: int = 0) -> Any:
    """One command with `--json`; its one JSON object."""
    command = [sys.executable, "-m", "tracekit.cli", *map(str, args), "--json"]
    root = str(HERE.parents[2])
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": root, "TRACEKIT_LANG": "en", "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def market_source(folder: Path) -> None:
    """A market's export: GB18030, CRLF, every tenth weight in words."""
    (folder / "in").mkdir(parents=True)
    shutil.copy(HERE / "market.toml", folder / "source.toml")
    shutil.copy(HERE / "market.csv", folder / "mapping.csv")
    rows = ["凭证号,时间,卖方,买方,批次,商品,重量,单价,检疫证"]
    for number in range(1, GOOD + BAD + 1):
        weight = "八十" if number % 10 == 0 else "82.5"
        slip = f"3706000040001{number:07d}"
        rows.append(f"{slip},2026-11-20 06:30,3706000040001,3706000050002,3706000040000058,21113011,{weight},12.5,{number:010d}")
    (folder / "in" / "交易1.csv").write_bytes(("\r\n".join(rows) + "\r\n").encode("gb18030"))


@pytest.fixture
def chain(tmp_path: Path, serve: Callable[..., Any]) -> dict[str, Path]:
    """A nation, a province, a city and an enterprise, made and linked by `init`; the first three are served."""
    folders = {name: tmp_path / name for name in ("nation", "province", "city", "shop")}
    tk("init", "nation", folders["nation"])
    tk("init", "province", folders["province"], "--region", "37", "--name", "山东省", "--above", folders["nation"])
    tk("init", "city", folders["city"], "--region", "3706", "--above", folders["province"])
    tk("init", "enterprise", folders["shop"], "--code", "market-370600004", "--region", "370600")
    admitted = tk("init", "city", folders["city"], "--admit", folders["shop"] / "identity.json")
    tk("init", "enterprise", folders["shop"], "--credentials", admitted["credentials"])
    market_source(folders["shop"] / "market")
    with (folders["shop"] / "platform.toml").open("a") as config:
        config.write('\n[[sources]]\nname = "market"\nsettings = "market/source.toml"\n')
    for name in ("nation", "province", "city"):
        serve(folders[name])
    return folders


def test_from_a_file_to_the_nation(chain: dict[str, Path]) -> None:
    shop, city, province, nation = (chain[name] for name in ("shop", "city", "province", "nation"))
    assert tk("doctor", shop)["good"]
    dry = tk("run", shop, "--dry-run", code=1)["sources"][0]
    assert (dry["counts"], dry["receipts"]) == ({"total": GOOD + BAD, "problem": BAD, "valid": GOOD}, [])
    first = tk("run", shop, code=1)
    assert (first["sources"][0]["counts"]["valid"], first["sources"][0]["counts"]["problem"]) == (GOOD, BAD)
    assert first["docked"]["records"] == GOOD
    again = tk("run", shop)
    assert (again["sources"][0]["rows"], again["docked"]["records"]) == (0, 0)
    for folder in (city, province):
        assert tk("run", folder)["docked"]["records"] == GOOD
    for folder in (shop, city, province):
        told = tk("reconcile", folder)
        assert told["equal"], told
        assert told["upper"]["records"] == GOOD
    assert tk("status", nation)["counts"]["valid"] == GOOD
    assert tk("trace", "tran:37060000400010000001", "--platform", nation, code=1)["counts"]["vertices"] == 1
    assert len(tk("quarantine", "list", shop)["quarantine"]) == BAD
    _the_signature_of_the_shop_still_holds(chain)
    _prices_stay_with_the_city(chain)
    _the_same_file_from_another_machine_changes_no_count(chain)


def _the_signature_of_the_shop_still_holds(chain: dict[str, Path]) -> None:
    public = load(chain["shop"]).keys.public_pem
    office = open_office(chain["nation"])
    stored = office.store.records_after(0)
    seals = office.store.seals([one.record_id for one in stored])
    assert len(stored) == len(seals) == GOOD
    for one in stored:
        seal, hops = (orjson.loads(part) for part in seals[one.record_id])
        assert is_sealed_by(seal, one.content_id, ED25519, public)
        assert not is_sealed_by(seal, one.content_id, ED25519, load(chain["city"]).keys.public_pem)
        assert [hop["signer"] for hop in hops] == ["370600", "370000"]
    office.close()


def _prices_stay_with_the_city(chain: dict[str, Path]) -> None:
    seen = {}
    for name in ("shop", "city", "province", "nation"):
        office = open_office(chain[name])
        record = office.store.records_after(0, 1)[0]
        seen[name] = "commercial" in join_body(record.body, record.aside)
        office.close()
    assert seen == {"shop": True, "city": True, "province": False, "nation": False}


def _the_same_file_from_another_machine_changes_no_count(chain: dict[str, Path]) -> None:
    other = chain["shop"].with_name("other")
    shutil.copytree(chain["shop"], other, ignore=shutil.ignore_patterns("store.db*"))
    before = tk("status", chain["city"])["counts"]
    told = tk("run", other, code=1)
    assert told["docked"]["records"] == GOOD
    after = tk("status", chain["city"])["counts"]
    assert after.pop("duplicate") - before.pop("duplicate") == GOOD
    assert after == before


def test_filing_by_command(town: Path, client: Callable[..., Any], serve: Callable[..., Any]) -> None:
    city = town / "city"
    serve(city)
    node = {
        "kind": "core.node",
        "key": "n1",
        "reporter": "uscc:91370600MA3C0TTB16",
        "time": "2026-11-20",
        "category": "meat_veg",
        "region": "370602",
        "name": "幸福批发市场",
        "node_type": "wholesale_market",
        "subject": "uscc:91370600MA3C0TTB16",
        "business_categories": ["meat_veg"],
        "address": "烟台市芝罘区",
    }  # fmt: skip  one subject a line
    shop = client(town / "shop")
    assert shop.register([node, {**node, "key": "n2"}])["counts"]["pending"] == 2
    waiting = tk("filing", "list", city)["filings"]
    assert [one["key"] for one in waiting] == ["n1", "n2"]
    assert tk("filing", "approve", city, waiting[0]["id"])["assigned_code"] == "370602001"
    assert tk("filing", "return", city, waiting[1]["id"], "--reason", "地址不详")["state"] == "returned"
    assert tk("filing", "approve", city, waiting[0]["id"], code=2)["error"]["code"] == "TK-CLI-004"
    assert [one["state"] for one in shop.filings()["filings"]] == ["approved", "returned"]
