"""Atomic requirements of the interface: what must be true, for whom, and why one is not tested."""

from dataclasses import dataclass
from pathlib import Path

from tracekit.errors import SpecError
from tracekit.spec.tables import read_table, specs_root

LEVELS = ("MUST", "MUST NOT", "SHOULD", "MAY")
BINDING = frozenset(("MUST", "MUST NOT"))
"""Levels that decide whether a system conforms."""
ANY = "*"


@dataclass(frozen=True)
class Requirement:
    """One row of `requirements.csv`.

    `roles` are those that must fulfil it, `*` for all platforms; `refusal` says that it can be broken by whoever calls, so
    that a negative case is due.
    """

    id: str
    operation: str
    level: str
    roles: tuple[str, ...]
    transport: str
    condition: str
    refusal: bool
    text_zh: str
    text_en: str
    not_tested: str
    grade: str
    source: str

    @property
    def binds(self) -> bool:
        """It decides whether a system conforms."""
        return self.level in BINDING

    def of_role(self, role: str) -> bool:
        """Whether a platform of a role must fulfil it."""
        return ANY in self.roles or role in self.roles


def national() -> Path:
    """The folder of the national interface's tables."""
    return specs_root() / "national" / "v1"


def read_requirements(folder: Path | None = None) -> dict[str, Requirement]:
    """Every requirement by its id.

    Raises:
        SpecError: a level that is none, or an id that stands twice.
    """
    path = (folder or national()) / "requirements.csv"
    found: dict[str, Requirement] = {}
    for row in read_table(path):
        if row["level"] not in LEVELS or row["id"] in found:
            problem = f"{row['id']} stands twice" if row["id"] in found else f"level {row['level']!r} is not one of {', '.join(LEVELS)}"
            where = f"{path} [{row['id']}]"
            raise SpecError(f"{where}: {problem}", code="TK-SPEC-003", params={"file": where, "problem": problem})
        found[row["id"]] = Requirement(
            row["id"],
            row["operation"],
            row["level"],
            tuple(row["role"].split()) or (ANY,),
            row["transport"],
            row["condition"],
            row["refusal"] == "1",
            row["text_zh"],
            row["text_en"],
            row["not_tested"],
            row["grade"],
            row["source"],
        )
    return found
