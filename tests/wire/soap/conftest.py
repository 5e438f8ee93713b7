"""A plain SOAP caller for the tests: trees in, trees out, over the town's one address."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tracekit.loader import installed
from tracekit.spec.parts import actions
from tracekit.wire import Reader, Writer, envelope, opened, problem_of
from tracekit.wire.soap import NEW


@dataclass
class Soap:
    """Calls with the market's token."""

    http: httpx.Client
    reader: Reader
    writer: Writer

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        """Any bytes to the address."""
        return self.http.post("/v1/soap", content=body, headers={"content-type": "application/soap+xml", **headers})

    def call(self, name: str, tree: dict[str, Any], version: Any = NEW) -> dict[str, Any]:
        """An operation's answer, or the problem of its fault."""
        body = envelope(self.writer.write(name, actions()[name].request, tree), version)
        answer = self.http.post("/v1/soap", content=body, headers={"content-type": version.media})
        content = opened(answer.content).content
        return problem_of(content) or self.reader.read(actions()[name].answer, content)


@pytest.fixture(scope="module")
def soap(town: Any) -> Iterator[Soap]:
    kinds = installed().kinds
    headers = {"authorization": f"Bearer {town.token(town.market)}"}
    with httpx.Client(base_url=town.url, headers=headers, trust_env=False, timeout=30) as http:
        yield Soap(http, Reader(kinds), Writer(kinds))
