"""The statement that a peer asks for: what this platform holds from it, from sums down to keys."""

import re
from collections.abc import Mapping
from typing import Any

from tracekit.ids import identity
from tracekit.pipeline.times import day_of_text, day_text
from tracekit.platform.office import Office
from tracekit.platform.refusal import refusal

MAX_DAYS = 400


def answer(office: Office, sender: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Cells of a range of days; below one cell its branches, or the keys under a prefix of the identity hash.

    Raises:
        DockingRejected: a parameter is wrong.
    """
    first, last = _day(query, "from"), _day(query, "to")
    if not 0 <= last - first <= MAX_DAYS:
        raise refusal("TK-DOCK-124", name="to", expected=f"from the first day to {MAX_DAYS} days after it")
    link = f"from:{sender}"
    if "node" not in query:
        rows = office.store.statement(link, first, last)
        return {
            "cells": [
                {"day": day_text(row.day), "node": row.node, "kind": row.kind, "count": row.count, "digest": row.digest} for row in rows
            ]
        }
    cell = (first, query["node"], query.get("kind", ""))
    prefix = query.get("prefix", "")
    if not re.fullmatch(r"[0-9a-f]{0,63}", prefix):
        raise refusal("TK-DOCK-124", name="prefix", expected="up to 63 hexadecimal digits")
    return _keys(office, link, cell, prefix) if query.get("keys") else _branches(office, link, cell, prefix)


def _branches(office: Office, link: str, cell: tuple[int, str, str], prefix: str) -> dict[str, Any]:
    found = office.store.statement_prefix(link, *cell, prefix)
    return {"branches": [{"prefix": prefix + digit, "count": count, "digest": digest} for digit, (count, digest) in found.items()]}


def _keys(office: Office, link: str, cell: tuple[int, str, str], prefix: str) -> dict[str, Any]:
    kind = cell[2]
    rows = [
        {
            "identity": identity(one.origin, kind, one.key).hex(),
            "origin": one.origin,
            "kind": kind,
            "key": one.key,
            "revision": one.revision,
            "content_id": one.content_id,
        }
        for one in office.store.statement_keys(link, *cell, prefix)
    ]  # fmt: skip  one line a table row
    return {"keys": rows}


def _day(query: Mapping[str, str], name: str) -> int:
    try:
        return day_of_text(query.get(name, ""))
    except ValueError:
        raise refusal("TK-DOCK-124", name=name, expected="YYYY-MM-DD") from None
