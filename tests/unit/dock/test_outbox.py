"""The outbox on a real store, against the strict platform on a real socket."""

import orjson
import pytest

from tracekit import DockingDenied, Receipt, Retry
from tracekit.dock.counting import Counting
from tracekit.dock.outbox import Outbox
from tracekit.dock.sealing import Signer
from tracekit.dock.session import Session
from tracekit.dock.statements import reconcile
from tracekit.ids import add_leaves, canonical, content_id, identity, leaf
from tracekit.pipeline.check import Checks
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.seal import is_sealed_by, seal_package
from tracekit.pipeline.times import interval, wire_time_of
from tracekit.sdk import Facts
from tracekit.store import DayCount, Store
from tracekit.store.values import Receipt as Kept
from tracekit.store.values import Written
from tracekit.suites import ED25519
from tracekit.transport import Line

pytestmark = pytest.mark.wire
CITY = "city-370200"


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'county.db'}", create=True) as made:
        yield made


@pytest.fixture
def accept(store, core, shops):
    """Let flat records into the store as a reception would, with the outbox filled in the same transaction."""

    def take(count: int, start: int = 0) -> list[str]:
        checks = Checks(core)
        records = seal_flat(({**one, "origin": "till-1"} for one in shops(count, start)), core, b"origin", wire_time_of(1_795_000_000))
        judged = checks.prepare(records, 1_795_000_000)
        assert [one.findings for one in judged] == [[]] * count
        with store.receiving(["till-1"]) as tx:
            outcome = checks.judge(judged, tx.identities(checks.wanted(judged).identities), Facts())
            for one in outcome.judged:
                one.verdict = "accepted"
            receipt = Kept(f"r{start}", f"p{start}", "till-1", "0" * 64, b"{}", 1_795_000_000)
            up = {CITY: [-place for place in range(1, count + 1)]}
            tx.write(Written("till-1", 1_795_000_000, outcome.judged, outcome.edges, receipt=receipt, up=up))
        return [one.content_id for one in outcome.judged]

    return take


@pytest.fixture
def outbox(platform, keys, hands, store):
    made = []

    def make(**changes) -> Outbox:
        line = Line(platform.url)
        made.append(line)
        session = Session(line, "shop-7", "s3cret-of-shop-7", environment="test", receiver=CITY, clock=hands.clock)
        options = {
            "code": "shop-7", "peer": CITY, "withheld": lambda _: ("personal",), "clock": hands.clock, "wait": hands.wait,
            "random": lambda: 0.5, "retry": Retry(budget=2), **changes,
        }  # fmt: skip
        return Outbox(store, session, Signer.of(ED25519, keys[0]), **options)

    yield make
    for line in made:
        line.close()


def test_accepted_records_go_up_without_the_withheld_group_and_with_the_same_content_id(platform, accept, outbox):
    ids = accept(3)
    sent = outbox().run()
    package = orjson.loads(platform.bodies[0])
    assert [content_id(record) for record in package["records"]] == ids
    assert all("personal" in record["groups"] and "personal" not in record for record in package["records"])
    assert package["via"] == [{"hops": [{"receipt": "r0", "signer": "shop-7"}]}] * 3
    assert [receipt.counts["valid"] for receipt in sent.receipts] == [3]
    assert (sent.waiting, sent.down, sent.refused) == (0, "", [])


def test_a_group_that_may_go_up_goes(platform, accept, outbox):
    accept(1)
    outbox(withheld=lambda _: ()).run()
    assert orjson.loads(platform.bodies[0])["records"][0]["personal"]["values"] == {"phone": "13800000000"}


def test_the_receipt_is_kept_in_the_store(platform, accept, outbox):
    accept(1)
    runner = outbox()
    (receipt,) = runner.run().receipts
    assert isinstance(receipt, Receipt)
    assert runner.receipt(receipt.package).raw == platform.receipts[receipt.package][1]
    assert runner.receipt("unknown") is None


def test_batches_are_joined_and_divided_to_the_limit(platform, accept, outbox):
    platform.limits["max_records"] = 4
    for start in range(0, 9, 3):
        accept(3, start)
    sent = outbox().run()
    assert [receipt.counts["total"] for receipt in sent.receipts] == [4, 4, 1]
    assert len(platform.held) == 9


