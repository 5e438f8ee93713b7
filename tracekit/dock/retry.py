"""When a package is tried again: decided by the error's class alone, with growing pauses, a budget and a maximum age."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

DAY = 86_400.0


@dataclass(frozen=True)
class Retry:
    """How one call waits for a line that is down.

    Args:
        first: seconds before the first repeat; each further pause is `factor` times longer, up to `longest`.
        budget: seconds that one call may wait in all; what is left then stays in the spool.
        max_age: seconds after which a package is no longer repeated.
    """

    first: float = 0.5
    factor: float = 2.0
    longest: float = 60.0
    budget: float = 8.0
    max_age: float = 30 * DAY

    def pause(self, attempt: int, random: float, asked: float = 0.0) -> float:
        """Seconds before the next attempt: half fixed, half by chance (0..1), never less than the peer asked for."""
        grown = min(self.longest, self.first * self.factor ** min(attempt - 1, 32))
        return max(asked, grown * (0.5 + random / 2))


def retry_after(text: str, now: float) -> float:
    """The seconds of a Retry-After header, given as seconds or as a date; 0 if it says nothing usable.

    >>> retry_after("30", 0.0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 20.0), retry_after("soon", 0.0)
    (30.0, 40.0, 0.0)
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 0.0
