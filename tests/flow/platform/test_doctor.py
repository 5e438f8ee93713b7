"""The doctor: one fault at a time, each found by the check of its own code and by no other."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tracekit.errors import DockingDenied
from tracekit.platform.doctor import examine
from tracekit.platform.link_up import session_above
from tracekit.platform.office import open_office
from tracekit.platform.setup import load
from tracekit.store import Store
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire


def bad(folder: Path) -> set[str]:
    return {check.code for check in examine(folder) if check.state == "bad"}


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_each_fault_is_found_by_its_own_check(town: Path, serve: Callable[..., Any]) -> None:
    city, shop = town / "city", town / "shop"
    Store.open(load(shop).store_url, create=True).close()
    serve(city)
    assert bad(shop) == set()
    config, kept = shop / "platform.toml", (shop / "platform.toml").read_text()

    secret = (shop / "keys/above.secret").read_text()
    (shop / "keys/above.secret").write_text("wrong\n")
    assert bad(shop) == {"TK-DOC-005", "TK-DOC-009"}
    (shop / "keys/above.secret").write_text(secret)

    (shop / "keys/signing.pem").chmod(0o644)
    assert bad(shop) == {"TK-DOC-011"}
    (shop / "keys/signing.pem").chmod(0o600)

    key = (shop / "keys/above.pem").read_text()
    (shop / "keys/above.pem").write_text(ED25519.generate()[1])
    assert bad(shop) == {"TK-DOC-010"}
    (shop / "keys/above.pem").write_text(key)

    replaced(config, 'environment = "test"', 'environment = "production"')
    assert "TK-DOC-006" in bad(shop)
    config.write_text(kept)

    replaced(config, "required = []", 'required = ["furs"]')
    assert bad(shop) == {"TK-DOC-007"}
    config.write_text(kept)

    replaced(config, "store.db", "nowhere/store.db")
    assert bad(shop) == {"TK-DOC-008"}
    config.write_text(kept)

    replaced(config, "[platform]", "[platfrom]")
    assert bad(shop) == {"TK-DOC-001"}
    config.write_text(kept)
    assert bad(shop) == set()


def test_another_platform_at_the_address_is_refused_before_anything_is_sent(town: Path, serve: Callable[..., Any]) -> None:
    city, shop = town / "city", town / "shop"
    serve(city)
    replaced(shop / "platform.toml", 'code = "370600"', 'code = "370700"')
    with closing(open_office(shop)) as office:
        session = session_above(office)
        with closing(session.line), pytest.raises(DockingDenied) as refused:
            session.describe()
    assert refused.value.code == "TK-DOCK-024"


def test_an_address_where_nobody_is_fails_that_check_alone(town: Path) -> None:
    shop = town / "shop"
    Store.open(load(shop).store_url, create=True).close()
    found = {check.code: check.state for check in examine(shop)}
    assert found["TK-DOC-002"] == "bad"
    assert [code for code, state in found.items() if state == "bad"] == ["TK-DOC-002"]
    assert found["TK-DOC-005"] == "skipped"
