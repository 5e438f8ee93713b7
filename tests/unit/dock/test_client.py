"""The client against a strict platform on a real socket."""

from datetime import date

import orjson
import pytest

from tracekit import (
    Client,
    ConfigError,
    DockingDenied,
    DockingRejected,
    DockingUnavailable,
    Finding,
    Pending,
    Receipt,
    Retry,
    StoreFull,
    explain,
)
from tracekit.ids import content_id
from tracekit.model.core import Subject
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire
CITY = "city-370200"


def test_send_returns_a_receipt_that_the_platform_signed(platform, connect, shops):
    client = connect()
    (receipt,) = client.send(shops(3))
    assert isinstance(receipt, Receipt)
    assert receipt.counts == {"total": 3, "valid": 3, "problem": 0, "pending": 0, "duplicate": 0}
    assert receipt.is_stored
    assert receipt.is_signed_by(platform.public, ED25519)
    assert receipt.raw == platform.receipts[receipt.package][1]
    assert client.receipt(receipt.package) == receipt
    assert client.spool.counts() == {"done": 1}


def test_personal_values_travel_in_their_group_and_salts_repeat(platform, connect, shops):
    client = connect()
    client.send(shops(1))
    record = orjson.loads(platform.bodies[0])["records"][0]
    assert "phone" not in record
    assert record["personal"]["values"] == {"phone": "13800000000"}
    (again,) = client.seal(shops(1))
    assert content_id(again) == content_id(record)


def test_salts_follow_the_origin_secret_not_the_client_secret(connect, shops):
    one, two = connect(origin_secret="constant"), connect(origin_secret="constant", secret="rotated")
    other = connect(origin_secret="another")
    ids = [content_id(client.seal(shops(1))[0]) for client in (one, two, other)]
    assert ids[0] == ids[1] != ids[2]


def test_sending_again_doubles_nothing(platform, connect, shops):
    client = connect()
    client.send(shops(2))
    (receipt,) = client.send(shops(3))
    assert receipt.counts["duplicate"] == 2
    assert [one.verdict for one in receipt.results] == ["duplicate", "duplicate"]
    assert len(platform.held) == 3


def test_the_client_splits_to_the_advertised_count(platform, connect, shops):
    platform.limits["max_records"] = 4
    receipts = connect().send(shops(10))
    assert [receipt.counts["total"] for receipt in receipts] == [4, 4, 2]
    assert len({receipt.package for receipt in receipts}) == 3


def test_the_client_splits_to_the_advertised_bytes(platform, connect, shops):
    platform.limits["max_bytes"] = 6_000
    receipts = connect().send(shops(40))
    assert len(receipts) > 1
    assert all(len(body) <= 6_000 for body in platform.bodies)
    assert sum(receipt.counts["total"] for receipt in receipts) == 40


def test_a_record_above_the_limit_is_refused_before_anything_is_kept(platform, connect, shops):
    platform.limits["max_bytes"] = 3_000
    client = connect()
    huge = {**shops(1)[0], "name": "长" * 2_000}
    with pytest.raises(DockingRejected) as caught:
        client.send([*shops(3), huge])
    assert caught.value.code == "TK-DOCK-013"
    assert client.spool.counts() == {}
    assert platform.bodies == []


def test_rollback_is_never_divided(platform, connect, shops):
    platform.limits["max_records"] = 2
    client = connect()
    with pytest.raises(DockingRejected) as caught:
        client.send(shops(3), mode="rollback")
    assert caught.value.code == "TK-DOCK-014"
    (receipt,) = client.send(shops(2), mode="rollback")
    assert orjson.loads(platform.bodies[-1])["header"]["mode"] == "rollback"
    assert receipt.counts["total"] == 2


@pytest.mark.parametrize(("advertised", "used"), [(["gzip"], "gzip"), (["gzip", "zstd"], "zstd"), ([], ""), (["br"], "")])
def test_bodies_are_compressed_only_as_advertised(platform, connect, shops, advertised, used):
    platform.encodings = advertised
    connect().send(shops(20))
    assert platform.used_encodings == [used]


def test_nothing_to_send_asks_nothing(platform, connect):
    assert connect().send([]) == []
    assert platform.seen == []


def test_the_token_is_kept_and_fetched_anew_once_when_refused(platform, connect, shops):
    client = connect()
    client.send(shops(1))
    client.send(shops(1, 1))
    assert [path for _, path, _ in platform.seen].count("/v1/token") == 1
    platform.tokens.clear()
    client.send(shops(1, 2))
    assert [path for _, path, _ in platform.seen].count("/v1/token") == 2
    assert len(platform.held) == 3


