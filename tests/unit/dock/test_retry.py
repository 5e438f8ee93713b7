"""Pauses between attempts."""

import pytest

from tracekit import Retry
from tracekit.dock.retry import retry_after


def test_pauses_grow_to_their_longest_and_half_of_each_is_chance():
    retry = Retry(first=1, factor=2, longest=10)
    assert [retry.pause(attempt, 0.0) for attempt in range(1, 7)] == [0.5, 1, 2, 4, 5, 5]
    assert [retry.pause(attempt, 1.0) for attempt in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert retry.pause(10_000, 1.0) == 10


def test_what_the_peer_asks_for_is_the_least():
    assert Retry().pause(1, 0.5, asked=33.0) == 33.0
    assert Retry(first=100, longest=100).pause(1, 1.0, asked=33.0) == 100


@pytest.mark.parametrize("text", ["", "-5", "1e9", "tomorrow", "٣", "9" * 30, "Thu, 99 Foo 2026 00:00:00 GMT"])
def test_an_unusable_retry_after_is_nothing(text):
    assert retry_after(text, 0.0) == 0.0


def test_a_date_in_the_past_is_nothing():
    assert retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 100.0) == 0.0
