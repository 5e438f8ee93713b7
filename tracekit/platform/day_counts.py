"""Day counts that a platform below tells: of records that stay there, kept here and passed on as numbers alone (仅计数)."""

import re
from collections.abc import Mapping
from typing import Any, cast

from tracekit.config import CODE, Peer, covers
from tracekit.dock.counting import CELL, PAGE, is_plain
from tracekit.errors import DockingError
from tracekit.pipeline.times import day_of_text, day_text
from tracekit.platform.office import Office
from tracekit.platform.refusal import refusal
from tracekit.platform.roles import role_row
from tracekit.store import DayCount
from tracekit.store.values import Rollup

COUNTERS = Rollup._fields[1:]
_KIND = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_MOST = 1 << 53


def take(office: Office, peer: Peer, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a platform below has counted, in place of what it told before of the same cell; the answer lists what was refused.

    Raises:
        DockingRejected: not a list of day counts, or too long a one.
        DockingDenied: the sender is no platform.
    """
    if not role_row(peer.role).accepts_from:
        raise refusal("TK-DOCK-113", sender=peer.code, value="counts")
    rows = tree["counts"]
    if not isinstance(rows, list) or len(cast("list[Any]", rows)) > PAGE:
        raise refusal("TK-DOCK-124", name="counts", expected=f"a list of at most {PAGE} day counts")
    kept: list[DayCount] = []
    refused: list[dict[str, Any]] = []
    for at, row in enumerate(cast("list[Any]", rows)):
        try:
            kept.append(_day_count(office, peer, row))
        except DockingError as error:
            refused.append({"index": at, "code": error.code, "params": error.params})
    if kept:
        office.store.save_day_counts(peer.code, kept)
    return {"kept": len(kept), "refused": refused}


def counts_only(office: Office, day: int) -> list[dict[str, Any]]:
    """The table of a day: what platforms below counted of records that stay with them."""
    found = office.store.day_counts(day, day, besides=office.code)
    return [{**{name: getattr(one, name) for name in CELL}, **one.counts} for one in found if any(one.counts.values())]


def _day_count(office: Office, peer: Peer, row: Any) -> DayCount:
    given = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    cell: dict[str, Any] = {name: given.get(name) for name in CELL}
    wrong = next((name for name, value in cell.items() if not is_plain(value)), "")
    if wrong or not _KIND.fullmatch(cell["kind"]) or not re.fullmatch(CODE, cell["platform"]):
        raise refusal("TK-DOCK-124", name=wrong or "kind, platform", expected="a text of at most 128 characters, and a code")
    if cell["platform"] == office.code or not covers(peer.regions, cell["region"]):
        raise refusal("TK-DOCK-113", sender=peer.code, value=f"{cell['platform']} {cell['region']}")
    return DayCount(day=_day(given.get("day")), counts=_counts(given.get("counts")), **cell)


def _day(text: Any) -> int:
    try:
        number = day_of_text(text)
        if day_text(number) == text:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise refusal("TK-DOCK-124", name="day", expected="YYYY-MM-DD")


def _counts(tree: Any) -> dict[str, int]:
    counts = cast("dict[str, Any]", tree) if isinstance(tree, dict) else None
    if counts is None or not all(name in COUNTERS and type(value) is int and 0 <= value < _MOST for name, value in counts.items()):
        raise refusal("TK-DOCK-124", name="counts", expected=f"whole numbers by name: {', '.join(COUNTERS)}")
    return dict(counts)
