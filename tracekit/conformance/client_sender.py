"""Letting a sender send: its command is started once a scenario, with all that it needs in the environment."""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tracekit.conformance.client_scenarios import Scenario
from tracekit.errors import ConfigError

LONGEST = 300
"""Characters of the last line that a sender said."""


class Ended(NamedTuple):
    """How a sender ended: the exit code (None where nobody saw it), and what to say of it."""

    exit: int | None = None
    note: str = ""


Let = Callable[[Scenario, Mapping[str, str]], Ended]
"""Lets the sender do what a scenario asks, and comes back when it has; the mapping is what its environment gets."""


def command(text: str, seconds: float, logs: Path) -> Let:
    """Starts a command and waits until it ends; after so many seconds it is ended with its children.

    Args:
        logs: a folder in which what it says is kept, by case.
    """

    def let(scenario: Scenario, environment: Mapping[str, str]) -> Ended:
        log = logs / f"{scenario.case.id}.log"
        with log.open("wb") as file:
            process = _started(text, {**os.environ, **environment}, file.fileno())
            try:
                code = process.wait(seconds)
                return Ended(code, f"exit {code}; {_last_line(log)}")
            except subprocess.TimeoutExpired:
                return Ended(None, f"ended by the kit after {seconds:g} s; {_last_line(log)}")
            finally:
                _end(process)

    return let


def _started(text: str, environment: Mapping[str, str], log: int) -> "subprocess.Popen[bytes]":
    try:
        # the command is the integrator's own, given on the command line or in the plan
        return subprocess.Popen(  # noqa: S603
            shlex.split(text), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    except (OSError, IndexError, ValueError) as error:
        reason = f"{text}: {error}"
        raise ConfigError(reason, code="TK-CONF-040", params={"reason": reason}) from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole session of a sender, so that no child of it sends into the next scenario."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:LONGEST] if lines else "it said nothing"
