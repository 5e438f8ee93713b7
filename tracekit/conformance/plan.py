"""A plan: what is judged, by whose credentials, which cases, what is waived. One file that can be mailed, compared and run again.

Secrets stand in it by reference alone: `env:NAME` or `file:PATH`, the latter beside the plan.
"""

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracekit.config import Binding, ServerSection
from tracekit.errors import ConfigError


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Table):
    """The system that is judged."""

    url: str
    binding: Binding = "rest"
    role: Literal["nation", "province", "separate_plan_city", "xpcc", "city", "county", "park", "township"] = "city"
    name: str = ""
    ca: str = ""
    timeout: float = Field(20.0, gt=0, le=600)


class SenderPlan(_Table):
    """A sender that the platform admitted for the test: what the kit plays."""

    code: str
    secret: str
    key: str
    suite: str = "ed25519"
    region: str
    node: str
    party: str
    origin: str = ""


class Selection(_Table):
    """Which cases: empty lists take all. A case must fit each list that is not empty."""

    ids: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    levels: tuple[Literal["MUST", "MUST NOT", "SHOULD", "MAY"], ...] = ()
    categories: tuple[str, ...] = ()


class Waiver(_Table):
    """A failure that a reviewer lets pass until a day, and why."""

    case: str
    reason: Annotated[str, Field(min_length=1)]
    until: date


class Terms(_Table):
    """What every plan may say: which cases, and what is waived."""

    select: Selection = Selection()
    waive: tuple[Waiver, ...] = ()


class Plan(Terms):
    """What `plan.toml` says."""

    target: Target
    sender: Annotated[tuple[SenderPlan, ...], Field(min_length=1)]
    seed: int = 1
    seconds: float = Field(600.0, gt=0)


class SenderTarget(_Table):
    """The sender that is judged, and the role that the kit plays above it."""

    name: str = ""
    role: Literal["enterprise"] = "enterprise"
    above: Literal["nation", "province", "separate_plan_city", "xpcc", "city", "county", "park", "township"] = "city"


class SenderTest(Terms):
    """What a plan says where the kit plays the platform; every key may be left out."""

    target: SenderTarget = SenderTarget()
    identity: str = ""
    """The applicant's `identity.json`, beside the plan; empty: the kit makes a key for the sender."""
    run: str = ""
    """The command that sends; empty: the kit says what to do and waits for the return key."""
    listen: ServerSection = ServerSection()
    seed: Literal[0] = 0
    """Cases come in the order of their ids."""
    seconds: float = Field(60.0, gt=0)
    """How long the command of one case may take."""


TermsT = TypeVar("TermsT", bound=Terms)


def read_plan(path: Path) -> Plan:
    """The plan of a file.

    Raises:
        ConfigError: it cannot be read, or a value is not what it must be; file and key are named.
    """
    return _read(Plan, path)


def read_sender_test(path: Path) -> SenderTest:
    """The plan of a file, for a sender.

    Raises:
        ConfigError: as `read_plan`.
    """
    return _read(SenderTest, path)


def _read(model: type[TermsT], path: Path) -> TermsT:
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise _fault(path, ".".join(map(str, first["loc"])), first["msg"]) from None
    except (OSError, ValueError) as error:
        raise _fault(path, "", str(error)) from None


def secret(reference: str, folder: Path) -> str:
    """The value that a reference names.

    Raises:
        ConfigError: it names nothing; the reference is told, never a value.
    """
    kind, _, name = reference.partition(":")
    value: str | None = None
    if kind == "env":
        value = os.environ.get(name)
    elif kind == "file":
        path = folder / name
        value = path.read_text("utf-8").strip() if path.is_file() else None
    if not value:
        raise _fault(folder, reference, "`env:NAME` of a set variable or `file:PATH` of a file")
    return value


def _fault(path: Path, key: str, problem: str) -> ConfigError:
    params: dict[str, Any] = {"file": str(path), "key": key, "problem": problem}
    return ConfigError(f"{path}: {key}: {problem}", code="TK-CONF-001", params=params)
