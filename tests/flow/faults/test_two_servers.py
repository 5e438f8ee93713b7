"""Two server processes and one busy market on PostgreSQL, four senders at once: no deadlock, no lost count, no missing edge."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from tracekit import Client
from tracekit.dock.receipt import Receipt
from tracekit.platform import admission
from tracekit.platform.setup import load
from tracekit.store import Store, schema
from tracekit.transport import Line

pytestmark = [pytest.mark.wire, pytest.mark.postgres]

PACKAGES, SIZE = 12, 25
SHOPS = ("shop-1", "shop-2")


@pytest.mark.parametrize("link", ["postgresql"], indirect=True)
def test_two_servers_and_four_senders_lose_nothing(link: Any, trade: Callable[..., Any]) -> None:
    for code in SHOPS:
        folder = admission.create(link.city.with_name(code), "enterprise", code, code, ["370600"]).parent
        admission.install(folder, admission.admit(load(link.city), admission.read_identity(folder)))
    link.stage.stop(link.server)
    link.serve()
    second = link.stage.start("serve", link.city, "--port", "0")
    urls = [link.url, link.stage.said(second)["url"]]
    market = load(link.shop).code

    def send(code: str, url: str, make: Callable[[int], dict[str, Any]], packages: list[int]) -> list[Any]:
        files = link.city / "credentials" / f"{code}.json", link.city.with_name("shop" if code == market else code) / "keys" / "signing.pem"
        with Client.admitted(*files, line=Line(url)) as client:
            return [one for package in packages for one in client.send([make(package * SIZE + at) for at in range(1, SIZE + 1)])]

    def bought(origin: str) -> Callable[[int], dict[str, Any]]:
        return lambda number: intake(trade(number), number, origin)

    packages = list(range(PACKAGES))
    work = [
        (market, urls[0], trade, packages[::2]),
        (market, urls[1], trade, packages[1::2]),
        ("shop-1", urls[1], bought("shop-1"), packages[::2]),
        ("shop-2", urls[0], bought("shop-2"), packages[1::2]),
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        receipts = [one for sent in pool.map(lambda task: send(*task), work) for one in sent]
    link.stage.stop(second)
    assert all(isinstance(one, Receipt) for one in receipts), link.stage.log()
    assert [one.results for one in receipts if one.counts["valid"] != SIZE] == []
    assert len(receipts) == 2 * PACKAGES
    counts = link.counts(link.city)
    assert (counts["valid"], counts["problem"], counts["duplicate"]) == (2 * PACKAGES * SIZE, 0, 0)
    # every purchase finds its slip, whichever process took either of them in
    with Store.open(load(link.city).store_url) as store, store.back.engine.connect() as connection:
        assert connection.execute(select(func.count(func.distinct(schema.edges.c.to_id)))).scalar_one() == PACKAGES * SIZE


def intake(sale: dict[str, Any], number: int, origin: str) -> dict[str, Any]:
    """What the buyer of a trade reports: the same slip came with the goods."""
    papers = [{**paper, "direction": "in"} for paper in sale["documents"]]
    item = {key: value for key, value in sale["items"][0].items() if key != "unit_price"}
    return {
        **sale,
        "kind": "meat_veg.retail_intake",
        "shape": "object",
        "key": f"in-{number}",
        "origin": origin,
        "time": "2026-11-20T09:30+08:00",
        "recorded_at": "2026-11-20T09:31:00+08:00",
        "reporter": "node:370600005",
        "place": "node:370600005",
        "party": sale["counterparty"],
        "counterparty": sale["party"],
        "items": [{**item, "ref": f"batch:370600005{number:07d}"}],
        "documents": papers,
    }
