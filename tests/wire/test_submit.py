"""Submitting: who may send what, byte-for-byte repeats, and packages that were altered on the way."""

from typing import Any

import httpx
import orjson
import pytest

from tracekit.dock.receipt import Receipt
from tracekit.pipeline.seal import seal_package
from tracekit.spec.messages import message
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire


def code_of(answer: httpx.Response) -> str:
    tree = answer.json()
    assert answer.status_code == int(message(tree["code"]).status)
    return tree["code"]


def stored(town) -> dict:
    return town.office.store.status().counts


def test_a_package_gets_a_signed_receipt_and_a_repeat_the_same_bytes(town, trade) -> None:
    package = town.package(town.sealed(trade(101), trade(102)), "p-101")
    first = town.submit(package, compressed=True)
    assert first.status_code == 200, first.text
    receipt = Receipt.parse(first.content)
    assert receipt.is_signed_by(town.office.setup.keys.public_pem, ED25519)
    assert (receipt.counts["valid"], receipt.counts["total"], receipt.outcome) == (2, 2, "stored")
    assert (receipt.package, receipt.digest) == ("p-101", package["header"]["records_digest"])
    before = stored(town)
    assert town.submit(package).content == first.content
    assert town.call("GET", "/v1/receipt/p-101", town.market).content == first.content
    assert stored(town) == before


def test_the_same_id_with_other_records_is_a_conflict(town, trade) -> None:
    assert town.submit(town.package(town.sealed(trade(111)), "p-111")).status_code == 200
    answer = town.submit(town.package(town.sealed(trade(112)), "p-111"))
    assert (answer.status_code, code_of(answer)) == (409, "TK-DOCK-109")


def test_the_same_records_in_another_package_are_duplicates_that_name_the_first_receipt(town, trade) -> None:
    first = Receipt.parse(town.submit(town.package(town.sealed(trade(121)), "p-121")).content)
    again = Receipt.parse(town.submit(town.package(town.sealed(trade(121)), "p-122")).content)
    assert again.counts["duplicate"] == 1
    assert again.results[0].first_receipt == first.id


def test_rollback_stores_nothing_and_its_receipt_is_repeated_too(town, trade) -> None:
    before = stored(town)
    package = town.package(town.sealed(trade(131), trade(132, items=[])), "p-131", mode="rollback")
    first = town.submit(package)
    receipt = Receipt.parse(first.content)
    assert (receipt.outcome, receipt.counts["problem"], receipt.counts["valid"]) == ("rolled_back", 1, 1)
    assert stored(town) == before
    assert town.submit(package).content == first.content
    good = town.package(town.sealed(trade(131)), "p-132", mode="rollback")
    assert Receipt.parse(town.submit(good).content).outcome == "stored"


def test_another_sender_sees_no_receipt_that_is_not_its_own(town, trade) -> None:
    assert town.submit(town.package(town.sealed(trade(141)), "p-141")).status_code == 200
    assert town.call("GET", "/v1/receipt/p-141", town.shop).status_code == 404


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"environment": "production"}, "TK-DOCK-107"),
        ({"receiver": "370700"}, "TK-DOCK-106"),
        ({"edition": "national:v9"}, "TK-DOCK-108"),
        ({"mode": "maybe"}, "TK-DOCK-121"),
        ({"scope": "node-day"}, "TK-DOCK-121"),
        ({"sender": "shop-370600005"}, "TK-DOCK-113"),
        ({"id": ""}, "TK-DOCK-102"),
        ({"id": "x" * 65}, "TK-DOCK-102"),
        ({"created_at": "yesterday"}, "TK-DOCK-102"),
    ],
)
def test_a_signed_package_that_does_not_fit_is_refused_with_its_code(town, trade, header: dict, code: str) -> None:
    assert code_of(town.submit(town.package(town.sealed(trade(151)), **{"id_": "p-151", **_id(header)}))) == code


def _id(header: dict) -> dict:
    return {"id_": header["id"]} if "id" in header else header


