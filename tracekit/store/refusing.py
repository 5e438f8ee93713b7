"""The quarantine inside an accepting transaction: refused records as they came, counted once per (identity, content)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.store import schema
from tracekit.store.backends import Backend, Raw, array
from tracekit.store.counters import Cell, Sums, problem_share
from tracekit.store.names import Naming

if TYPE_CHECKING:
    from tracekit.pipeline.check import Judged


def refuse(
    back: Backend, raw: Raw, naming: Naming, sums: Sums, refused: Sequence[tuple[Judged, Cell, bool]], came: tuple[int, int]
) -> None:
    """Keep refused records, each with its cell and whether the same batch mends it.

    Args:
        back: the back end.
        raw: the transaction's connection.
        naming: its names.
        sums: its counters.
        refused: record, rollup cell, mended by a later record of the batch.
        came: received_at and the receipt's number.
    """
    sql = back.sql("SELECT identity, content_id FROM quarantine WHERE identity among(?)")
    known = set(raw.execute(sql, (array(one.identity.hex() for one, _, _ in refused),)).fetchall())
    top = raw.execute("SELECT coalesce(max(id), 0) FROM quarantine").fetchone()[0]
    origins = naming.ids("origin", {one.origin for one, _, _ in refused})
    codes = naming.ids("code", {finding.code for one, _, _ in refused for finding in one.findings})
    rows: list[tuple[Any, ...]] = []
    again: list[tuple[Any, ...]] = []
    for one, cell, mended in refused:
        mark = (one.identity.hex(), one.content_id)
        if mark in known:
            again.append((_findings(one), *mark))
            continue
        known.add(mark)
        top += 1
        rows.append(_row(top, one, cell, origins[one.origin], came, "fixed" if mended else "new"))
        sums.add(cell, problem_share(int(one.backfill)))
        for finding in one.findings:
            sums.finding(one.day, codes[finding.code], cell[1], finding.level)
    back.bulk(raw, schema.quarantine, rows)
    seen = "UPDATE quarantine SET seen = seen + 1, state = 'new', findings = ? WHERE identity = ? AND content_id = ?"
    raw.cursor().executemany(back.sql(seen), again)


def _row(id_: int, one: Judged, cell: Cell, origin: int, came: tuple[int, int], state: str) -> tuple[Any, ...]:
    day, node, kind, category, region, sender = cell
    place = next((finding.where for finding in one.findings if finding.where), "")
    return (
        id_,
        came[0],
        1,
        1,
        came[1],
        sender,
        origin,
        kind,
        node,
        region,
        category,
        day,
        one.revision,
        one.lines,
        int(one.backfill),
        one.key,
        one.action,
        one.identity.hex(),
        one.content_id,
        _findings(one),
        clean(place),
        state,
        one.body,
        one.aside,
    )  # fmt: skip  in the order of the table


def mark_fixed(back: Backend, raw: Raw, sums: Sums, stored: Sequence[Judged]) -> None:
    """Records refused before whose identity is stored now are fixed; the very same content is no longer a problem."""
    if not stored or not raw.execute("SELECT 1 FROM quarantine WHERE state <> 'fixed' LIMIT 1").fetchone():
        return
    contents: dict[str, set[str]] = {}
    for one in stored:
        contents.setdefault(one.identity.hex(), set()).add(one.content_id)
    sql = (
        "SELECT id, identity, content_id, backfill, counted, day, node, kind, category, region, sender"
        " FROM quarantine WHERE identity among(?) AND state <> 'fixed'"
    )
    fixed: list[tuple[int, int]] = []
    for id_, mark, content, backfill, counted, *cell in raw.execute(back.sql(sql), (array(contents),)).fetchall():
        released = counted and content in contents[mark]
        if released:
            sums.add(tuple(cell), problem_share(backfill, -1))
        fixed.append((0 if released else counted, id_))
    raw.cursor().executemany(back.sql("UPDATE quarantine SET state = 'fixed', counted = ? WHERE id = ?"), fixed)


def cleaned(one: Judged) -> Judged:
    """A refused record whose names both back ends can hold; its body and identity stay as they came."""
    names = {name: clean(getattr(one, name)) for name in ("kind", "origin", "key", "action", "node", "region", "category")}
    return replace(one, **names)


def clean(text: str) -> str:
    """A text that both back ends can hold: no NUL, no lone surrogate."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _findings(one: Judged) -> str:
    wires = [finding.to_wire() for finding in one.findings]
    try:
        return orjson.dumps(wires).decode().replace("\\u0000", "\ufffd")
    except TypeError:
        return orjson.dumps([{**wire, "params": {}, "path": clean(str(wire.get("path", "")))} for wire in wires]).decode()
