"""Comparing two sides finds exactly what differs, at a cost that follows the differences."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tracekit.ids import add_leaves, identity, leaf
from tracekit.pipeline.compare import Cell, Held, Total, compare


class Shelf:
    """One side in memory, counting what it is asked."""

    def __init__(self, held):
        self.held = held
        self.asked = Counter()

    def total(self, rows):
        leaves = [leaf(bytes.fromhex(one.identity), one.revision, one.content_id) for one in rows]
        return Total(len(leaves), f"{add_leaves(leaves):064x}")

    def cells(self, first, last):
        self.asked["cells"] += 1
        cells = {cell for cell in self.held if first <= cell.day <= last}
        return {cell: self.total(self.held[cell]) for cell in cells if self.held[cell]}

    def branches(self, cell, prefix):
        self.asked["branches"] += 1
        digits = {one.identity[: len(prefix) + 1] for one in self.held[cell] if one.identity.startswith(prefix)}
        return {digit: self.total([one for one in self.held[cell] if one.identity.startswith(digit)]) for digit in digits}

    def keys(self, cell, prefix):
        self.asked["keys"] += 1
        return [one for one in self.held.get(cell, ()) if one.identity.startswith(prefix)]


def record(number, revision=1):
    key = f"k{number}"
    return Held(identity("o", "k", key).hex(), "o", "k", key, revision, hashlib.sha256(f"{number}/{revision}".encode()).hexdigest())


def shelf(placed):
    """From (day number, record number, revision)."""
    held = {}
    for day, number, revision in placed:
        held.setdefault(Cell(f"2026-11-{day:02}", "n", "k"), []).append(record(number, revision))
    return Shelf(held)


PLACED = st.dictionaries(st.integers(0, 200), st.tuples(st.integers(1, 3), st.integers(1, 2)), max_size=150)


@given(PLACED, PLACED)
def test_the_differences_are_those_of_the_sets(one, other):
    lower = shelf([(day, number, revision) for number, (day, revision) in one.items()])
    upper = shelf([(day, number, revision) for number, (day, revision) in other.items()])
    found = compare(lower, upper, "2026-11-01", "2026-11-30")
    name = {record(number).identity: number for number in range(201)}
    assert {name[row.identity] for row in found.missing} == one.keys() - other.keys()
    assert {name[row.identity] for row in found.surplus} == other.keys() - one.keys()
    changed = {number for number in one.keys() & other.keys() if one[number][1] != other[number][1]}
    assert {name[row.identity] for row, _ in found.different} == changed
    same_days = all(one[number][0] == other[number][0] for number in one.keys() & other.keys())
    assert found.is_equal == (one == other) or not same_days


def test_equal_sides_cost_one_question():
    placed = [(day, day * 1000 + number, 1) for day in range(1, 6) for number in range(500)]
    upper = shelf(placed)
    found = compare(shelf(placed), upper, "2026-11-01", "2026-11-30")
    assert found.is_equal
    assert (found.asked, sum(upper.asked.values())) == (1, 1)
    assert found.lower.records == 2500


def test_the_cost_follows_the_differences_not_the_records():
    placed = [(1, number, 1) for number in range(5_000)]
    costs = []
    for lost in (1, 2, 4):
        upper = shelf([row for row in placed if row[1] >= lost])
        found = compare(shelf(placed), upper, "2026-11-01", "2026-11-01")
        assert len(found.missing) == lost
        assert found.asked == sum(upper.asked.values())
        costs.append(found.asked)
    # one lost record: the cells, two levels of branches (5,000 / 16 / 16 is few), one list of keys
    assert costs[0] == 4
    assert costs[2] <= 4 * costs[0]


def test_a_cell_that_is_missing_whole_is_listed_below_alone():
    upper = shelf([])
    found = compare(shelf([(1, number, 1) for number in range(300)]), upper, "2026-11-01", "2026-11-01")
    assert len(found.missing) == 300
    assert upper.asked == {"cells": 1}


def test_a_record_in_another_cell_above_is_different_only_in_its_content():
    found = compare(shelf([(1, 7, 1)]), shelf([(2, 7, 2)]), "2026-11-01", "2026-11-30")
    assert (found.missing, found.surplus) == ([], [])
    assert [(mine.revision, theirs.revision) for mine, theirs in found.different] == [(1, 2)]
