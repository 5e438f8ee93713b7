"""Times: the form is the precision, a day is the whole day at +08:00."""

import pytest

from tracekit.pipeline import times


@pytest.mark.parametrize(
    ("text", "seconds", "day"),
    [
        ("2026-11-20", 86_400, "2026-11-20"),
        ("2026-11-20T00:30+08:00", 60, "2026-11-20"),
        ("2026-11-19T23:30+07:00", 60, "2026-11-20"),
        ("2026-11-20T23:59:59+08:00", 1, "2026-11-20"),
        ("2026-11-20T23:59:59.5+08:00", 1, "2026-11-20"),
        ("1949-10-01", 86_400, "1949-10-01"),
    ],
)
def test_interval_and_business_day(text: str, seconds: int, day: str) -> None:
    start, end = times.interval(text)
    assert end - start + 1 == seconds
    assert times.day_text(times.day_number(start)) == times.business_day(text) == day
    assert times.day_of_text(day) == times.day_number(start)


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-11-20T06:30", "yesterday", "0000-01-01"])
def test_what_is_no_time_raises(text: str) -> None:
    with pytest.raises(ValueError):
        times.interval(text)


def test_minute_with_negative_offset_is_a_minute() -> None:
    start, end = times.interval("2026-11-20T06:30-05:00")
    assert end - start == 59
