"""What goes up: `forward.csv` of the platform, the core and the categories, and where no row names a kind, its department.

The most exact row counts: the kind itself, then `category.*`, then the department's `detail` (`department.csv`), then `*`.
Of rows as exact as each other, the platform's own come first, then the core's.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path

from tracekit.config import PlatformConfig
from tracekit.ids import GROUPS
from tracekit.platform.roles import roles
from tracekit.registry import Registry
from tracekit.spec.reading import fault, read_forward
from tracekit.spec.sets import ForwardRow

KEPT = "kept"


def department_of(registry: Registry, kind: str, category: str = "") -> str:
    """The competent department of a record: its kind's own, else its category's; a kind of the core has its record's category."""
    home = kind.partition(".")[0]
    owner = registry.categories.get(category if home == "core" else home)
    found = registry.kinds.get(kind)
    return (found.department if found else "") or (owner.department if owner else "")


def is_kept(registry: Registry, kind: str, category: str = "") -> bool:
    """True if the department keeps the detail of such records; so does a department that nobody knows."""
    department = department_of(registry, kind, category)
    code = registry.core.codesets["department"].codes.get(department)
    return bool(department) and (code is None or code.row["detail"] == KEPT)


def own_rows(folder: Path, registry: Registry) -> list[ForwardRow]:
    """The rows of a platform's own `forward.csv`, beside its `platform.toml`.

    Raises:
        SpecError: a row is wrong, or its kind is none that is installed.
    """
    known = {"*", *registry.kinds, *(f"{home}.*" for home in ("core", *registry.categories))}
    rows = read_forward(folder)
    for row in rows:
        if row.kind not in known:
            raise fault(folder / "forward.csv", row.kind, "the kind is neither *, nor a kind, nor category.* of what is installed")
    return rows


def forwarding_up(registry: Registry, config: PlatformConfig, own: Sequence[ForwardRow] = ()) -> "Forwarding":
    """What a platform sends to the one above it: by that one's role, else the first that its own role forwards to."""
    known = roles()
    named = [config.above.role] if config.above and config.above.role else known[config.platform.role].forwards_to
    levels = [known[above].level for above in named if above in known]
    return Forwarding(registry, levels[0] if levels else "", own, keeps=config.platform.role != "enterprise")


class Forwarding:
    """The forward tables of a registry, asked for one level above.

    Args:
        keeps: False for a system of an enterprise: it is a platform that keeps what a department says shall stay.
    """

    def __init__(self, registry: Registry, level: str, own: Sequence[ForwardRow] = (), *, keeps: bool = True) -> None:
        self._registry = registry
        self._keeps = keeps
        # a category speaks for its own kinds only
        categories = [row for home, one in registry.sets.items() for row in one.forward if row.kind.startswith(f"{home}.")]
        self._rows = [row for row in (*own, *registry.core.forward, *categories) if row.to_level in (level, "*")]
        self.goes_up = lru_cache(maxsize=None)(self._goes_up)

    def withheld(self, kind: str) -> frozenset[str]:
        """The groups of a kind that stay here."""
        rows = {group: self._row(kind, group) for group in GROUPS}
        return frozenset(group for group, row in rows.items() if row is None or not row.forward)

    def counted_only(self) -> frozenset[tuple[str, str]]:
        """The (kind, category) pairs whose records stay here and whose day counts go up instead."""
        kinds = [kind.id for kind in self._registry.kinds.values() if kind.docked and self._keeps]
        return frozenset(pair for pair in product(kinds, self._registry.categories) if not self.goes_up(*pair))

    def needs_case(self, kind: str, category: str) -> bool:
        """True if others read the detail under a case number only: its department keeps it, or a row says that it stays here."""
        return is_kept(self._registry, kind, category) or not self.goes_up(kind, category)

    def _goes_up(self, kind: str, category: str = "") -> bool:
        """True if records of the kind are forwarded; `category` is the record's, which decides for kinds of the core."""
        known = self._registry.kinds.get(kind)
        if known is not None and not known.docked:
            return False
        row = self._row(kind, "record")
        if row is None or row.kind == "*":
            return not (self._keeps and is_kept(self._registry, kind, category)) and (row is None or row.forward)
        return row.forward

    def _row(self, kind: str, group: str) -> ForwardRow | None:
        names = (kind, f"{kind.partition('.')[0]}.*", "*")
        found = [row for row in self._rows if row.kind in names and row.group in (group, "*")]
        return max(found, key=_exactness) if found else None


def _exactness(row: ForwardRow) -> tuple[int, bool, bool]:
    named = 0 if row.kind == "*" else 1 if row.kind.endswith(".*") else 2
    return named, row.group != "*", row.to_level != "*"
