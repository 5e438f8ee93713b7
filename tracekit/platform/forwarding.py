"""What goes up: `forward.csv` of core and categories, read as kind × group × level."""

from functools import lru_cache

from tracekit.config import PlatformConfig
from tracekit.ids import GROUPS
from tracekit.platform.roles import roles
from tracekit.registry import Registry
from tracekit.spec.sets import ForwardRow


def forwarding_up(registry: Registry, config: PlatformConfig) -> "Forwarding":
    """What a platform sends to the one above it: by that one's role, else the first that its own role forwards to."""
    known = roles()
    named = [config.above.role] if config.above and config.above.role else known[config.platform.role].forwards_to
    levels = [known[above].level for above in named if above in known]
    return Forwarding(registry, levels[0] if levels else "")


class Forwarding:
    """The forward tables of a registry, asked for one level above."""

    def __init__(self, registry: Registry, level: str) -> None:
        self._rows = [row for one in registry.sets.values() for row in one.forward if row.to_level in (level, "*")]
        self._measured = {kind.id for kind in registry.kinds.values() if not kind.docked}
        self.goes_up = lru_cache(maxsize=None)(self._goes_up)

    def withheld(self, kind: str) -> frozenset[str]:
        """The groups of a kind that stay here."""
        return frozenset(group for group in GROUPS if not self._says(kind, group, False))

    def _goes_up(self, kind: str) -> bool:
        """True if records of the kind are forwarded."""
        return kind not in self._measured and self._says(kind, "record", True)

    def _says(self, kind: str, group: str, default: bool) -> bool:
        found = [row for row in self._rows if row.kind in (kind, "*") and row.group in (group, "*")]
        return max(found, key=_exactness).forward if found else default


def _exactness(row: ForwardRow) -> tuple[bool, bool, bool]:
    return row.kind != "*", row.group != "*", row.to_level != "*"
