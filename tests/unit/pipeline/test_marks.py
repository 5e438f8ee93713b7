"""Marks and keys: what is set is read until it ends or is lifted, and keys are found where the tables say."""

from typing import Any

import pytest

from tracekit.loader import installed
from tracekit.pipeline.keys import compile_keys
from tracekit.pipeline.link import linker
from tracekit.pipeline.marks import compile_marks, compile_moves
from tracekit.sdk import Facts, Mark, Move, Own
from tracekit.sdk.standing import by_mark, not_marked, still_marked
from tracekit.spec.joining import BalanceRow, LinkRow, MarkRow, When

BOX = {"items": [{"line": 1, "role": "child", "ref": "a:1"}]}
ROW = MarkRow("x.pack", "set", "packed", ("items.ref@child",), None, "", "")
PACK = compile_marks([ROW, ROW._replace(side="read")], {"packed"})
UNPACK = compile_marks([ROW._replace(side="lift")], {"packed"})


def _said(day: int, packed: list[int], lifted: list[int], check: Any = not_marked) -> list[str]:
    """The codes of packing on a day what was packed and unpacked on others."""
    marks: dict[str, list[Mark]] = {}
    for made, days in ((PACK, packed), (UNPACK, lifted)):
        for at in days:
            for key in made(BOX, at):
                if key.side == "set":
                    marks.setdefault(key.key, []).append(Mark(at, at, key.until))
    reads = by_mark(PACK(BOX, day))
    facts = Facts(marks=marks, own=Own(day, day, reads))
    return [finding.code for finding in check("TK-X-001", "packed")({}, facts)]


@pytest.mark.parametrize(
    ("day", "packed", "lifted", "again"),
    [
        (30, [10], [], True),
        (30, [10], [20], False),
        (15, [10], [20], True),
        (30, [10, 25], [20], True),
        (30, [10], [5], True),
        (30, [10], [10], False),
        (30, [], [20], False),
        (30, [10, 20], [15, 25], False),
    ],
)
def test_a_mark_ends_where_it_is_lifted(day: int, packed: list[int], lifted: list[int], again: bool) -> None:
    assert bool(_said(day, packed, lifted)) is again
    assert bool(_said(day, packed, lifted, still_marked)) is (bool(packed) and not again)


def test_a_mark_that_nobody_lifts_is_read_alone() -> None:
    assert [key.key for key in compile_marks([ROW._replace(side="read")])(BOX, 1)] == ["packed|a:1"]


def test_a_single_key_may_stand_deep_in_an_item() -> None:
    rows = [LinkRow("x.sale", "seek", "batch", ("items.extension.batch@object",), 9, 1, True, "")]
    items = [{"line": 3, "role": "object", "ref": "a:1", "extension": {"batch": "b:1"}}, {"line": 4, "role": "object"}]
    found = linker("x.sale", rows, installed()).keys({"kind": "x.sale", "items": items})
    assert [(key.rung, key.key, key.line) for key in found] == [("x.batch", "b:1", 3)]


def test_when_reads_a_boolean_as_tables_write_it() -> None:
    keys = compile_keys(("items.ref",), When("items.split", "not_in", frozenset(("true",))))
    items = [{"ref": "a:1", "split": True}, {"ref": "a:2", "split": False}, {"ref": "a:3"}]
    assert [key.text for key in keys({"items": items})] == ["a:2", "a:3"]


def test_a_ledger_of_a_year_adds_up_what_items_tell() -> None:
    rows = [BalanceRow("x.make", "quota", ("party", "time.year", "items.role@output"), "-", "extension.oxide", None, "")]
    items = [{"line": 1, "role": "output", "extension": {"oxide": "2.5"}}, {"line": 2, "role": "output"}, {"line": 3, "role": "input"}]
    made = {"party": "a:1", "items": items}
    assert compile_moves(rows)({**made, "time": "2026-01-01T00:30+08:00"}) == [
        Move("quota", "quota|a:1|2026|output|oxide", 1, 0, 2_500_000)
    ]
    assert [one.text for one in compile_keys(("time.month",))({"time": "2025-12-31T16:00:00Z"})] == ["2026-01"]


def test_a_count_moves_nothing_and_may_be_zero() -> None:
    def stock(value: str, unit: str, basis: str) -> dict[str, Any]:
        return {"items": [{"line": 1, "ref": "a:1", "quantities": [{"value": value, "unit": unit, "basis": basis}]}]}

    row = BalanceRow("x.count", "stock", ("items.ref",), "=", "mass", None, "")
    moves = compile_moves([row, row._replace(measure="count")])
    assert moves(stock("2", "t", "weight")) == [Move("stock", "stock|a:1|kg", 1, 0, 0, 2000 * 10**6)]
    assert moves(stock("0", "kg", "weight")) == [Move("stock", "stock|a:1|kg", 1, 0, 0, 0)]
    assert moves(stock("0", "round", "piece")) == [Move("stock", "stock|a:1|round", 1, 0, 0, 0)]
    assert moves(stock("-1", "kg", "weight")) == []
