"""Roles are rows of a table: whom a platform accepts from, where it forwards, who evaluates it."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from tracekit.spec.tables import read_table, specs_root


class RoleRow(NamedTuple):
    """One row of `specs/national/v1/roles.csv`."""

    role: str
    name_zh: str
    name_en: str
    level: str
    accepts_from: tuple[str, ...]
    forwards_to: tuple[str, ...]
    evaluated_by: tuple[str, ...]
    signs_with: tuple[str, ...]


@cache
def roles() -> dict[str, RoleRow]:
    """All roles by name."""
    rows = read_table(specs_root() / "national" / "v1" / "roles.csv")
    return {row["role"]: _row(row) for row in rows}


def role_row(role: str) -> RoleRow:
    """The row of a role; the configuration has checked that it exists."""
    return roles()[role]


def suites_for(role: str, environment: str, installed: Collection[str], listed: Sequence[str] = ()) -> list[str]:
    """The installed suites that a role may sign with, the preferred first.

    Those of its row; in the test environment every other one too, because it is for development.

    Args:
        listed: what a platform's `[signing]` says of the role: then that alone counts.
    """
    row = roles().get(role)
    policy = listed or (*(row.signs_with if row else ()), *(installed if environment == "test" else ()))
    return [one for one in dict.fromkeys(policy) if one in installed]


def _row(row: dict[str, str]) -> RoleRow:
    lists = {name: tuple(row[name].split()) for name in ("accepts_from", "forwards_to", "evaluated_by", "signs_with")}
    return RoleRow(row["role"], row["name_zh"], row["name_en"], row["level"], **lists)