def test_the_token_is_renewed_before_it_expires(platform, connect, shops, hands):
    client = connect()
    client.send(shops(1))
    hands.now += 299
    client.send(shops(1, 1))
    assert [path for _, path, _ in platform.seen].count("/v1/token") == 2


def test_a_wrong_secret_stops_the_link_and_keeps_the_package(platform, connect, shops):
    client = connect(secret="wrong-but-very-secret", origin_secret="o")
    with pytest.raises(DockingDenied) as caught:
        client.send(shops(1))
    assert caught.value.code == "TK-DOCK-103"
    assert client.spool.counts() == {"sent": 1}
    everything = repr(caught.value) + str(caught.value.params) + repr(client) + repr(client.session)
    assert "wrong-but-very-secret" not in everything
    assert caught.value.__cause__ is None


def test_the_other_environment_is_refused(platform, connect, shops):
    platform.environment = "production"
    client = connect()
    with pytest.raises(DockingDenied) as caught:
        client.send(shops(1))
    assert caught.value.code == "TK-DOCK-011"
    assert client.spool.counts() == {}


def test_a_receipt_with_a_foreign_signature_is_not_believed(platform, connect, shops):
    client = connect(platform_key=ED25519.generate()[1])
    with pytest.raises(DockingDenied) as caught:
        client.send(shops(1))
    assert caught.value.code == "TK-DOCK-009"
    assert client.spool.counts() == {"sent": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("package", "x"),
        ("digest", "0" * 64),
        ("sender", "other"),
        ("platform", "other"),
        ("environment", "production"),
        ("counts", {"total": 1}),
    ],
)
def test_a_receipt_for_something_else_is_not_believed(platform, connect, shops, field, value):
    platform.alter = lambda receipt: {**receipt, field: value}
    client = connect()
    with pytest.raises(DockingDenied) as caught:
        client.send(shops(2))
    assert (caught.value.code, caught.value.params["field"]) == ("TK-DOCK-010", field)
    assert client.spool.counts() == {"sent": 1}


def test_a_lost_answer_returns_the_first_receipt_byte_for_byte(platform, connect, shops):
    platform.faults += ["lost"]
    client = connect()
    (receipt,) = client.send(shops(2))
    assert platform.bodies[0] == platform.bodies[1]
    assert receipt.counts["duplicate"] == 0
    assert receipt.raw == platform.receipts[receipt.package][1]
    assert [one.outcome for one in client.spool.attempts(receipt.package)] == ["TK-DOCK-002", "receipt"]


def test_a_down_line_leaves_pending_and_flush_sends_later(platform, connect, shops, hands):
    platform.faults += ["cut"] * 50
    client = connect(retry=Retry(budget=3.0))
    pending = client.send(shops(2))
    assert [type(one) for one in pending] == [Pending]
    assert sum(hands.pauses) <= 3.0
    assert hands.pauses == [0.375, 0.75, 1.5]
    platform.faults.clear()
    (receipt,) = client.flush()
    assert receipt.package == pending[0].package
    assert len(set(platform.bodies)) == 1
    assert client.flush() == []


def test_what_another_platform_at_the_address_keeps_from_being_sent_waits_in_the_spool(platform, connect, shops):
    platform.environment = "production"
    client = connect(receiver="city-370200")
    with pytest.raises(DockingDenied, match="environment"):
        client.send(shops(1))
    assert client.spool.counts() == {"ready": 1}
    platform.environment = "test"
    (receipt,) = client.flush()
    assert isinstance(receipt, Receipt)


def test_the_first_send_works_offline_when_the_receiver_is_known(platform, connect, shops):
    client = connect(url="http://127.0.0.1:9", receiver="city-370200", retry=Retry(budget=0))
    (pending,) = client.send(shops(1))
    assert (pending.count, pending.code) == (1, "TK-DOCK-002")
    assert client.spool.counts() == {"sent": 1}


def test_the_first_send_offline_without_a_receiver_says_what_to_do(connect, shops):
    with pytest.raises(DockingUnavailable) as caught:
        connect(url="http://127.0.0.1:9", retry=Retry(budget=0)).send(shops(1))
    assert caught.value.code == "TK-DOCK-015"


