"""Our own client over SOAP does what it does over REST."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tracekit import Client
from tracekit.dock.receipt import Receipt
from tracekit.errors import DockingDenied, DockingRejected
from tracekit.platform.link_up import session_above
from tracekit.platform.office import open_office
from tracekit.suites import ED25519
from tracekit.transport.soap import SoapLine

pytestmark = pytest.mark.wire


@pytest.fixture
def client(town: Any, tmp_path: Path) -> Any:
    keys = town.market.keys
    with Client(
        town.url,
        code=town.market.code,
        secret=town.market.above_secret(),
        key=keys.private_pem,
        origin_secret=keys.origin_secret,
        spool=tmp_path / "spool.db",
        binding="soap",
    ) as made:
        yield made


def test_it_sends_and_keeps_a_signed_receipt(client: Client, town: Any, trade: Any) -> None:
    receipt = client.send([trade(951), trade(952)])[0]
    assert isinstance(receipt, Receipt)
    assert (receipt.outcome, receipt.counts["valid"]) == ("stored", 2)
    assert receipt.is_signed_by(town.office.setup.keys.public_pem, ED25519)
    assert town.call("GET", f"/v1/receipt/{receipt.package}", town.market).content == client.spool.find(receipt.package).receipt


def test_every_other_operation_answers(client: Client, trade: Any) -> None:
    client.send([trade(961)])
    assert client.describe().platform == "370600"
    assert client.statement("2026-11-20")["cells"][0]["kind"] == "meat_veg.market_trade"
    assert client.daily("370600004", "2026-11-20", "traded", total=1)["state"] == "traded"
    assert client.feedback()["cursor"] == client.session.get("feedback")["cursor"]
    assert client.trace(f"tran:{trade(961)['key']}")["vertices"] != []
    assert client.codesets(id="unit")["codes"] != []
    assert client.subjects()["subjects"] == []
    assert client.filings()["filings"] == []


def test_what_is_refused_is_an_error_of_its_class(client: Client, town: Any) -> None:
    with pytest.raises(DockingRejected) as caught:
        client.receipt("no-such-package")
    assert caught.value.code == "TK-DOCK-118"
    denied = Client(town.url, code=town.market.code, secret="wrong", key=town.market.keys.private_pem, binding="soap")
    with denied, pytest.raises(DockingDenied):
        denied.statement("2026-11-20")


def test_a_platform_docks_upward_by_the_binding_of_its_configuration(town: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(town.market.folder, tmp_path / "market")
    file = folder / "platform.toml"
    head, _, above = file.read_text("utf-8").partition("[above]")
    above = re.sub(r"(?m)^url = .*", f'url = "{town.url}"', above, count=1)
    file.write_text(f'{head}[above]\nbinding = "soap"{above}', "utf-8")
    office = open_office(folder)
    try:
        session = session_above(office)
        with session.line as line:
            assert isinstance(line, SoapLine)
            assert session.get("statement", **{"from": "2026-11-20", "to": "2026-11-20"})["cells"] is not None
    finally:
        office.close()
