"""Scenarios: what a sender is asked to do, how the kit answers its packages, and what must be true of what came. Told in YAML.

A file of `cases/client/` holds one scenario a document; their ids are permanent and stand in `ids.lock` beside them.
What `needs` and `expect` may name are the fields of `client_account.Account`; both are mappings as `matching` has them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracekit.conformance.cases import Case, check_lock, fault
from tracekit.conformance.client_account import Account
from tracekit.conformance.matching import unknown_operators
from tracekit.conformance.requirements import Requirement, national, read_requirements
from tracekit.spec.messages import message

AREA = "client"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Play(_Table):
    """How one package is answered; where nothing is said, with a good receipt."""

    lost: bool = False
    """The package is kept, the connection closed without an answer."""
    problem: str = ""
    """A code of `errors.csv`; nothing is kept."""
    retry_after: int = Field(default=0, ge=0, le=60)
    problems: Mapping[int, str] = {}
    """The receipt calls these records (from 0) a problem, with this code."""
    forged: bool = False
    """The receipt is signed with another key."""
    revoke: bool = False
    """Afterwards no token that was given holds any more."""
    describe: Mapping[str, Any] = {}
    """Afterwards the platform describes itself so."""


class Texts(_Table):
    """Chinese and English."""

    zh: str
    en: str


class _Told(_Table):
    id: str = Field(pattern=r"TC-CLIENT-\d{4}")
    title: Texts
    verifies: tuple[str, ...] = Field(min_length=1)
    kind: Literal["positive", "negative"]
    tags: tuple[str, ...] = ()
    ask: Texts
    records: int = Field(ge=1, le=100)
    describe: Mapping[str, Any] = {}
    answers: tuple[Play, ...] = ()
    otherwise: Play = Play()
    needs: Mapping[str, Any] = {}
    expect: Mapping[str, Any] = Field(min_length=1)


@dataclass(frozen=True)
class Scenario:
    """A case for a sender: `answers` one package after the other, `otherwise` those that come later."""

    case: Case
    ask: Texts
    records: int
    describe: Mapping[str, Any]
    answers: tuple[Play, ...]
    otherwise: Play
    needs: Mapping[str, Any]
    expect: Mapping[str, Any]


def load_scenarios(folder: Path | None = None) -> dict[str, Scenario]:
    """Every scenario by its id.

    Raises:
        SpecError: one is malformed, verifies what is no requirement, or its id is not in `ids.lock`; file and place are named.
    """
    import yaml  # an extra: whoever embeds the SDK has no need of it

    root = (folder or national()) / "cases" / AREA
    requirements = read_requirements(folder)
    found: dict[str, Scenario] = {}
    for path in sorted(root.glob("*.yaml")):
        for at, told in enumerate(yaml.safe_load_all(path.read_text("utf-8")), 1):
            try:
                read = _Told.model_validate(told)
            except ValueError as problem:
                raise fault(path, f"scenario {at}: {problem}") from None
            for problem in (*_problems(read, requirements), *(["stands twice"] if read.id in found else [])):
                raise fault(path, f"{read.id}: {problem}")
            found[read.id] = _scenario(read)
    check_lock(root / "ids.lock", found)
    return dict(sorted(found.items()))


def _scenario(told: _Told) -> Scenario:
    case = Case(told.id, told.title.zh, told.title.en, told.verifies, told.kind, told.tags, {}, (), AREA)
    return Scenario(case, told.ask, told.records, told.describe, told.answers, told.otherwise, told.needs, told.expect)


def _problems(told: _Told, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    yield from (f"no requirement {one}" for one in told.verifies if one not in requirements)
    yield from (f"{one} is no requirement of senders" for one in told.verifies if "enterprise" not in requirements[one].roles)
    for wanted in (told.needs, told.expect):
        yield from (f"no operator {one}" for one in unknown_operators(wanted))
        yield from (f"nothing is accounted for as {one}" for one in wanted if one not in Account._fields)
    codes = [code for play in (*told.answers, told.otherwise) for code in (play.problem, *play.problems.values()) if code]
    yield from (f"no code {code}" for code in codes if message(code).title_en == code)