def test_a_remembered_description_lets_a_new_process_seal_offline(platform, connect, shops, tmp_path):
    connect().send(shops(1))
    platform.shutdown()
    platform.server_close()
    (pending,) = connect(retry=Retry(budget=0)).send(shops(1, 1))
    assert isinstance(pending, Pending)


def test_without_a_spool_file_a_down_line_is_an_error_and_flush_still_sends(platform, connect, shops):
    platform.faults += ["cut"]
    client = connect(spool=None, retry=Retry(budget=0))
    with pytest.raises(DockingUnavailable):
        client.send(shops(2))
    (receipt,) = client.flush()
    assert receipt.counts["total"] == 2


def test_older_packages_go_first(platform, connect, shops):
    platform.faults += ["cut"]
    client = connect(retry=Retry(budget=0))
    client.send(shops(1))
    client.send(shops(1, 1))
    keys = [orjson.loads(body)["records"][0]["key"] for body in platform.bodies]
    assert keys == ["S0", "S0", "S1"]


def test_a_refused_package_is_never_repeated_and_does_not_hold_up_others(platform, connect, shops):
    platform.limits["max_records"] = 1
    platform.faults += [(422, "TK-DOCK-105", {})]
    client = connect()
    with pytest.raises(DockingRejected) as caught:
        client.send(shops(3))
    assert caught.value.code == "TK-DOCK-105"
    assert client.spool.counts() == {"done": 2, "rejected": 1}
    assert client.flush() == []
    assert len(platform.bodies) == 3


def test_denied_stops_and_leaves_everything_in_the_spool(platform, connect, shops):
    platform.limits["max_records"] = 1
    platform.faults += [(403, "TK-DOCK-115", {})] * 2
    client = connect()
    with pytest.raises(DockingDenied):
        client.send(shops(3))
    assert client.spool.counts() == {"ready": 2, "sent": 1}
    assert len(client.flush()) == 3


def test_retry_after_is_kept_even_by_a_new_process(platform, connect, shops, hands):
    platform.faults += [(429, "TK-DOCK-116", {"Retry-After": "120"})]
    (pending,) = connect().send(shops(1))
    assert (pending.code, hands.pauses) == ("TK-DOCK-116", [])
    hands.now += 60
    assert [type(one) for one in connect().flush()] == [Pending]
    assert len(platform.bodies) == 1
    hands.now += 61
    assert [type(one) for one in connect().flush()] == [Receipt]


def test_a_short_retry_after_is_waited_for(platform, connect, shops, hands):
    platform.faults += [(503, "TK-DOCK-117", {"Retry-After": "5"})]
    (receipt,) = connect().send(shops(1))
    assert isinstance(receipt, Receipt)
    assert hands.pauses == [5.0]


def test_a_package_above_its_age_is_given_up_aloud(platform, connect, shops, hands):
    platform.faults += ["cut"]
    client = connect(retry=Retry(budget=0, max_age=3600))
    client.send(shops(1))
    hands.now += 3601
    with pytest.raises(DockingRejected) as caught:
        client.flush()
    assert caught.value.code == "TK-DOCK-012"
    assert client.spool.counts() == {"rejected": 1}
    assert len(platform.bodies) == 1


def test_a_receipt_that_only_the_platform_has_is_fetched_and_kept(platform, connect, shops):
    platform.faults += ["lost"]
    client = connect(retry=Retry(budget=0))
    (pending,) = client.send(shops(1))
    receipt = client.receipt(pending.package)
    assert receipt.raw == platform.receipts[pending.package][1]
    assert client.spool.counts() == {"done": 1}
    with pytest.raises(DockingRejected) as caught:
        client.receipt("unknown")
    assert caught.value.code == "TK-DOCK-118"


def test_an_answer_that_is_no_receipt_is_not_the_end_of_a_package(platform, connect, shops):
    platform.take = lambda _: (200, b"<html>welcome to this hotel</html>")
    client = connect(retry=Retry(budget=0))
    (pending,) = client.send(shops(1))
    assert pending.code == "TK-DOCK-006"
    assert client.spool.counts() == {"sent": 1}


