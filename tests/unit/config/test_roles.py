"""Roles are rows: every role of the configuration has one, and links point both ways."""

from typing import get_args

from tracekit.config import Role
from tracekit.platform.roles import roles


def test_every_role_has_its_row() -> None:
    assert set(roles()) == set(get_args(Role))


def test_whoever_forwards_is_accepted_there() -> None:
    for row in roles().values():
        for above in row.forwards_to:
            assert row.role in roles()[above].accepts_from or row.role == "enterprise", (row.role, above)
