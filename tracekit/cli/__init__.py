"""The command line: `main` runs `tracekit`, each command is imported when it is called."""

import sys
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from tracekit.cli.commands import COMMANDS
from tracekit.cli.text import language

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


class _LazyGroup(TyperGroup):
    """The top group: names and help lines from the table, the command itself when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the called command; a name that no table has is looked for among the plugins."""
        from tracekit.cli.lazy import from_plugins, load_command

        name = args[0]
        if name in COMMANDS:
            self.commands[name] = load_command(name, COMMANDS[name].module)
        elif not name.startswith("-"):
            self.commands.update(from_plugins(self.commands))
        return super().resolve_command(ctx, args)


def _group() -> _LazyGroup:
    """Build the group with one stub a command, enough for `--help`."""
    zh = language() == "zh"
    stubs: Any = {name: TyperCommand(name, help=entry.zh if zh else entry.en, rich_markup_mode=None) for name, entry in COMMANDS.items()}
    intro = (
        "重要产品追溯的集成框架、开发包与参考平台。"
        if zh
        else "Integration framework, SDK and reference platform for product traceability."
    )
    return _LazyGroup(name="tracekit", commands=stubs, help=intro, no_args_is_help=True, rich_markup_mode=None)


def main(args: "Sequence[str] | None" = None) -> None:
    """Run one command and leave with 0 (good), 1 (findings, not conformant) or 2 (usage, set-up, machine fault)."""
    from tracekit.errors import TracekitError

    given = sys.argv[1:] if args is None else args
    try:
        try:
            _group().main(args=args, prog_name="tracekit")
        except ModuleNotFoundError as error:
            if (error.name or "tracekit").startswith("tracekit"):
                raise
            params = {"command": given[0] if given else "", "module": str(error.name)}
            raise TracekitError(str(error), code="TK-CLI-001", params=params) from error
    except TracekitError as error:
        from tracekit.cli.output import show_error

        show_error(error, as_json="--json" in given)
        sys.exit(2)
