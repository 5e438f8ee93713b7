"""The binding where its extra is not installed."""

from typing import Any

import pytest

from tracekit.server import soap


def test_without_lxml_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody: Any = None
    monkeypatch.setattr(soap, "find_spec", lambda _: None)
    assert soap.soap_operations(nobody) == ()
