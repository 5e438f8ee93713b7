"""A link that is denied stops, says why, and goes on once mended; what the platform above refuses goes back and is not sent again."""

from typing import Any

import pytest

from tracekit.dock.outbox import LINK
from tracekit.platform.setup import load
from tracekit.store import Store

pytestmark = [pytest.mark.wire, pytest.mark.parametrize("link", ["sqlite"], indirect=True)]
DAY = ("--from", "2026-11-20", "--to", "2026-11-20")


def test_a_denied_link_stops_says_why_and_goes_on_once_mended(link: Any) -> None:
    secret = link.shop / "keys" / "above.secret"
    good = secret.read_text()
    secret.write_text("wrong\n")
    link.new_file()
    code, told = link.stage.command("run", link.shop)
    assert (code, told["docked"]["stopped"]["code"], told["docked"]["waiting"]) == (2, "TK-DOCK-103", link.good)
    assert told["sources"][0]["counts"]["valid"] == link.good
    stopped = link.stage.command("status", link.shop)[1]["links"]["370600"]
    assert (stopped["state"], stopped["code"]) == ("stopped", "TK-DOCK-103")
    assert "wrong" not in str(stopped)
    secret.write_text(good)
    code, told = link.stage.command("run", link.shop)
    assert (code, told["docked"]["records"], told["docked"]["waiting"]) == (0, link.good, 0)
    assert link.stage.command("status", link.shop)[1]["links"] == {}
    link.proof()


def test_what_is_refused_above_goes_back_with_its_findings_and_is_not_sent_again(link: Any) -> None:
    peer = link.city / "peers" / "market-370600004.toml"
    peer.write_text(peer.read_text("utf-8").replace("nodes = []", 'nodes = ["370600009"]'), "utf-8")
    link.new_file()
    link.settled()
    assert link.counts(link.city)["problem"] == link.good
    for _ in range(2):
        code, told = link.stage.command("reconcile", link.shop, *DAY, "--resend")
        assert (code, told["equal"], told["resent"], told["missing"]) == (1, False, 0, [])
        assert len(told["refused"]) == link.good
        assert {one["code"] for refused in told["refused"] for one in refused["findings"]} == {"TK-DOCK-113"}
        assert link.stage.command("run", link.shop)[1]["docked"]["records"] == 0
        assert link.stage.command("status", link.shop)[1]["feedback_open"] == link.good
    # what was never refused, and is missing all the same, does go again
    peer.write_text(peer.read_text("utf-8").replace('nodes = ["370600009"]', "nodes = []"), "utf-8")
    link.new_file()
    link.settled()
    with Store.open(load(link.shop).store_url) as store:
        assert not store.cursor(LINK + "370600")
    counts = link.counts(link.city)
    assert (counts["valid"], counts["problem"]) == (link.good // 2, link.good // 2)