def test_reading_operations_pass_their_parameters(platform, connect):
    platform.answers.update({
        "/v1/trace": {"vertices": []}, "/v1/register": {"items": []}, "/v1/feedback": {"items": []},
        "/v1/codesets": {"items": []}, "/v1/subjects": {"items": []}, "/v1/daily": lambda tree: {"got": tree},
    })  # fmt: skip
    client = connect()
    assert client.trace("tran:37020000112345678901", "back") == {"vertices": []}
    assert client.filings("7") == client.feedback() == client.codesets(id="document_type") == client.subjects(cursor="1")
    assert client.daily("370200001", "2026-11-20", "nothing") == {"got": {"node": "370200001", "day": "2026-11-20", "state": "nothing"}}
    asked = [(path, query) for _, path, query in platform.seen if query]
    assert asked == [
        ("/v1/trace", {"ref": "tran:37020000112345678901", "direction": "back"}),
        ("/v1/register", {"cursor": "7"}), ("/v1/codesets", {"id": "document_type"}), ("/v1/subjects", {"cursor": "1"}),
    ]  # fmt: skip


def test_a_spool_never_goes_to_another_platform(platform, connect, shops, monkeypatch):
    platform.faults += ["cut"]
    connect(retry=Retry(budget=0)).send(shops(1))
    own = platform.describe()
    monkeypatch.setattr(platform, "describe", lambda: {**own, "platform": "city-370100"})
    with pytest.raises(DockingDenied) as caught:
        connect().flush()
    assert caught.value.code == "TK-DOCK-024"
    assert len(platform.bodies) == 1
    monkeypatch.undo()
    assert isinstance(connect().flush()[0], Receipt)


def test_records_that_cannot_be_json_are_told_by_field(connect, shops):
    flat = {**shops(1)[0], "refs": [{"ref": "org:1", "valid_from": date(2026, 1, 1)}]}
    with pytest.raises(ConfigError) as caught:
        connect().send([*shops(2), flat])
    assert (caught.value.params["index"], caught.value.params["field"]) == ("2", "refs.1.valid_from")


def test_checking_offline_finds_without_a_platform(connect, shops):
    client = connect(url="http://127.0.0.1:9")
    good, bad = shops(2)
    del bad["name"], bad["key"]
    found = client.check([good, bad, {"kind": "no.such"}, {}])
    assert found[0] == []
    assert {(one.code, one.path) for one in found[1]} == {("TK-REC-002", "name"), ("TK-REC-002", "key")}
    assert all(one.level == "error" for one in found[2] + found[3])
    assert found[3]


def test_models_are_sent_as_their_flat_form(platform, connect, shops):
    subject = Subject(**{**shops(1)[0], "origin": "shop-7", "recorded_at": "2026-11-20T08:00:00+08:00"})
    connect().send([subject])
    assert orjson.loads(platform.bodies[0])["records"][0]["personal"]["values"] == {"phone": "13800000000"}


def test_credentials_files_make_a_client(platform, shops, keys, core, tmp_path):
    given = {
        "code": CITY, "name": "city", "role": "city", "environment": "test", "url": platform.url,
        "public_key": platform.public, "client": "shop-7", "client_secret": "s3cret-of-shop-7",
    }  # fmt: skip
    (tmp_path / "c.json").write_bytes(orjson.dumps(given))
    (tmp_path / "k.pem").write_text(keys[0])
    with Client.admitted(tmp_path / "c.json", tmp_path / "k.pem", registry=core) as client:
        assert client.send(shops(1))[0].counts["valid"] == 1
    for name, text in {"none.json": None, "bad.json": "{", "list.json": "[]", "short.json": '{"url": "https://x.example"}'}.items():
        if text is not None:
            (tmp_path / name).write_text(text)
        with pytest.raises(ConfigError):
            Client.admitted(tmp_path / name, tmp_path / "k.pem")


def test_explain_says_place_meaning_and_remedy_in_both_languages():
    finding = Finding("TK-REC-002", path="items.1.ref", params={"name": "批次", "path": "items.1.ref"})
    assert explain(finding).startswith("items.1.ref: ")
    assert explain(finding, "en").endswith(" [TK-REC-002]")
    assert "TK-DOCK-017" in explain(StoreFull("x", code="TK-DOCK-017", params={"file": "spool.db"}))


def test_packages_that_another_process_sent_meanwhile_are_answered_too(platform, connect, shops):
    platform.limits["max_records"] = 1
    first, second = connect(), connect()

    def meanwhile() -> None:
        platform.on_submit = lambda: None
        second.flush()

    platform.on_submit = meanwhile
    receipts = first.send(shops(3))
    assert [receipt.counts["valid"] for receipt in receipts] == [1, 1, 1]
    assert [orjson.loads(body)["records"][0]["key"] for body in platform.bodies] == ["S0", "S0", "S1", "S2"]
    assert first.spool.counts() == {"done": 3}
