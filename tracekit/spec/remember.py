"""Tests of single texts for the fast path, with a bounded memory of those that passed.

Memories are shared by all kinds: elements of the same form ask the same of a text. Code sets are not asked here.
"""

import re
from collections.abc import Callable
from functools import cache

from tracekit.spec import lexical
from tracekit.spec.check import text_fault
from tracekit.spec.sets import Element

Test = Callable[[str], object]
LIMIT = 16384
LONGEST = 96
TAIL = rf"(?:T{lexical.CLOCK}{lexical.OFFSET})?"
ASCII_VALUE = r":[!-~]{1,256}"


class Memory:
    """A test that remembers what passed; look at `seen` first, which saves the call."""

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


class Days(Memory):
    """A test of whole times that remembers their days, so that only the clock is left to judge."""

    __slots__ = ()

    def __call__(self, text: str) -> bool:
        """True if the text is a time that the element allows."""
        if not self.test(text):
            return False
        if len(self.seen) >= LIMIT:
            self.seen.clear()
        self.seen.add(text[:10])
        return True


def text_test(element: Element) -> Test:
    """Everything that the reference validator asks of a text of this element, but for its code set."""
    limit = element.max_length or lexical.MAX_TEXT
    pattern = re.compile(element.format, re.ASCII).fullmatch if element.format else None

    def test(text: str) -> bool:
        if len(text) > limit or (element.datatype != "integer" and text_fault(element, text)):
            return False
        return pattern is None or bool(pattern(text))

    if element.datatype != "ref" or pattern or limit < lexical.MAX_TEXT:
        return test
    schemes = "|".join(re.escape(scheme) for scheme in element.schemes) or "[a-z][a-z0-9-]*"
    plain = re.compile(f"(?:{schemes}){ASCII_VALUE}").fullmatch
    return lambda text: plain(text) or test(text)


def form(element: Element) -> Element:
    """The element with all left out that does not decide which texts it allows."""
    return Element("", "", "", "", "", element.datatype, element.format, element.max_length, "", "", element.schemes, "", "", "")


@cache
def memory(like: Element) -> Memory:
    """The memory of all elements of one form (see `form`)."""
    return (Days if like.datatype == "time" else Memory)(text_test(like))


def clock_test(element: Element) -> Callable[[str, int], object]:
    """The test of a time from its tenth character on; for a format that begins with `.{11}` it asks for that too."""
    tail = re.compile(TAIL).fullmatch
    if not element.format:
        return tail
    rest = re.compile(rf"(?={element.format.removeprefix('.{11}')}$)", re.ASCII).match
    return lambda text, at: tail(text, at) and rest(text, at + 1)
