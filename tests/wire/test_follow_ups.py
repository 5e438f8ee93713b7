"""Filing, daily reports, feedback, statements and chains over the wire: what each sender may ask, and no more."""

import json
from typing import Any

import httpx
import pytest

from tracekit.dock.receipt import Receipt
from tracekit.platform import quality
from tracekit.platform.registry import decide
from tracekit.spec.messages import message

pytestmark = pytest.mark.wire

SUBJECT = "uscc:91370600MA3C0TTB16"


def refused(answer: httpx.Response, code: str) -> None:
    assert answer.json()["code"] == code, answer.text
    assert answer.status_code == int(message(code).status)


def node(key: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "core.node",
        "key": key,
        "revision": 1,
        "action": "new",
        "origin": "market-370600004",
        "reporter": SUBJECT,
        "time": "2026-11-20",
        "recorded_at": "2026-11-20T08:00:00+08:00",
        "category": "meat_veg",
        "region": "370602",
        "name": "幸福批发市场",
        "node_type": "wholesale_market",
        "subject": SUBJECT,
        "business_categories": ["meat_veg"],
        "address": "烟台市芝罘区",
        **more,
    }  # fmt: skip  one subject a line


def merchant(key: str, of: str) -> dict[str, Any]:
    wanted = ("revision", "action", "origin", "reporter", "time", "recorded_at", "category", "region")
    envelope = {name: value for name, value in node(key).items() if name in wanted}
    return {**envelope, "kind": "core.merchant", "key": key, "name": "张记", "merchant_type": "wholesaler", "node": of}


def register(town, *records: dict[str, Any]) -> dict[str, Any]:
    answer = town.call("POST", "/v1/register", town.market, content=json.dumps({"records": town.sealed(*records)}).encode())
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(town, setup, cursor: str = "0") -> dict[str, Any]:
    return town.call("GET", f"/v1/register?cursor={cursor}", setup).json()


def test_a_filing_is_reviewed_and_ends_in_a_code_that_the_applicant_alone_is_told(town) -> None:
    assert register(town, node("n1"), node("n2"))["counts"]["pending"] == 2
    first, second = (town.office.store.filings(state="pending")[at].record_id for at in (0, 1))
    assert decide(town.office, first, "me").assigned_code == "370602001"
    assert decide(town.office, second, "me", reason="地址不详").state == "returned"
    told = outcomes(town, town.market)
    states = {one["key"]: (one["state"], one.get("assigned_code"), one.get("reason")) for one in told["filings"]}
    assert states == {"n1": ("approved", "370602001", None), "n2": ("returned", None, "地址不详")}
    assert outcomes(town, town.market, told["cursor"])["filings"] == []
    assert outcomes(town, town.shop)["filings"] == []
    assert register(town, node("n3"))["counts"]["pending"] == 1
    third = town.office.store.filings(state="pending")[0].record_id
    assert decide(town.office, third, "me").assigned_code == "370602002"
    with pytest.raises(Exception, match="TK-CLI-004"):
        decide(town.office, third, "me")
    index = {one["ref"]: one["state"] for one in town.call("GET", "/v1/subjects", town.shop).json()["subjects"]}
    assert index.items() >= {"node:370602001": "approved", "node:370602002": "approved"}.items()
    assert register(town, merchant("m1", "node:370602002"), merchant("m2", "node:370602002"))["counts"]["pending"] == 2
    codes = [decide(town.office, one.record_id, "me").assigned_code for one in town.office.store.filings(state="pending")]
    assert codes == ["3706020020001", "3706020020002"]


def test_a_receipt_of_a_filing_says_pending_and_never_changes(town) -> None:
    package = town.package(town.sealed(node("n9", region="370611")), "p-filing")
    first = town.submit(package)
    assert Receipt.parse(first.content).counts["pending"] == 1
    decide(town.office, town.office.store.filings(state="pending")[-1].record_id, "me")
    assert town.submit(package).content == first.content


def test_a_daily_report_is_answered_with_what_was_counted(town, trade) -> None:
    assert town.submit(town.package(town.sealed(trade(301, time="2026-11-18T06:30+08:00")), "p-301")).status_code == 200
    report = {"node": "370600004", "day": "2026-11-18", "state": "traded", "total": 2, "valid": 1, "queue": 0}
    told = town.call("POST", "/v1/daily", town.market, json=report).json()
    assert (told["received"]["total"], told["differs"]) == (1, ["total"])
    quiet = {"node": "370600009", "day": "2026-11-18", "state": "nothing"}
    assert town.call("POST", "/v1/daily", town.market, json=quiet).json()["differs"] == []
    table = quality.day_table(town.office, "2026-11-18")
    states = {row["node"]: row["state"] for row in table["nodes"]}
    assert (states["370600004"], states["370600009"]) == ("traded", "nothing")
    filed = set(quality.filed_nodes(town.office))
    assert set(table["silent"]) == filed - {"370600004", "370600009"}
    for change in ({"node": "371300001"}, {"state": "asleep"}, {"day": "yesterday"}, {"node": ""}):
        refused(
            town.call("POST", "/v1/daily", town.market, json={**quiet, **change}),
            "TK-DOCK-113" if change.get("node") == "371300001" else "TK-DOCK-124",
        )


