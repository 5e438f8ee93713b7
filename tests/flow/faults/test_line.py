"""The line between sender and platform: an answer that gets lost on the way, and the repeat that brings it."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tracekit import Client
from tracekit.dock.receipt import Pending, Receipt
from tracekit.dock.retry import Retry
from tracekit.platform.setup import load
from tracekit.store import Store
from tracekit.transport import Line

pytestmark = pytest.mark.wire


class Relay:
    """Passes bytes between sender and platform; while `losing`, the platform's answer to a submit goes nowhere."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.losing = False
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near = self._listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near, socket.create_connection((self._target.hostname, self._target.port)) as far:
            threading.Thread(target=self._forward, args=(near, far), daemon=True).start()
            while answer := far.recv(65536):
                if self.losing and b'"counts"' in answer:
                    self.lost += 1
                    # closing alone would wait for the thread that reads
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(answer)

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        try:
            while asked := near.recv(65536):
                far.sendall(asked)
            far.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture
def relay(link: Any) -> Iterator[Relay]:
    made = Relay(link.url)
    yield made
    made.close()


@pytest.mark.parametrize("link", ["sqlite"], indirect=True)
def test_a_receipt_lost_on_the_way_comes_with_the_repeat_byte_for_byte(link: Any, relay: Relay, trade: Callable[..., Any]) -> None:
    setup = load(link.shop)
    files = link.city / "credentials" / f"{setup.code}.json", link.shop / "keys" / "signing.pem"
    with Client.admitted(*files, spool=link.shop / "spool.db", retry=Retry(budget=0), line=Line(relay.url)) as client:
        relay.losing = True
        kept = client.send([trade(1), trade(2)])[0]
        assert isinstance(kept, Pending)
        assert relay.lost == 1
        with Store.open(load(link.city).store_url) as store:
            given = store.receipt(setup.code, kept.package)
        relay.losing = False
        received = client.flush()[0]
        assert isinstance(received, Receipt)
        assert received.raw == given
    counts = link.counts(link.city)
    assert (counts["valid"], counts["duplicate"]) == (2, 0)
