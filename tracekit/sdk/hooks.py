"""The hooks, one line each; `docs/reference/hooks.md` holds the contract. Ten at most, the two observers included."""

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracekit.codes import CodeScheme
    from tracekit.sdk.types import Adapter, Category, Chain, LinkRule, Rule, Suite

hookspec = pluggy.HookspecMarker("tracekit")
hookimpl = pluggy.HookimplMarker("tracekit")


@hookspec
def register_categories() -> "list[Category]":  # pyright: ignore[reportReturnType]  a hook specification has no body
    """Product categories with the folder of their tables."""


@hookspec
def register_code_schemes() -> "list[CodeScheme]":  # pyright: ignore[reportReturnType]
    """Code schemes beyond the core's."""


@hookspec
def register_rules() -> "list[Rule]":  # pyright: ignore[reportReturnType]
    """Checks that tables cannot say."""


@hookspec
def register_link_rules() -> "list[LinkRule]":  # pyright: ignore[reportReturnType]
    """Keys that join events, beyond those of `links.csv`."""


@hookspec
def register_chains() -> "list[Chain]":  # pyright: ignore[reportReturnType]
    """Synthetic chains for the generator."""


@hookspec
def register_adapters() -> "list[Adapter]":  # pyright: ignore[reportReturnType]
    """Source adapters."""


@hookspec
def register_suites() -> "list[Suite]":  # pyright: ignore[reportReturnType]
    """Signature suites."""


@hookspec
def register_commands(app: Any) -> None:
    """Add commands to the typer application."""


@hookspec
def batch_accepted(platform: str, records: "Sequence[dict[str, Any]]") -> None:
    """Observer: a batch was stored. It cannot fail the caller."""


@hookspec
def receipt_recorded(platform: str, receipt: "dict[str, Any]") -> None:
    """Observer: a receipt was recorded. It cannot fail the caller."""