def test_a_package_altered_on_the_way_is_refused(town, trade) -> None:
    def altered(change) -> str:
        package = orjson.loads(orjson.dumps(town.package(town.sealed(trade(161)), "p-161")))
        change(package)
        return code_of(town.submit(package))

    assert altered(lambda p: p["records"][0].update(region="370602")) == "TK-DOCK-105"
    assert altered(lambda p: p["header"].update(created_at="2026-11-20T00:00:00+08:00")) == "TK-DOCK-104"
    assert altered(lambda p: p["signature"].update(value="AAAA")) == "TK-DOCK-104"
    assert altered(lambda p: p["signature"].update(key="0" * 16)) == "TK-DOCK-104"
    assert altered(lambda p: p["signature"].update(suite="none")) == "TK-DOCK-111"
    assert altered(lambda p: p["records"].append({})) == "TK-DOCK-112"
    assert town.office.store.receipt(town.market.code, "p-161") is None


def test_a_group_altered_on_the_way_is_found_though_the_content_id_holds(town, trade) -> None:
    package = orjson.loads(orjson.dumps(town.package(town.sealed(trade(171)), "p-171")))
    package["records"][0]["commercial"]["values"]["items.1.unit_price"] = "1"
    receipt = Receipt.parse(town.submit(package).content)
    assert receipt.results[0].findings[0].code == "TK-REC-090"


def test_a_package_signed_with_another_key_is_refused(town, trade) -> None:
    package = town.package(town.sealed(trade(181)), "p-181")
    header = {k: v for k, v in package["header"].items() if k not in ("count", "records_digest")}
    private, _ = ED25519.generate()
    forged = seal_package(header, package["records"], ED25519, private, town.market.keys.key_id)
    assert code_of(town.submit(forged)) == "TK-DOCK-104"


@pytest.mark.parametrize(
    ("change", "path"),
    [({"region": "371302"}, "region"), ({"origin": "shop-370600005"}, "origin"), ({"region": "US"}, "region")],
)
def test_what_the_sender_may_not_report_for_is_a_problem(town, trade, change: dict, path: str) -> None:
    receipt = Receipt.parse(town.submit(town.package(town.sealed(trade(191, **change)), f"p-191-{path}-{len(change[path])}")).content)
    assert receipt.counts["problem"] == 1
    finding = receipt.results[0].findings[0]
    assert (finding.code, finding.path) == ("TK-DOCK-113", path)


def test_bad_records_never_stop_a_batch(town, trade) -> None:
    records = [*town.sealed(trade(201)), {}, {"kind": 7}, {"kind": "meat_veg.market_trade", "time": {"a": [1.5]}}, *town.sealed(trade(202))]
    receipt = Receipt.parse(town.submit(town.package(records, "p-201")).content)
    assert (receipt.counts["valid"], receipt.counts["problem"]) == (2, 3)


def test_a_deeply_nested_record_is_refused_whole(town, trade) -> None:
    package = town.package(town.sealed(trade(211)), "p-211")
    body = orjson.dumps(package).replace(b'"region":"370600"', b'"deep":' + b'{"a":' * 400 + b"1" + b"}" * 400)
    answer = town.call("POST", "/v1/submit", town.market, content=body)
    assert code_of(answer) == "TK-DOCK-102"


def test_measurements_are_not_docked(town, trade) -> None:
    quote = trade(221, kind="core.market_quote")
    receipt = Receipt.parse(town.submit(town.package([quote], "p-221")).content)
    assert receipt.counts["valid"] == 0


def test_more_records_than_the_limit_are_refused(town, trade) -> None:
    record = town.sealed(trade(231))[0]
    answer = town.submit(town.package([record] * 5001, "p-231"))
    assert (answer.status_code, code_of(answer)) == (413, "TK-DOCK-110")


@pytest.mark.parametrize(
    "via",
    [
        {"hops": 1},
        {"hops": [1]},
        {"hops": [{"receipt": "r"}]},
        {"hops": [{"receipt": "r", "signer": 7}]},
        {"hops": [{"receipt": "r", "signer": "s"}] * 17},
        {"seal": 0},
        {"seal": "0"},
        "seal",
        7,
    ],
)
def test_a_history_that_the_next_platform_could_not_read_is_refused(town, trade, via: Any) -> None:
    package = {**town.package(town.sealed(trade(241)), "p-241"), "via": [via], "seals": []}
    assert code_of(town.submit(package)) == "TK-DOCK-102"


def test_a_seal_that_is_not_the_records_is_refused(town, trade) -> None:
    other = town.package(town.sealed(trade(251)), "p-251")
    seal = {"header": other["header"], "signature": other["signature"], "content_ids": ["0" * 64]}
    package = {**town.package(town.sealed(trade(252)), "p-252"), "via": [{"seal": 0, "hops": []}], "seals": [seal]}
    assert code_of(town.submit(package)) == "TK-DOCK-105"
