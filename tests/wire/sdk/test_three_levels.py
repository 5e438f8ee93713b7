"""From an enterprise through city and province to the nation, each in its own process: prices stay, the signature holds."""

from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from tracekit import Client
from tracekit.dock.statements import reconcile
from tracekit.pipeline.seal import is_sealed_by, join_body
from tracekit.platform import admission
from tracekit.platform.link_up import outbox_up
from tracekit.platform.office import open_office
from tracekit.platform.setup import load
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire
LEVELS = [("nation", "000000", ["*"]), ("province", "370000", ["37"]), ("city", "370600", ["3706"]), ("enterprise", "market-1", ["370602"])]


@pytest.fixture
def chain(tmp_path) -> list[Path]:
    """The folders of nation, province, city and enterprise, each admitted to the one above."""
    folders = [
        admission.create(tmp_path / role, role, code, role, regions).parent  # pyright: ignore[reportArgumentType]
        for role, code, regions in LEVELS
    ]
    for above, below in pairwise(folders):
        admission.install(below, admission.admit(load(above), admission.read_identity(below)))
    return folders


def trades(count: int) -> list[dict]:
    return [
        {
            "kind": "meat_veg.market_trade", "category": "meat_veg", "shape": "transaction", "key": f"T-{number}",
            "time": "2026-11-20T06:30+08:00", "region": "370602", "reporter": "node:370602001", "place": "node:370602001",
            "party": "merchant:3706020010001", "counterparty": "merchant:3706020010002", "counterparty_name": "张记肉铺",
            "documents": [{"type": "trade_slip", "ref": f"tran:3706020010001{number:07d}", "direction": "out"}],
            "items": [{"line": 1, "role": "object", "ref": "batch:3706020010000001", "product": "goods:21113011", "unit_price": "24.6",
                       "quantities": [{"value": "85.5", "unit": "kg", "basis": "weight"}]}],
        }
        for number in range(1, count + 1)
    ]  # fmt: skip


def test_what_an_enterprise_signed_is_proved_at_the_nation_without_its_prices(chain, serve):
    nation, province, city, shop = chain
    setup = load(shop)
    with serve(nation), serve(province), serve(city):
        credentials = city / "credentials" / "market-1.json"
        with Client.admitted(credentials, shop / "keys/signing.pem", origin_secret=setup.keys.origin_secret) as client:
            (receipt,) = client.send(trades(5))
            assert receipt.counts["valid"] == 5
        for folder in (city, province):
            office = open_office(folder, create=False)
            outbox = outbox_up(office)
            sent = outbox.run()
            assert (sent.waiting, sent.down, sent.refused) == (0, "", [])
            assert [one.counts["valid"] for one in sent.receipts] == [5]
            assert reconcile(outbox, "2026-11-19", "2026-11-21").is_equal
            outbox.session.line.close()
            office.close()
    office = open_office(nation, create=False)
    try:
        stored = office.store.records_after(0)
        assert len(stored) == 5
        seals = office.store.seals([one.record_id for one in stored])
        for one in stored:
            record = join_body(one.body, one.aside)
            assert "commercial" in record["groups"]
            assert "commercial" not in record
            seal, hops = (orjson.loads(part) for part in seals[one.record_id])
            assert is_sealed_by(seal, one.content_id, ED25519, setup.keys.public_pem)
            assert [hop["signer"] for hop in hops] == ["370600", "370000"]
    finally:
        office.close()
