"""What the GS1 keys share: digits whose last is a check digit, weights 3 and 1 alternating from the right."""

from tracekit.codes._form import DIGITS, Form, form
from tracekit.codes._text import clean


def gs1_form(length: int) -> Form:
    """The form of a GS1 key: the weighted sum, check digit included, is divisible by ten."""
    weights = [3 if (length - place) % 2 == 0 else 1 for place in range(length)]
    return form((DIGITS,) * length, weights=weights, modulus=10)


def check_holds(digits: str) -> bool:
    """True if the last of some ASCII digits is their check digit.

    >>> check_holds("0614141000005"), check_holds("0614141000006")
    (True, False)
    """
    return (sum(map(int, digits[::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0


def gs1_compact(value: str, identifier: str) -> str:
    """Full-width to ASCII, no blanks or hyphens, without a printed application identifier such as `(01)`."""
    value, printed = clean(value), f"({identifier})"
    while value.startswith(printed):
        value = value.removeprefix(printed)
    return value