def test_a_package_above_the_byte_limit_is_divided(platform, accept, outbox, monkeypatch):
    platform.limits["max_bytes"] = 5_000
    monkeypatch.setattr("tracekit.dock.outbox._ROOM", 1)
    accept(20)
    sent = outbox().run()
    assert all(len(body) <= 5_000 for body in platform.bodies)
    assert (len(platform.held), sent.waiting) == (20, 0)


def test_a_broken_line_keeps_everything_and_the_repeat_is_byte_for_byte(platform, accept, outbox, hands):
    accept(3)
    platform.faults += ["cut"] * 50
    sent = outbox().run()
    assert (sent.receipts, sent.waiting, sent.down) == ([], 3, "TK-DOCK-002")
    assert sum(hands.pauses) <= 2
    platform.faults.clear()
    hands.now += 500
    again = outbox(withheld=lambda _: ("personal",)).run()
    assert again.waiting == 0
    assert len(set(platform.bodies)) == 1
    assert len(platform.held) == 3


def test_a_lost_answer_doubles_nothing(platform, accept, outbox):
    accept(3)
    platform.faults += ["lost"]
    (receipt,) = outbox().run().receipts
    assert receipt.counts["duplicate"] == 0
    assert platform.bodies[0] == platform.bodies[1]


def test_nothing_overtakes_a_package_that_waits(platform, accept, outbox):
    platform.limits["max_records"] = 2
    accept(6)
    platform.faults += ["cut"] * 50
    outbox(retry=Retry(budget=0)).run()
    assert len(platform.bodies) == 1


def test_a_platform_that_is_away_leaves_the_outbox_untouched(platform, accept, outbox, store):
    accept(2)
    platform.shutdown()
    platform.server_close()
    sent = outbox(retry=Retry(budget=0)).run()
    assert (sent.waiting, sent.down) == (2, "TK-DOCK-002")
    assert [one.package for one in store.outbox_list()] == [""]


def test_retry_after_is_honoured_across_runs(platform, accept, outbox, hands):
    accept(1)
    platform.faults += [(503, "TK-DOCK-117", {"Retry-After": "90"})]
    assert outbox().run().down == "TK-DOCK-117"
    assert outbox().run().down == "TK-DOCK-116"
    assert len(platform.bodies) == 1
    hands.now += 95
    assert outbox().run().waiting == 0


def test_a_refused_package_stops_and_the_others_go(platform, accept, outbox, store, hands):
    platform.limits["max_records"] = 2
    accept(4)
    platform.faults += [(422, "TK-DOCK-105", {})]
    sent = outbox().run()
    assert [error.code for error in sent.refused] == ["TK-DOCK-105"]
    assert (len(sent.receipts), sent.waiting) == (1, 2)
    assert outbox().run().receipts == []
    store.outbox_resume(CITY, int(hands.now))
    assert outbox().run().waiting == 0


def test_denied_stops_the_run_and_says_so(platform, accept, outbox):
    accept(2)
    platform.faults += [(403, "TK-DOCK-115", {})]
    with pytest.raises(DockingDenied):
        outbox().run()
    assert outbox().run().waiting == 0


def test_another_platform_at_the_address_gets_nothing(platform, accept, hands, keys, store):
    accept(1)
    session = Session(Line(platform.url), "shop-7", "s3cret-of-shop-7", environment="test", receiver="nation", clock=hands.clock)
    runner = Outbox(store, session, Signer.of(ED25519, keys[0]), code="shop-7", peer=CITY, withheld=lambda _: ())
    with pytest.raises(DockingDenied) as caught:
        runner.run()
    session.line.close()
    assert caught.value.code == "TK-DOCK-024"
    assert platform.bodies == []


