"""The policy of who signs with what."""

import pytest

from tracekit.platform.roles import roles, suites_for

INSTALLED = ("ed25519", "es256", "sm2")


@pytest.mark.parametrize(
    ("role", "environment", "installed", "listed", "allowed"),
    [
        ("city", "production", INSTALLED, (), ["sm2"]),
        ("nation", "production", INSTALLED, (), ["sm2"]),
        ("city", "production", ("ed25519", "es256"), (), []),
        ("city", "production", INSTALLED, ("es256", "rot13"), ["es256"]),
        ("city", "test", INSTALLED, (), ["sm2", "ed25519", "es256"]),
        ("city", "test", ("ed25519", "es256"), (), ["ed25519", "es256"]),
        ("city", "test", INSTALLED, ("sm2",), ["sm2"]),
        ("enterprise", "production", INSTALLED, (), ["ed25519", "es256", "sm2"]),
        ("county", "production", ("ed25519",), (), ["ed25519"]),
        ("none", "production", INSTALLED, (), []),
    ],
)
def test_policy_says_who_signs_with_what(role, environment, installed, listed, allowed):
    assert suites_for(role, environment, installed, listed) == allowed


def test_from_the_city_up_policy_wants_sm2():
    assert {name for name, row in roles().items() if row.signs_with == ("sm2",)} == {
        "nation",
        "province",
        "separate_plan_city",
        "xpcc",
        "city",
    }
