"""Names that repeat in every record, as small integers: origins, kinds, senders, nodes and so on.

Ids are given inside the write lock and cached only after the commit, so that every cached id is durable.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracekit.store.backends import Backend, Raw, array

Space = str


class Names:
    """The cache of a process, both ways."""

    def __init__(self, back: Backend) -> None:
        self._back = back
        self._ids: dict[Space, dict[str, int]] = {}
        self._texts: dict[int, str] = {}

    def known(self, raw: Raw, space: Space, texts: Iterable[str]) -> dict[str, int]:
        """The ids of those texts that have one."""
        wanted = set(texts)
        cached = self._ids.setdefault(space, {})
        missing = [text for text in wanted if text not in cached]
        if missing:
            sql = self._back.sql("SELECT text, id FROM names WHERE space = ? AND text among(?)")
            self._remember(space, dict(raw.execute(sql, (space, array(missing))).fetchall()))
        return {text: cached[text] for text in wanted if text in cached}

    def ids_of(self, raw: Raw, space: Space) -> dict[str, int]:
        """All names of a space that are stored."""
        rows = dict(raw.execute(self._back.sql("SELECT text, id FROM names WHERE space = ?"), (space,)).fetchall())
        self._remember(space, rows)
        return rows

    def texts(self, raw: Raw, ids: Iterable[int]) -> dict[int, str]:
        """The texts of stored ids."""
        wanted = set(ids)
        missing = [one for one in wanted if one not in self._texts]
        if missing:
            sql = self._back.sql("SELECT id, space, text FROM names WHERE id among_ids(?)")
            for id_, space, text in raw.execute(sql, (array(missing),)).fetchall():
                self._remember(space, {text: id_})
        return {one: self._texts.get(one, "") for one in wanted}

    def remember(self, given: dict[Space, dict[str, int]]) -> None:
        """Keep ids whose transaction has committed."""
        for space, ids in given.items():
            self._remember(space, ids)

    def _remember(self, space: Space, ids: dict[str, int]) -> None:
        self._ids.setdefault(space, {}).update(ids)
        self._texts.update({id_: text for text, id_ in ids.items()})
