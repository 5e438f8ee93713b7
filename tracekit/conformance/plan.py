"""A plan: what is judged, by whose credentials, which cases, what is waived. One file that can be mailed, compared and run again.

Secrets stand in it by reference alone: `env:NAME` or `file:PATH`, the latter beside the plan.
"""

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracekit.errors import ConfigError


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Table):
    """The system that is judged."""

    url: str
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


class Plan(_Table):
    """What `plan.toml` says."""

    target: Target
    sender: Annotated[tuple[SenderPlan, ...], Field(min_length=1)]
    select: Selection = Selection()
    waive: tuple[Waiver, ...] = ()
    seed: int = 1
    seconds: float = Field(600.0, gt=0)


def read_plan(path: Path) -> Plan:
    """The plan of a file.

    Raises:
        ConfigError: it cannot be read, or a value is not what it must be; file and key are named.
    """
    try:
        return Plan.model_validate(tomllib.loads(path.read_text("utf-8")))
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
