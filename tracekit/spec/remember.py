"""Tests of single texts for the fast path, with a bounded memory of those that passed."""

import re
from collections.abc import Callable

from tracekit.spec import lexical
from tracekit.spec.check import text_fault
from tracekit.spec.sets import Element, Kind

Test = Callable[[str], bool]
LIMIT = 8192
LONGEST = 128


class Memory:
    """A test that remembers what passed; `seen` may be looked at first, which saves the call."""

    __slots__ = ("seen", "test")

    def __init__(self, test: Test) -> None:
        self.test = test
        self.seen: set[str] = set()

    def __call__(self, text: str) -> bool:
        """True if the text passes."""
        if text in self.seen:
            return True
        if not self.test(text):
            return False
        if len(text) <= LONGEST:
            if len(self.seen) >= LIMIT:
                self.seen.clear()
            self.seen.add(text)
        return True


class Tails:
    """A test of times that remembers days and the rest of the text apart, because both come again."""

    __slots__ = ("days", "seen", "test")

    def __init__(self, test: Test, days: set[str]) -> None:
        self.test, self.days = test, days
        self.seen: set[str] = set()

    def __call__(self, text: str) -> bool:
        """True if the text is a time that the element allows."""
        if not self.test(text):
            return False
        for memory, part in ((self.days, text[:10]), (self.seen, text[10:])):
            if len(memory) >= LIMIT:
                memory.clear()
            memory.add(part)
        return True


def text_test(element: Element, kind: Kind) -> Test:
    """Everything that the reference validator asks of a text of this element."""
    limit = element.max_length or lexical.MAX_TEXT
    pattern = re.compile(element.format, re.ASCII).fullmatch if element.format else None
    codes = kind.codesets[element.codeset].timeless if element.codeset else None

    def test(text: str) -> bool:
        if len(text) > limit or (element.datatype != "integer" and text_fault(element, text)):
            return False
        return (codes is None or text in codes) and (pattern is None or bool(pattern(text)))

    return test


def time_tails(element: Element, days: set[str]) -> Tails:
    """The test of a time element; a format of the element must speak of the text after the day only."""
    pattern = re.compile(element.format, re.ASCII).fullmatch if element.format else None

    def test(text: str) -> bool:
        return not lexical.time_fault(text) and (pattern is None or bool(pattern(text)))

    return Tails(test, days)
