"""Making folders and admitting peers: what is written, with which mode, and who is not admitted."""

import stat
from pathlib import Path

import pytest

from tracekit.errors import ConfigError
from tracekit.platform import admission
from tracekit.platform.setup import load


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return admission.create(tmp_path / "city", "city", "370600", "烟台市", ["3706"]).parent


def applicant(tmp_path: Path, role: str = "enterprise", region: str = "370602", environment: str = "test") -> Path:
    folder = tmp_path / f"{role}-{region}-{environment}"
    return admission.create(folder, role, "shop-1", "店", [region], environment=environment).parent  # pyright: ignore[reportArgumentType]


def test_secrets_are_for_the_owner_only(city: Path, tmp_path: Path) -> None:
    shop = applicant(tmp_path)
    credentials = admission.admit(load(city), admission.read_identity(shop))
    admission.install(shop, credentials)
    secret = [city / "keys/signing.pem", city / "keys/origin.secret", credentials, shop / "keys/above.secret"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    text = "".join(path.read_text() for path in (city / "platform.toml", city / "peers/shop-1.toml", city / "identity.json"))
    assert "PRIVATE" not in text
    assert (shop / "keys/above.secret").read_text().strip() not in text


def test_admitting_again_renews_the_secret_and_keeps_what_was_edited(city: Path, tmp_path: Path) -> None:
    shop = applicant(tmp_path)
    admission.admit(load(city), admission.read_identity(shop))
    peer_file = city / "peers/shop-1.toml"
    before = load(city).peers["shop-1"]
    peer_file.write_text(peer_file.read_text().replace("nodes = []", 'nodes = ["370602001"]').replace('phone = ""', 'phone = "110"'))
    admission.admit(load(city), admission.read_identity(shop))
    after = load(city).peers["shop-1"]
    assert after.secret_hash != before.secret_hash
    assert (after.nodes, after.contact.phone) == (["370602001"], "110")


@pytest.mark.parametrize(
    ("role", "region", "environment", "code"),
    [
        ("enterprise", "371302", "test", "TK-CFG-013"),
        ("province", "3706", "test", "TK-CFG-012"),
        ("enterprise", "370602", "production", "TK-CFG-014"),
    ],
)
def test_who_does_not_fit_is_not_admitted(city: Path, tmp_path: Path, role: str, region: str, environment: str, code: str) -> None:
    identity = admission.read_identity(applicant(tmp_path, role, region, environment))
    with pytest.raises(ConfigError) as refused:
        admission.admit(load(city), identity)
    assert refused.value.code == code
    assert not list((city / "peers").glob("*"))


def test_credentials_of_another_are_not_installed(city: Path, tmp_path: Path) -> None:
    credentials = admission.admit(load(city), admission.read_identity(applicant(tmp_path)))
    other = admission.create(tmp_path / "other", "enterprise", "shop-2", "店", ["370602"]).parent
    with pytest.raises(ConfigError) as refused:
        admission.install(other, credentials)
    assert refused.value.code == "TK-CFG-014"
    assert "[above]" not in (other / "platform.toml").read_text()


def test_a_secret_that_is_not_there_is_named(city: Path) -> None:
    (city / "keys/origin.secret").write_text("")
    with pytest.raises(ConfigError) as missing:
        load(city)
    assert (missing.value.code, missing.value.params["key"]) == ("TK-CFG-007", "keys.origin")
    (city / "keys/origin.secret").unlink()
    with pytest.raises(ConfigError) as unreadable:
        load(city)
    assert unreadable.value.code == "TK-CFG-002"


def test_a_secret_may_come_from_the_environment(city: Path) -> None:
    file = city / "platform.toml"
    file.write_text(file.read_text().replace('origin = { file = "keys/origin.secret" }', 'origin = { env = "ORIGIN" }'))
    assert load(city, {"ORIGIN": "ab" * 32}).keys.origin_secret == b"\xab" * 32
    with pytest.raises(ConfigError):
        load(city, {})
