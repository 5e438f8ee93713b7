"""The core's schemes by id, imported on first use."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from tracekit.errors import CodeError

_MODULES = (
    *("uscc", "org", "area", "gtin", "sscc", "gln", "node", "merchant", "tran"),
    *("batch", "origin-trace", "goods", "card", "local", "person"),
    *("gs1", "digital-link", "cas", "un", "hs", "customs-decl", "country", "oid", "handle"),
)
_OPAQUE = ("quarantine", "meat-quality", "origin-cert", "vege-test", "till-slip", "plate", "promise", "market-entry", "ecode")
_CORE = frozenset((*_MODULES, *_OPAQUE))


class CodeScheme(Protocol):
    """A code scheme: a module of one shape. `SCHEME` is the id that stands before the colon of a ref."""

    SCHEME: str
    NAME_ZH: str
    NAME_EN: str
    SOURCE: str

    def compact(self, value: str) -> str:
        """Strip separators and blanks, upper-case where the code is upper-case. Never raises."""
        ...

    def validate(self, value: str) -> str:
        """Return the compact form or raise `InvalidFormat` or `InvalidChecksum`."""
        ...

    def is_valid(self, value: str) -> bool:
        """Answer yes or no."""
        ...

    def parse(self, value: str) -> dict[str, str]:
        """Name the parts of a valid code; raises like `validate`."""
        ...

    def check_batch(self, values: list[str]) -> list[str | None]:
        """For each compact value a finding code (`TK-CODE-…`) or None."""
        ...


@cache
def _core(scheme: str) -> CodeScheme:
    if scheme in _OPAQUE:
        return cast("CodeScheme", import_module("tracekit.codes.opaque").SCHEMES[scheme])
    return cast("CodeScheme", import_module(f"tracekit.codes.{scheme.replace('-', '_')}"))


def schemes() -> list[str]:
    """The ids of the core's schemes, sorted; plugins' are in the registry."""
    return sorted(_CORE)


def get(scheme: str) -> CodeScheme:
    """The scheme of that id, imported on first use.

    Raises:
        CodeError: there is no such scheme; the message lists those there are.
    """
    if scheme in _CORE:
        return _core(scheme)
    known = " ".join(schemes())
    raise CodeError(f"no code scheme {scheme!r}; known: {known}", code="TK-CODE-004", params={"value": scheme, "known": known})


def registry_batch(scheme: CodeScheme, values: list[str]) -> list[str | None]:
    """`TK-CODE-003` for each valid value that no list knows; nothing where the scheme has no list."""
    found: Callable[[list[str]], list[str | None]] | None = getattr(cast("Any", scheme), "registry_batch", None)
    return found(values) if found else [None] * len(values)
