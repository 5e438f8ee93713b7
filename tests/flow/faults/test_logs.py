"""What a platform writes to its log names nobody and opens nothing: no secret, no token, no person, no price, also when things fail."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tracekit import Client
from tracekit.dock.receipt import Receipt
from tracekit.errors import DockingError
from tracekit.platform.setup import load

pytestmark = [pytest.mark.wire, pytest.mark.parametrize("link", ["sqlite"], indirect=True)]
PERSON, PHONE, PRICE, ADDRESS = "孙悟空二世", "13912345678", "7777.25", "person:0123456789abcdef"


def test_no_secret_and_no_personal_or_commercial_value_reaches_the_log(link: Any, trade: Callable[..., Any]) -> None:
    setup = load(link.shop)
    named = {"counterparty_name": PERSON, "counterparty_contact": PHONE}
    good, bad = trade(1, **named), trade(2, **named, region="999999", party=f"merchant:{PHONE}")
    for one in (good, bad):
        one["items"] = [{**one["items"][0], "unit_price": PRICE}]
    files = link.city / "credentials" / f"{setup.code}.json", link.shop / "keys" / "signing.pem"
    with Client.admitted(*files, origin_secret=setup.keys.origin_secret) as client:
        sent = client.send([good, bad])[0]
        assert isinstance(sent, Receipt)
        assert (sent.counts["valid"], sent.counts["problem"]) == (1, 1)
        client.trace(ADDRESS)
        for wrong in ({"ref": PERSON}, {"ref": ADDRESS, "direction": PHONE}):
            with pytest.raises(DockingError):
                client.session.get("trace", **wrong)
        token = client.session._token
    secret = setup.above_secret()
    form = {"grant_type": "client_credentials", "client_id": PERSON, "client_secret": secret + "x"}
    httpx.post(f"{link.url}/v1/token", data=form, trust_env=False)
    httpx.post(f"{link.url}/v1/submit?phone={PHONE}", content=PRICE, headers={"authorization": f"Bearer {token}"}, trust_env=False)
    link.new_file()
    link.settled()
    link.stage.command("quarantine", "list", link.city)
    log = link.stage.log()
    for operation in ("submit", "trace", "token"):
        assert f'"operation": "{operation}"' in log
    private = load(link.city).keys.private_pem.splitlines()[1]
    for word in (secret, token, private, setup.keys.origin_secret.hex(), PERSON, PHONE, PRICE, ADDRESS, "张记", "Bearer"):
        assert word not in log, f"{word} stands in the log"
