"""One real platform on loopback for all wire tests, served from a thread, with two admitted senders."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import trades
import uvicorn

from tracekit.dock.sealing import time_text
from tracekit.pipeline.intake import seal_flat
from tracekit.pipeline.seal import seal_package
from tracekit.platform import admission
from tracekit.platform.office import Office, open_office
from tracekit.platform.setup import Setup, load
from tracekit.sdk import Record
from tracekit.server.app import build_app
from tracekit.suites import ED25519

BODY_SECONDS = 1.0


@dataclass
class Town:
    """A city's server and two enterprises."""

    url: str
    office: Office
    market: Setup
    shop: Setup

    def token(self, setup: Setup) -> str:
        """A token by client credentials."""
        form = {"grant_type": "client_credentials", "client_id": setup.code, "client_secret": setup.above_secret()}
        return httpx.post(f"{self.url}/v1/token", data=form, trust_env=False).json()["access_token"]

    def call(self, method: str, path: str, setup: Setup | None = None, **options: Any) -> httpx.Response:
        """Any call, with the token of a sender if one is named."""
        headers = {**({"authorization": f"Bearer {self.token(setup)}"} if setup else {}), **options.pop("headers", {})}
        return httpx.request(method, f"{self.url}{path}", headers=headers, trust_env=False, timeout=20, **options)

    def submit(self, package: dict[str, Any], setup: Setup | None = None, *, compressed: bool = False) -> httpx.Response:
        """Send a package."""
        body = orjson.dumps(package)
        headers = {"content-encoding": "gzip"} if compressed else {}
        return self.call("POST", "/v1/submit", setup or self.market, content=gzip.compress(body) if compressed else body, headers=headers)

    def package(self, records: list[Record], id_: str, setup: Setup | None = None, **header: str) -> dict[str, Any]:
        """A signed package of a sender."""
        setup = setup or self.market
        fields = {
            "id": id_,
            "sender": setup.code,
            "receiver": self.office.code,
            "edition": "national:v1",
            "mode": "proceed",
            "scope": "record",
            "environment": "test",
            "created_at": time_text(time.time()),
            **header,
        }  # fmt: skip  one subject a line
        return seal_package(fields, records, ED25519, setup.keys.private_pem, setup.keys.key_id)

    def sealed(self, *flats: dict[str, Any]) -> list[Record]:
        """Wire records of the market."""
        return seal_flat(flats, self.office.registry, self.market.keys.origin_secret, "2026-11-20T06:31:00+08:00")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The city, listening before the first test."""
    root = tmp_path_factory.mktemp("town")
    city = admission.create(root / "city", "city", "370600", "烟台市", ["3706"]).parent
    enterprises: list[Path] = []
    for code in ("market-370600004", "shop-370600005"):
        folder = admission.create(root / code, "enterprise", code, code, ["370600"]).parent
        admission.install(folder, admission.admit(load(city), admission.read_identity(folder)))
        enterprises.append(folder)
    office = open_office(city)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        app = build_app(office, body_seconds=BODY_SECONDS)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield Town(url, office, *(load(folder) for folder in enterprises))
        finally:
            server.should_exit = True
            thread.join(30)
            office.close()


@pytest.fixture
def trade() -> Any:
    """Makes a wholesale trade in flat form that every check accepts."""
    return trades.trade
