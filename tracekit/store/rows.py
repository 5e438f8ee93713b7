"""Rows of the tables, each in the order of its columns. This is the hot path: no lookup but by dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import orjson

from tracekit.store.backends import Row
from tracekit.store.counters import ACCEPTED, ACTIONS, PENDING, Cell, Counted
from tracekit.store.standing import slot_of

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged

SIDES = {"offer": 1, "seek": 2, "set": 3}
REF = 0
"""The side of a link key row that only makes a ref findable."""


class Named(NamedTuple):
    """The ids of the names in a batch, by text."""

    origin: Mapping[str, int]
    kind: Mapping[str, int]
    node: Mapping[str, int]
    region: Mapping[str, int]
    category: Mapping[str, int]

    def cell(self, one: Judged, sender: int) -> Cell:
        """The rollup cell of a record."""
        return one.day, self.node[one.node], self.kind[one.kind], self.category[one.category], self.region[one.region], sender


def counted_of(one: Judged, replaces: int) -> Counted:
    """What decides a new record's share of the counters."""
    state = PENDING if one.verdict == "pending" else ACCEPTED
    return Counted(state, ACTIONS[one.action], replaces, int(one.backfill), int(one.broken), one.lines)


def record_row(id_: int, one: Judged, counted: Counted, cell: Cell, came: tuple[int, int, int, int]) -> Row:
    """The row of `records`; `came` is received_at and the ids of receipt, origin and peers above."""
    state, action, replaces, backfill, broken, lines = counted
    day, node, kind, category, region, sender = cell
    received_at, receipt, origin, up = came
    return (
        id_,
        replaces,
        slot_of(id_, state),
        one.start,
        one.end,
        received_at,
        receipt,
        origin,
        kind,
        sender,
        node,
        region,
        category,
        up,
        day,
        one.revision,
        lines,
        state,
        action,
        backfill,
        broken,
        one.key,
        one.business_key or None,
        bytes.fromhex(one.content_id),
        one.identity,
        one.body,
        one.aside,
    )  # fmt: skip  in the order of the table


def add_keys(rows: list[Row], id_: int, one: Judged, rungs: Mapping[str, int]) -> None:
    """The link keys, the marks it sets, and the refs of goods and papers that are no link key: these are how `trace` finds a record.

    A key that a record names twice is here twice.
    """
    start, end = one.start, one.end
    seen: set[str] = set()
    for side, rung, key, line in one.keys:
        rows.append((key, SIDES[side], id_, line, rungs[rung], start, end))
        seen.add(key)
    rows += [(mark.key, SIDES["set"], id_, mark.line, rungs[mark.mark], start, mark.until) for mark in one.marks if mark.side == "set"]
    for ref in one.named:
        if ref not in seen:
            seen.add(ref)
            rows.append((ref, REF, id_, 0, rungs[""], start, end))


def finding_rows(id_: int, one: Judged, codes: Mapping[str, int]) -> Iterator[Row]:
    """The findings of an accepted record."""
    for position, finding in enumerate(one.findings):
        params = orjson.dumps(dict(finding.params)).decode()
        yield id_, position, codes[finding.code], finding.level, finding.path, params, finding.where


def quote_rows(quotes: Sequence[Judged], origins: Mapping[str, int], kinds: Mapping[str, int], came: tuple[int, int, int]) -> list[Row]:
    """The rows of measurements; `came` is the first id, received_at and the receipt's number."""
    first, received_at, receipt = came
    return [
        (
            first + offset,
            received_at,
            receipt,
            origins[one.origin],
            kinds[one.kind],
            one.day,
            one.revision,
            1,
            one.key,
            one.node,
            one.category,
            bytes.fromhex(one.content_id),
            one.body,
            one.aside,
        )
        for offset, one in enumerate(quotes)
    ]  # fmt: skip  in the order of the table
