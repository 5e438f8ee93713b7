"""`platform.toml`: every fault is told with file, key and what was expected; secrets never stand in it."""

from pathlib import Path

import pytest

from tracekit.config import PlatformConfig, covers, is_safe_url, parse_platform
from tracekit.errors import ConfigError
from tracekit.spec.messages import message, render

FILE = Path("/office/platform.toml")
GOOD = """
[platform]
code = "370000"
name = "山东省"
role = "province"
region = "370000"
environment = "test"
[store]
url = "sqlite:///store.db"
[server]
host = "127.0.0.1"
[keys]
signing = { file = "keys/signing.pem" }
origin = { env = "TRACEKIT_ORIGIN" }
[above]
url = "https://nation.example"
secret = { file = "keys/above.secret" }
[[sources]]
name = "market"
settings = "sources/market.toml"
[plugins]
required = ["meat_veg"]
[review]
filing = "auto"
"""


def fault(old: str, new: str) -> ConfigError:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        parse_platform(GOOD.replace(old, new, 1), FILE)
    return caught.value


def test_a_good_file_is_read_whole() -> None:
    config = parse_platform(GOOD, FILE)
    assert isinstance(config, PlatformConfig)
    assert config.platform.regions == ["37"]
    assert config.keys.signing.file == "keys/signing.pem"
    assert config.sources[0].name == "market"
    assert config.review.filing == "auto"


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "expected"),
    [
        ('role = "province"', 'rolle = "province"', "TK-CFG-004", "platform.rolle", "role"),
        ("[above]", "[abov]", "TK-CFG-004", "abov", "above"),
        ("secret = { file", "secret = { fil", "TK-CFG-004", "above.secret.fil", "file"),
        ('settings = "sources', 'setings = "sources', "TK-CFG-004", "sources.0.setings", "settings"),
        ('role = "province"', 'role = "provinz"', "TK-CFG-005", "platform.role", "'province'"),
        ('region = "370000"', 'region = "37000"', "TK-CFG-005", "platform.region", "6 digits"),
        ('region = "370000"', "region = 370000", "TK-CFG-005", "platform.region", "string"),
        ('environment = "test"', "", "TK-CFG-006", "platform.environment", "environment"),
        ('host = "127.0.0.1"', 'host = "0.0.0.0"', "TK-CFG-008", "server", "loopback"),
        ("https://nation.example", "http://nation.example", "TK-CFG-008", "above", "loopback"),
        ('origin = { env = "TRACEKIT_ORIGIN" }', 'origin = "0011223344"', "TK-CFG-009", "keys.origin", "secret"),
        ("sqlite:///store.db", "postgresql://me:word@host/db", "TK-CFG-009", "store.url", "secret"),
        ("[platform]", "[platform", "TK-CFG-003", "", ""),
    ],
)
def test_a_fault_names_file_key_and_what_was_expected(old: str, new: str, code: str, key: str, expected: str) -> None:
    error = fault(old, new)
    assert error.code == code
    assert error.params["file"] == str(FILE)
    assert error.params.get("key", "") == key
    assert expected in error.params.get("expected", "")
    assert message(code).title_zh != code
    assert "{" not in render(code, error.params, "zh")


def test_a_secret_is_never_repeated_in_the_message() -> None:
    for old, new, secret in (
        ('origin = { env = "TRACEKIT_ORIGIN" }', 'origin = "hunter2"', "hunter2"),
        ("sqlite:///store.db", "postgresql://me:hunter2@host/db", "hunter2"),
    ):
        error = fault(old, new)
        assert secret not in str(error) + str(error.params)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org", True),
        ("http://127.0.0.1:80", True),
        ("http://[::1]:8037/x", True),
        ("http://localhost", True),
        ("http://127.0.0.1.example.org", False),
        ("http://example.org/127.0.0.1", False),
        ("ftp://127.0.0.1", False),
    ],
)
def test_plain_http_stays_on_this_machine(url: str, *, safe: bool) -> None:
    assert is_safe_url(url) is safe


def test_regions_cover_by_prefix_and_countries_only_by_name() -> None:
    assert covers(["3706"], "370602")
    assert not covers(["3706"], "3707")
    assert not covers(["37"], "US")
    assert covers(["US"], "US")
    assert covers(["*"], "US")
