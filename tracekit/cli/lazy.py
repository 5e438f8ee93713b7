"""Commands found when they are called: from their module, or from the plugins."""

import importlib
from collections.abc import Mapping
from typing import Any

import typer
from typer.main import get_command

from tracekit.errors import TracekitError


def load_command(name: str, module: str) -> Any:
    """Import a command's module and turn its `app` into a command.

    Raises:
        TracekitError: the command's module needs a distribution that is not installed.
    """
    try:
        command = get_command(importlib.import_module(module).app)
    except ModuleNotFoundError as error:
        params = {"command": name, "module": error.name or ""}
        raise TracekitError(f"{name}: {error.name}", code="TK-CLI-001", params=params) from error
    command.name = name
    return command


def from_plugins(known: Mapping[str, Any]) -> dict[str, Any]:
    """The commands that plugins bring (`register_commands`); one that the core has is not replaced."""
    from tracekit.loader import installed, observe
    from tracekit.platform.observers import plugins_of

    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    app.command("-", hidden=True)(_nothing)
    app.command("--", hidden=True)(_nothing)
    observe(plugins_of(installed())).register_commands(app=app)
    group: Any = get_command(app)
    return {name: command for name, command in group.commands.items() if name not in known and not name.startswith("-")}


def _nothing() -> None:
    """Two hidden commands keep the application a group whatever the plugins add."""
