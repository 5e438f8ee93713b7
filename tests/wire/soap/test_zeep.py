"""A stock zeep client, given nothing but the address of the WSDL, does what the SDK does."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import zeep

pytestmark = pytest.mark.wire
SPACE = "{urn:tracekit:national:v1}"


@pytest.fixture(scope="module", params=["soap", "soap12"])
def service(town: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The service of a version, with the market's token fetched over SOAP itself."""
    with requests.Session() as session:
        session.trust_env = False
        client = zeep.Client(f"{town.url}/v1/soap?wsdl&category=meat_veg", transport=zeep.Transport(session=session))
        service = client.bind("tracekit", request.param)
        credentials = {"client_id": town.market.code, "client_secret": town.market.above_secret()}
        token = service.token(grant_type="client_credentials", **credentials).access_token
        session.headers["authorization"] = f"Bearer {token}"
        yield service


def as_zeep(record: dict[str, Any]) -> dict[str, Any]:
    """A record as zeep takes it: under its kind's name, what the tables do not describe as members."""
    body = {name: value for name, value in record.items() if name != "kind"}
    for group in ("commercial", "personal", "internal"):
        if group in body:
            values = [{"name": path, "text": text} for path, text in body[group]["values"].items()]
            body[group] = {"salt": body[group]["salt"], "values": {"member": values}}
    return {record["kind"]: body}


def test_a_platform_describes_itself(service: Any, town: Any) -> None:
    described = service.describe()
    assert (described.platform, described.environment) == ("370600", "test")
    assert described.limits.max_records == 5000


def test_a_package_gets_its_receipt(service: Any, town: Any, trade: Any, request: pytest.FixtureRequest) -> None:
    number = 600 if "soap12" in request.node.name else 700
    package = town.package(town.sealed(trade(number), trade(number + 1, party="merchant:1")), f"zeep-{number}")
    receipt = service.submit(**{**package, "records": {"_value_1": [as_zeep(one) for one in package["records"]]}})
    assert (receipt.counts.valid, receipt.counts.problem) == (1, 1)
    finding = receipt.results[-1].findings[0]
    assert (finding.level, finding.path) == ("error", "party")
    assert service.receipt(package=f"zeep-{number}").signature.value == receipt.signature.value


def test_a_refusal_is_a_fault_with_its_code(service: Any) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.receipt(package="no-such-package")
    assert caught.value.detail.find(f".//{SPACE}code").text == "TK-DOCK-118"