def test_ctrl_c_anywhere_is_resumed(platform, accept, outbox, store):
    platform.limits["max_records"] = 2
    accept(6)
    calls = ["outbox_fill", "outbox_sealed", "outbox_done", "outbox_fill", "outbox_sealed", "outbox_done"]
    for at, name in enumerate(calls):
        runner = outbox()
        real = getattr(store, name)

        def interrupted(*args, real=real, late=at >= 3, **kwargs):
            if late:
                real(*args, **kwargs)
            raise KeyboardInterrupt

        setattr(store, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            runner.run()
        delattr(store, name)
    outbox().run()
    assert store.outbox_waiting(CITY) == 0
    assert len(platform.held) == 6
    assert sum(orjson.loads(raw)["counts"]["duplicate"] for _, raw in platform.receipts.values()) == 0


def statement(platform):
    """What the tiny platform holds, as the statement operation would say it."""

    def totals(named):
        leaves = [leaf(name, record["revision"], content_id(record)) for name, record in named]
        return {"count": len(leaves), "digest": f"{add_leaves(leaves):064x}"}

    def answer(query):
        records = [(name, one) for name, one in sorted(platform.held.items()) if query["from"][0] <= one["time"] <= query["to"][0]]
        if "node" not in query:
            days = sorted({one["time"] for _, one in records})
            groups = {day: [pair for pair in records if pair[1]["time"] == day] for day in days}
            return {"cells": [{"day": day, "node": "", "kind": "core.subject", **totals(pairs)} for day, pairs in groups.items()]}
        prefix = query.get("prefix", [""])[0]
        below = [pair for pair in records if pair[0].hex().startswith(prefix)]
        if "keys" in query:
            names = ("origin", "kind", "key", "revision")
            rows = [{**{n: one[n] for n in names}, "identity": name.hex(), "content_id": content_id(one)} for name, one in below]
            return {"keys": rows}
        digits = sorted({pair[0].hex()[: len(prefix) + 1] for pair in below})
        groups = {digit: [pair for pair in below if pair[0].hex().startswith(digit)] for digit in digits}
        return {"branches": [{"prefix": digit, **totals(pairs)} for digit, pairs in groups.items()]}

    return answer


def test_reconciling_finds_what_is_missing_sends_it_and_then_both_sides_are_equal(platform, accept, outbox):
    accept(300)
    runner = outbox()
    runner.run()
    platform.answers["/v1/statement"] = statement(platform)
    assert reconcile(runner, "2026-11-20", "2026-11-20").is_equal
    lost = [identity("till-1", "core.subject", f"S{number}") for number in (7, 42, 250)]
    for name in lost:
        del platform.held[name]
    found = reconcile(runner, "2026-11-01", "2026-11-30")
    assert sorted(one.identity for one in found.missing) == sorted(name.hex() for name in lost)
    assert (found.surplus, found.different, found.upper.records, found.lower.records) == ([], [], 297, 300)
    assert found.asked <= 1 + 1 + 3
    (receipt,) = runner.run().receipts
    assert receipt.counts["total"] == 3
    assert reconcile(runner, "2026-11-20", "2026-11-20").is_equal


def test_interval_of_the_day_is_what_the_statement_counts_by():
    assert interval("2026-11-20")[0] == 1_795_104_000


def test_the_origin_s_seal_and_hops_go_up_with_ours_added(platform, accept, outbox, store, monkeypatch, keys):
    ids = accept(3)
    seal = seal_package({"id": "p1", "sender": "till-1"}, [], ED25519, keys[0], "k", content_ids=ids)
    kept = canonical({"header": seal["header"], "signature": seal["signature"], "content_ids": ids})
    hops = canonical([{"receipt": "r", "signer": "county"}])
    monkeypatch.setattr(store, "seals", lambda record_ids: dict.fromkeys(list(record_ids)[:2], (kept, hops)))
    outbox().run()
    package = orjson.loads(platform.bodies[0])
    ours = {"receipt": "r0", "signer": "shop-7"}
    forwarded = {"seal": 0, "hops": [{"receipt": "r", "signer": "county"}, ours]}
    assert package["via"] == [forwarded, forwarded, {"hops": [ours]}]
    assert len(package["seals"]) == 1
    for record in package["records"][:2]:
        assert is_sealed_by(package["seals"][0], content_id(record), ED25519, keys[1])


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"refused": 5},
        {"refused": [{}]},
        {"refused": [{"index": 1, "code": "x", "params": {}}]},
        {"refused": [{"index": 0, "code": "x", "params": 1}]},
    ],
)
def test_day_counts_without_a_readable_answer_count_as_untold(platform, outbox, store, answer):
    store.save_day_counts("shop-7", [DayCount("shop-7", 20_000, "1", "a.b", "a", "370600", {"total": 1})])
    platform.answers["/v1/daily"] = lambda _: answer
    counting = Counting(store, CITY, code="shop-7", kept=(), regions=["37"])
    sent = outbox(counting=counting).run()
    assert (sent.counted, sent.down, len(store.day_counts_untold(CITY))) == (0, "TK-DOCK-006", 1)
    platform.answers["/v1/daily"] = lambda _: {"kept": 1, "refused": []}
    assert outbox(counting=counting).run().counted == 1
