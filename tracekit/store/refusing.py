"""The quarantine inside an accepting transaction: refused records as they came, counted once per (identity, content)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import orjson

from tracekit.store import schema
from tracekit.store.backends import Row, array
from tracekit.store.counters import Cell, Sums, problem_share
from tracekit.store.transaction import Transaction

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged


class Coming(NamedTuple):
    """A refused record with its rollup cell; `mended` if a later record of the batch replaces it."""

    one: Judged
    cell: Cell
    mended: bool


def refuse(tx: Transaction, sums: Sums, refused: Sequence[Coming], received_at: int, receipt: int) -> None:
    """Keep refused records; the same content again is counted no second time. Measurements are in no counter."""
    marks = array({coming.one.identity.hex() for coming in refused})
    known = {tuple(row) for row in tx.rows("SELECT identity, content_id FROM quarantine WHERE identity among(?)", marks)}
    origins = tx.ids("origin", {coming.one.origin for coming in refused})
    codes = tx.ids("code", {finding.code for coming in refused for finding in coming.one.findings})
    rows: list[Row] = []
    again: list[Row] = []
    first = tx.top("quarantine") + 1
    for coming in refused:
        one = coming.one
        mark = (one.identity.hex(), one.content_id)
        if mark in known:
            again.append((_findings(one), *mark))
            continue
        known.add(mark)
        rows.append(_row(first + len(rows), coming, (received_at, receipt, origins[one.origin])))
        if not one.measurement:
            sums.add(coming.cell, problem_share(int(one.backfill)))
            for finding in one.findings:
                sums.finding((one.day, codes[finding.code], coming.cell[1], finding.level))
    tx.bulk(schema.quarantine, rows)
    tx.many("UPDATE quarantine SET seen = seen + 1, state = 'new', findings = ? WHERE identity = ? AND content_id = ?", again)


def _row(id_: int, coming: Coming, came: tuple[int, int, int]) -> Row:
    one, (day, node, kind, category, region, sender) = coming.one, coming.cell
    received_at, receipt, origin = came
    place = next((finding.where for finding in one.findings if finding.where), "")
    return (
        id_,
        received_at,
        1,
        int(not one.measurement),
        receipt,
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
        "fixed" if coming.mended else "new",
        one.body,
        one.aside,
    )  # fmt: skip  in the order of the table


def mark_fixed(tx: Transaction, sums: Sums, stored: Sequence[Judged]) -> None:
    """Records refused before whose identity is stored now are fixed; the very same content is no longer a problem."""
    if not stored or not tx.rows("SELECT 1 FROM quarantine WHERE state IN ('new', 'retried') LIMIT 1"):
        return
    contents: dict[str, set[str]] = {}
    for one in stored:
        contents.setdefault(one.identity.hex(), set()).add(one.content_id)
    fixed: list[Row] = []
    for id_, mark, content, backfill, counted, *cell in tx.rows(
        "SELECT id, identity, content_id, backfill, counted, day, node, kind, category, region, sender"
        " FROM quarantine WHERE identity among(?) AND state IN ('new', 'retried')",
        array(contents),
    ):
        released = counted and content in contents[mark]
        if released:
            sums.add((cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]), problem_share(backfill, -1))
        fixed.append((0 if released else counted, id_))
    tx.many("UPDATE quarantine SET state = 'fixed', counted = ? WHERE id = ?", fixed)


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