def test_feedback_is_closed_by_a_correction_that_was_accepted(town, trade) -> None:
    bad, good = trade(311, items=[]), trade(311)
    assert Receipt.parse(town.submit(town.package(town.sealed(bad), "p-311")).content).counts["problem"] == 1
    entry = town.office.store.quarantine("new", code="TK-REC-006")[-1]
    quality.send_back(town.office, [entry.id])
    told = town.call("GET", "/v1/feedback", town.market).json()
    one = told["feedback"][-1]
    assert (one["key"], one["state"]) == (good["key"], "open")
    assert town.call("GET", "/v1/feedback", town.shop).json()["feedback"] == []
    answer = {"id": one["id"], "answer": "corrected"}
    refused(town.call("POST", "/v1/feedback", town.market, json=answer), "TK-DOCK-124")
    refused(town.call("POST", "/v1/feedback", town.shop, json=answer), "TK-DOCK-118")
    refused(town.call("POST", "/v1/feedback", town.market, json={**answer, "answer": "refused"}), "TK-DOCK-124")
    before = town.office.store.status().counts["problem"]
    assert Receipt.parse(town.submit(town.package(town.sealed(good), "p-312")).content).counts["valid"] == 1
    assert town.call("POST", "/v1/feedback", town.market, json=answer).json()["state"] == "closed"
    assert town.call("GET", f"/v1/feedback?cursor={told['cursor']}", town.market).json()["feedback"][-1]["state"] == "closed"
    assert town.office.store.refused(entry.id).state == "fixed"
    assert town.office.store.status().counts["problem"] == before


def test_a_statement_leads_down_to_the_keys(town, trade) -> None:
    records = town.sealed(*(trade(321 + n, time="2026-11-17T06:30+08:00") for n in range(3)))
    assert town.submit(town.package(records, "p-321")).status_code == 200
    days = "from=2026-11-17&to=2026-11-17"
    cell = town.call("GET", f"/v1/statement?{days}", town.market).json()["cells"][0]
    assert (cell["count"], cell["node"]) == (3, "370600004")
    below = f"{days}&node={cell['node']}&kind={cell['kind']}"
    branches = town.call("GET", f"/v1/statement?{below}", town.market).json()["branches"]
    assert sum(one["count"] for one in branches) == 3
    assert sum(int(one["digest"], 16) for one in branches) % (1 << 256) == int(cell["digest"], 16)
    keys = town.call("GET", f"/v1/statement?{below}&prefix={branches[0]['prefix']}&keys=1", town.market).json()["keys"]
    assert len(keys) == branches[0]["count"]
    assert all(one["identity"].startswith(branches[0]["prefix"]) for one in keys)
    assert town.call("GET", f"/v1/statement?{days}", town.shop).json()["cells"] == []
    for wrong in ("from=x&to=2026-11-17", "from=2026-11-17&to=2026-11-16", "from=2020-01-01&to=2026-01-01", f"{below}&prefix=xyz"):
        refused(town.call("GET", f"/v1/statement?{wrong}", town.market), "TK-DOCK-124")


def test_a_chain_shows_gaps_and_hides_what_the_caller_may_not_see(town, trade) -> None:
    assert town.submit(town.package(town.sealed(trade(331)), "p-331")).status_code == 200
    ref = f"tran:{trade(331)['key']}"
    own = town.call("GET", f"/v1/trace?ref={ref}", town.market).json()
    assert (own["counts"]["vertices"], own["counts"]["gaps"]) == (1, 1)
    text = json.dumps(own, ensure_ascii=False)
    assert "12.5" not in text
    assert "张记" not in text
    other = town.call("GET", f"/v1/trace?ref={ref}", town.shop).json()
    assert other["counts"]["hidden"] == 1
    assert "370600040" not in json.dumps(other["vertices"]).replace(ref, "")
    for wrong in ("ref=nothing", f"ref={ref}&direction=sideways", ""):
        refused(town.call("GET", f"/v1/trace?{wrong}", town.market), "TK-DOCK-124")


def test_code_sets_by_name(town) -> None:
    names = town.call("GET", "/v1/codesets", town.market).json()["codesets"]
    assert "document_type" in names
    told = town.call("GET", "/v1/codesets?id=document_type", town.market).json()
    assert {"code": "trade_slip", "name_zh": "交易凭证"}.items() <= next(
        one for one in told["codes"] if one["code"] == "trade_slip"
    ).items()
    refused(town.call("GET", "/v1/codesets?id=none", town.market), "TK-DOCK-118")


def test_a_cursor_that_is_none_is_refused(town) -> None:
    refused(town.call("GET", "/v1/register?cursor=x", town.market), "TK-DOCK-124")
