"""Tokens: whose they are, for which platform and environment, and until when."""

from pathlib import Path

import pytest

from tracekit.errors import DockingDenied
from tracekit.platform import admission
from tracekit.platform.setup import Setup, load
from tracekit.platform.tokens import LIFETIME, Tokens

NOW = 1_795_000_000


def town(folder: Path, environment: str = "test") -> tuple[Path, Setup]:
    city = admission.create(folder / "city", "city", "370600", "烟台市", ["3706"], environment=environment).parent  # pyright: ignore[reportArgumentType]
    shop = admission.create(folder / "shop", "enterprise", "shop-1", "店", ["3706"], environment=environment).parent  # pyright: ignore[reportArgumentType]
    admission.install(shop, admission.admit(load(city), admission.read_identity(shop)))
    return city, load(shop)


def code(call, *args) -> str:
    with pytest.raises(DockingDenied) as refused:
        call(*args)
    return refused.value.code


def test_a_token_stands_for_its_peer_until_it_expires(tmp_path: Path) -> None:
    city, shop = town(tmp_path)
    tokens = Tokens(load(city))
    answer = tokens.issue("shop-1", shop.above_secret(), NOW)
    assert answer["expires_in"] == LIFETIME
    assert tokens.read(answer["access_token"], NOW + LIFETIME - 1).code == "shop-1"
    assert code(tokens.read, answer["access_token"], NOW + LIFETIME) == "TK-DOCK-114"


def test_a_token_never_crosses_platforms_or_environments(tmp_path: Path) -> None:
    city, shop = town(tmp_path / "a")
    token = Tokens(load(city)).issue("shop-1", shop.above_secret(), NOW)["access_token"]
    other, _ = town(tmp_path / "b")
    assert code(Tokens(load(other)).read, token, NOW) == "TK-DOCK-114"
    config = city / "platform.toml"
    config.write_text(config.read_text().replace('environment = "test"', 'environment = "production"'))
    assert code(Tokens(load(city)).read, token, NOW) == "TK-DOCK-114"


def test_who_is_suspended_or_no_longer_admitted_is_refused_at_once(tmp_path: Path) -> None:
    city, shop = town(tmp_path)
    token = Tokens(load(city)).issue("shop-1", shop.above_secret(), NOW)["access_token"]
    peer = city / "peers" / "shop-1.toml"
    peer.write_text(peer.read_text().replace("suspended = false", "suspended = true"))
    suspended = Tokens(load(city))
    assert code(suspended.read, token, NOW) == "TK-DOCK-115"
    assert code(suspended.issue, "shop-1", shop.above_secret(), NOW) == "TK-DOCK-115"
    assert code(suspended.issue, "shop-1", "wrong", NOW) == "TK-DOCK-103"
    peer.unlink()
    assert code(Tokens(load(city)).read, token, NOW) == "TK-DOCK-103"


def test_a_server_that_runs_sees_who_is_admitted_edited_and_removed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    city, shop = town(tmp_path)
    running = Tokens(load(city))
    token = running.issue("shop-1", shop.above_secret(), NOW)["access_token"]
    late = admission.create(tmp_path / "late", "enterprise", "shop-2", "店", ["3706"]).parent
    assert code(running.issue, "shop-2", "x", NOW) == "TK-DOCK-103"
    admission.install(late, admission.admit(load(city), admission.read_identity(late)))
    assert running.issue("shop-2", load(late).above_secret(), NOW)
    peer = city / "peers" / "shop-1.toml"
    good = peer.read_text()
    peer.write_text(good.replace("suspended = false", "suspended = true"))
    assert code(running.read, token, NOW) == "TK-DOCK-115"
    peer.write_text("code = ")
    assert code(running.read, token, NOW) == "TK-DOCK-103"
    assert "shop-1.toml" in caplog.text
    peer.write_text(good)
    assert running.read(token, NOW).code == "shop-1"
    peer.unlink()
    assert code(running.read, token, NOW) == "TK-DOCK-103"
    assert running.issue("shop-2", load(late).above_secret(), NOW)
