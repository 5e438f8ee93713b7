"""Checks against marks: what the law gives time for is no finding before that time has passed."""

import pytest

from tracekit.sdk import Facts, Mark, MarkKey, Own
from tracekit.sdk.standing import not_marked

DAY = 86_400
MIDNIGHT = -8 * 3600
"""The first second of a day at +08:00, day 0."""


def _said(after: int | None, set_at: int, read_at: int) -> list[str]:
    reads = [MarkKey("read", "delivered", "delivered|a:1", 1)]
    facts = Facts(marks={"delivered|a:1": [Mark(1, set_at, 1 << 61)]}, own=Own(read_at, read_at, reads))
    return [finding.code for finding in not_marked("TK-X-001", "delivered", after=after)({}, facts)]


@pytest.mark.parametrize(
    ("after", "set_at", "read_at", "said"),
    [
        (None, MIDNIGHT + 36_000, MIDNIGHT + 36_000, True),
        (None, MIDNIGHT + 36_000, MIDNIGHT + 35_999, False),
        (0, MIDNIGHT, MIDNIGHT + DAY - 1, False),
        (0, MIDNIGHT + DAY - 1, MIDNIGHT + DAY, True),
        (30, MIDNIGHT, MIDNIGHT + 31 * DAY - 1, False),
        (30, MIDNIGHT + DAY - 1, MIDNIGHT + 31 * DAY, True),
    ],
)
def test_a_mark_counts_once_its_days_have_passed(after: int | None, set_at: int, read_at: int, said: bool) -> None:
    assert bool(_said(after, set_at, read_at)) is said
