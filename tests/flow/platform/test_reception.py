"""The one way in on both databases: a repeat, a source, a filing that is approved at once, and the way up of what was approved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tracekit.dock.sealing import time_text
from tracekit.loader import installed
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.seal import seal_package
from tracekit.platform import admission
from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.platform.setup import load
from tracekit.store import Store
from tracekit.suites import ED25519

SUBJECT = "uscc:91370600MA3C0TTB16"


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[Office]:
    """A city below a province, with an enterprise admitted, its filings approved at once."""
    province = admission.create(tmp_path / "province", "province", "370000", "山东省", ["37"]).parent
    city = admission.create(tmp_path / "city", "city", "370600", "烟台市", ["3706"]).parent
    admission.install(city, admission.admit(load(province), admission.read_identity(city)))
    shop = admission.create(tmp_path / "shop", "enterprise", "market-370600004", "市场", ["370600", "370602"]).parent
    admission.install(shop, admission.admit(load(city), admission.read_identity(shop)))
    config = city / "platform.toml"
    config.write_text(config.read_text().replace('filing = "manual"', 'filing = "auto"'))
    store = Store.open(store_url, create=True)
    yield Office(load(city), installed(), store)
    store.close()


def package(office: Office, flats: list[dict[str, Any]], id_: str) -> bytes:
    shop = load(office.setup.folder.with_name("shop"))
    header = {
        "id": id_,
        "sender": shop.code,
        "receiver": office.code,
        "edition": "national:v1",
        "mode": "proceed",
        "scope": "record",
        "environment": "test",
        "created_at": time_text(0),
    }  # fmt: skip  one subject a line
    records = seal_flat(flats, office.registry, shop.keys.origin_secret, "2026-11-20T06:31:00+08:00")
    return orjson.dumps(seal_package(header, records, ED25519, shop.keys.private_pem, shop.keys.key_id))


def node(key: str) -> dict[str, Any]:
    return {
        "kind": "core.node",
        "key": key,
        "origin": "market-370600004",
        "reporter": SUBJECT,
        "time": "2026-11-20",
        "category": "meat_veg",
        "region": "370602",
        "name": "幸福批发市场",
        "node_type": "wholesale_market",
        "subject": SUBJECT,
        "business_categories": ["meat_veg"],
        "address": "烟台市芝罘区",
        "refs": [{"ref": f"local:370600/market/{key}"}],
    }  # fmt: skip  one subject a line


def test_filings_approved_at_once_get_codes_of_one_series_and_go_up(office: Office) -> None:
    reception, peer = Reception(office), office.setup.peers["market-370600004"]
    merchant = {k: v for k, v in node("m1").items() if k not in ("node_type", "refs")}
    merchant |= {"kind": "core.merchant", "merchant_type": "wholesaler", "node": "local:370600/market/n2"}
    body = package(office, [merchant, node("n1"), node("n2")], "p-1")
    receipt = reception.submit(body, peer)
    assert orjson.loads(receipt)["counts"]["pending"] == 3
    codes = {one.refs[-1]: one.assigned_code for one in office.store.filings(state="approved")}
    assert sorted(codes.values()) == ["370602001", "370602002", "3706020020001"]
    assert office.store.outbox_waiting("370000") == 3
    assert sum(row.count for row in office.store.statement("up:370000", 0, 99_999)) == 3
    assert reception.submit(body, peer) == receipt
    assert office.store.rollups_broken() == []
    again = reception.submit(package(office, [node("n3")], "p-2"), peer)
    assert orjson.loads(again)["counts"]["pending"] == 1
    assert office.store.filings(state="approved")[-1].assigned_code == "370602003"


def test_records_of_a_package_and_their_seal_are_stored_together(office: Office) -> None:
    reception, peer = Reception(office), office.setup.peers["market-370600004"]
    reception.submit(package(office, [node("n1"), node("n2")], "p-1"), peer)
    stored = office.store.records_after(0)
    seals = office.store.seals([one.record_id for one in stored])
    assert len({seal for seal, _ in seals.values()}) == 1
    seal = orjson.loads(seals[stored[0].record_id][0])
    assert seal["content_ids"] == [one.content_id for one in stored]
    own = reception.take_in(seal_flat([node("own")], office.registry, b"x" * 16, "2026-11-20T06:31:00+08:00"), "p-own")
    assert orjson.loads(own)["counts"]["pending"] == 1
    assert len(office.store.seals([office.store.records_after(0)[-1].record_id])) == 0
