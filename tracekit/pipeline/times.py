"""Times of records: the lexical form is the precision, a day is the whole day at +08:00 (design section 5)."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_CHINA_SECONDS = 8 * 3600
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = 86_400


def interval(text: str) -> tuple[int, int]:
    """First and last second (epoch) of a time as written: a day, a minute or a second long.

    Raises:
        ValueError: not one of the three forms.
    """
    if len(text) == 10:
        start = (date.fromisoformat(text).toordinal() - _EPOCH_DAY) * _DAY - _CHINA_SECONDS
        return start, start + _DAY - 1
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset: {text!r}")
    start = int(moment.timestamp())
    return (start, start + 59) if text.count(":") == 2 else (start, start)


def day_number(epoch: int) -> int:
    """The business day at +08:00 as days since 1970-01-01."""
    return (epoch + _CHINA_SECONDS) // _DAY


def day_text(number: int) -> str:
    """A business day as `YYYY-MM-DD`."""
    return date.fromordinal(number + _EPOCH_DAY).isoformat()


def day_of_text(text: str) -> int:
    """Days since 1970-01-01 of `YYYY-MM-DD`."""
    return date.fromisoformat(text).toordinal() - _EPOCH_DAY


def business_day(text: str) -> str:
    """The business day (`YYYY-MM-DD` at +08:00) of a time, or empty if it is not a time."""
    if text.endswith("+08:00"):
        return text[:10]
    try:
        return day_text(day_number(interval(text)[0]))
    except ValueError:
        return ""


def wire_time(moment: datetime) -> str:
    """A moment as records carry it: seconds and offset of China's time."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def wire_time_of(epoch: int) -> str:
    """Epoch seconds as records carry them."""
    return wire_time(datetime.fromtimestamp(epoch, UTC))
