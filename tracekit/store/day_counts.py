"""Day counts: what is told upward of records that stay on the platform that took them in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tracekit.store.backends import Row
from tracekit.store.connected import Connected
from tracekit.store.schema import COUNTS
from tracekit.store.transaction import Transaction
from tracekit.store.values import DayCount

_KEY = ("platform", "day", "node", "kind", "category", "region")
_COLUMNS = (*_KEY, *COUNTS)


def _list(form: str, names: Iterable[str], between: str = ", ") -> str:
    return between.join(form.format(name) for name in names)


_KEYS, _CELL, _ALL = ", ".join(_KEY), ", ".join(_KEY[1:]), ", ".join(_COLUMNS)
_SUMS, _KEY_MARKS = _list("sum({})", COUNTS), _list("?", _KEY)

# the rollups have every count; what they say and this table does not is what has changed
_CHANGED = (
    "WITH kept (kind, category) AS (VALUES {}) "  # noqa: S608  our own names, here and below; the values are integers of names
    f"SELECT {_CELL}, {_SUMS} FROM rollups JOIN kept USING (kind, category) GROUP BY {_CELL} "
    f"EXCEPT SELECT {_CELL}, {', '.join(COUNTS)} FROM day_counts WHERE platform = ?"
)
_SAVE = (
    f"INSERT INTO day_counts ({_ALL}, sender, told) VALUES ({_list('?', _COLUMNS)}, ?, 0) "  # noqa: S608
    f"ON CONFLICT ({_KEYS}) DO UPDATE SET {_list('{0} = excluded.{0}', (*COUNTS, 'sender'))}, told = CASE WHEN "
    f"{_list('day_counts.{0} = excluded.{0}', COUNTS, ' AND ')} THEN day_counts.told ELSE 0 END"
)
_UNTOLD = f"SELECT {_ALL} FROM day_counts WHERE told <> ? AND ({_KEYS}) > ({_KEY_MARKS}) ORDER BY {_KEYS} LIMIT ?"  # noqa: S608
_TOLD = f"UPDATE day_counts SET told = ? WHERE {_list('{} = ?', _COLUMNS, ' AND ')}"  # noqa: S608
_OF_DAYS = f"SELECT {_ALL} FROM day_counts WHERE day BETWEEN ? AND ? AND platform <> ? ORDER BY {_KEYS}"  # noqa: S608


class DayCounts(Connected):
    """Part of `Store`: day counts, this platform's own and those of platforms below."""

    def day_counts_changed(self, platform: str, kept: Collection[tuple[str, str]]) -> list[DayCount]:
        """What this platform's rollups say of kept (kind, category) pairs, where its stored day counts say otherwise."""
        with self._reading() as tx:
            kinds, categories = tx.known("kind", [kind for kind, _ in kept]), tx.known("category", [name for _, name in kept])
            pairs = {(kinds[kind], categories[name]) for kind, name in kept if kind in kinds and name in categories}
            if not pairs:
                return []
            values = ", ".join(f"({kind},{category})" for kind, category in sorted(pairs))
            own = tx.known("platform", [platform]).get(platform, 0)
            return _day_counts(tx, [(None, *row) for row in tx.rows(_CHANGED.format(values), own)], platform)

    def save_day_counts(self, sender: str, counts: Collection[DayCount]) -> None:
        """Keep day counts that a sender told; what was told before of the same platform, day, node and kind is replaced."""
        with self._writing() as tx:
            by = tx.id("platform", sender)
            ids = {name: tx.ids(name, {getattr(one, name) for one in counts}) for name in _KEY if name != "day"}
            keyed = sorted((_row_key(one, ids), one) for one in counts)
            tx.many(_SAVE, [(*key, *(one.counts.get(name, 0) for name in COUNTS), by) for key, one in keyed])

    def day_counts_untold(self, peer: str, after: DayCount | None = None, limit: int = 200) -> list[DayCount]:
        """Day counts that a peer above does not have as they stand, in the order of the table, from one on."""
        with self._reading() as tx:
            start = _known_key(tx, after) if after else (-1,) * len(_KEY)
            return _day_counts(tx, tx.rows(_UNTOLD, tx.known("platform", [peer]).get(peer, -1), *start, limit))

    def day_counts_told(self, peer: str, counts: Iterable[DayCount]) -> None:
        """Remember that a peer above has these; one that has changed meanwhile stays untold."""
        with self._writing() as tx:
            told = tx.id("platform", peer)
            tx.many(_TOLD, [(told, *_known_key(tx, one), *(one.counts[name] for name in COUNTS)) for one in counts])

    def day_counts(self, day_from: int, day_to: int, *, besides: str = "") -> list[DayCount]:
        """The day counts of a range of days, both included, besides those of one platform."""
        with self._reading() as tx:
            return _day_counts(tx, tx.rows(_OF_DAYS, day_from, day_to, tx.known("platform", [besides]).get(besides, -1)))


def _row_key(one: DayCount, ids: Mapping[str, Mapping[str, int]]) -> Row:
    return tuple(one.day if name == "day" else ids[name][getattr(one, name)] for name in _KEY)


def _known_key(tx: Transaction, one: DayCount) -> Row:
    return _row_key(one, {name: tx.known(name, [getattr(one, name)]) for name in _KEY if name != "day"})


def _day_counts(tx: Transaction, rows: Sequence[Any], platform: str = "") -> list[DayCount]:
    texts = tx.texts({id_ for row in rows for id_ in (row[0], *row[2:6]) if id_ is not None})
    return [
        DayCount(texts.get(row[0], platform), row[1], *(texts[id_] for id_ in row[2:6]), counts=_counts(row[6:])) for row in rows
    ]  # fmt: skip  one value a row


def _counts(values: Iterable[Any]) -> dict[str, int]:
    return {name: int(value) for name, value in zip(COUNTS, values, strict=True)}
