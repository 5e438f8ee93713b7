"""Everything tracekit raises, as one tree; the second level says what the caller should do.

TracekitError
 ├─ ConfigError          mend the configuration (file, key, expected value)
 ├─ SpecError            mend the tables of a specification or run `tracekit spec build`
 ├─ PluginError          remove or update the named distribution
 ├─ CodeError            the value is not a code of that scheme (also a ValueError)
 │   ├─ InvalidFormat    length or characters
 │   └─ InvalidChecksum  the check character
 ├─ MappingError         mend the mapping table
 ├─ SourceError          the source system or file cannot be read at all
 ├─ StoreError           the store refused; nothing was acknowledged
 │   └─ StoreFull        free space, then repeat
 └─ DockingError         the other platform or the line
     ├─ DockingUnavailable   wait and repeat: the same package id
     ├─ DockingRejected      do not repeat: mend what was sent
     └─ DockingDenied        stop the link: credentials, keys or permission

Bad data is never an exception: it is a `tracekit.findings.Finding`.
"""

from collections.abc import Mapping


class TracekitError(Exception):
    """A machine or a set-up failed: `code` is stable, `params` fill its text (`tracekit explain CODE`)."""

    default_code = "TK-CORE-001"

    def __init__(self, detail: str = "", *, code: str = "", params: Mapping[str, str] | None = None) -> None:
        self.code = code or self.default_code
        self.params = dict(params or {})
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class ConfigError(TracekitError, ValueError):
    """The configuration is wrong; the message names file and key."""

    default_code = "TK-CFG-001"


class SpecError(TracekitError, ValueError):
    """A specification table is wrong; the message names file, row and column."""

    default_code = "TK-SPEC-001"


class PluginError(TracekitError):
    """A plugin or adapter cannot be used; the message names its distribution and version."""

    default_code = "TK-PLG-001"


class CodeError(TracekitError, ValueError):
    """A value is not a code of the scheme."""

    default_code = "TK-CODE-001"


class InvalidFormat(CodeError):
    """Wrong length or characters."""

    default_code = "TK-CODE-001"


class InvalidChecksum(CodeError):
    """The check character does not agree with the rest."""

    default_code = "TK-CODE-002"


class MappingError(TracekitError, ValueError):
    """A mapping table cannot be compiled; the message names file, row and column."""

    default_code = "TK-MAP-001"


class SourceError(TracekitError):
    """A source cannot be read at all; a single bad row is a finding instead."""

    default_code = "TK-SRC-001"


class StoreError(TracekitError):
    """The store refused; nothing was acknowledged."""

    default_code = "TK-STO-001"


class StoreFull(StoreError):
    """No space left; nothing was acknowledged, the same call may be repeated."""

    default_code = "TK-STO-002"


class DockingError(TracekitError):
    """The other platform answered with an error, or the line failed."""

    default_code = "TK-DOCK-001"


class DockingUnavailable(DockingError):
    """Not now: repeat later with the same package id."""

    default_code = "TK-DOCK-002"


class DockingRejected(DockingError):
    """Never repeat unchanged: what was sent is wrong."""

    default_code = "TK-DOCK-003"


class DockingDenied(DockingError):
    """Stop the link: credentials, keys or permission are wrong."""

    default_code = "TK-DOCK-004"
