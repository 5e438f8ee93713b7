"""Code schemes of plugins as values: say the form and the parts, and get all that every scheme offers.

>>> form = form_of({4: ["D", *[DIGITS] * 3]})
>>> plain = Scheme("demo-no", ("示例编号", "Demo number"), "example; project-defined", "D[0-9]{3}", form)
>>> plain.validate("d-123")
'D123'
>>> plain.check_batch(["D123", "D12"])
[None, 'TK-CODE-001']
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tracekit.codes._form import CHECKSUM, DIGITS, FORMAT, REGISTRY, check_all, form, settle
from tracekit.codes._payload import joined, unlabelled
from tracekit.codes._text import HYPHENS_ALIKE, UPPER, Table, clean, tidy

__all__ = [
    "CHECKSUM",
    "CODE",
    "DIGITS",
    "FORMAT",
    "REGISTRY",
    "BatchCheck",
    "Reader",
    "Scheme",
    "as_printed",
    "as_words",
    "days",
    "fields",
    "form_of",
    "groups",
    "matching",
    "where",
    "with_mod_11_10",
]

BatchCheck = Callable[[list[str]], list[str | None]]
"""For each compact value a finding code or None."""

Reader = Callable[[str], Mapping[str, str]]
"""What a label's QR code holds, by name, the value itself as `CODE`; empty for any other text."""

CODE = "code"
"""The field of a label that is the value; the others are only told by `parse`."""

_BRACKETS: Table = {ord(one): ord("()"[at % 2]) for at, one in enumerate("[]［］【】〔〕")}
_WORDS: Table = {**HYPHENS_ALIKE, **UPPER, **_BRACKETS}


def as_printed(value: str) -> str:
    """Full-width to ASCII, no blanks; case and hyphens stay, for they tell values apart."""
    return tidy(value)


def as_words(value: str) -> str:
    """For numbers with words in them: no blanks, upper case, every hyphen and every bracket of one sort.

    >>> as_words("兽药字（２０１５） 220442658")
    '兽药字(2015)220442658'
    """
    return tidy(value, _WORDS)


def _nothing(_value: str) -> Mapping[str, str]:
    return {}


def _listed(_value: str) -> bool:
    return True


@dataclass(frozen=True)
class Scheme:
    """A code scheme as a value.

    Args:
        check: finding codes of compact values.
        parts: takes a valid compact value apart.
        known: true if lists know a valid value.
        cleaning: makes the compact form of what people type.
        reads: takes apart the payload of a label that holds such a value.
        hints: true if records are warned of values that lists do not know: only where a list is whole.
    """

    SCHEME: str
    names: tuple[str, str]
    SOURCE: str
    PATTERN: str
    check: BatchCheck
    parts: Callable[[str], Mapping[str, str]] = _nothing
    known: Callable[[str], bool] = _listed
    cleaning: Callable[[str], str] = clean
    reads: Reader = _nothing
    hints: bool = False

    @property
    def NAME_ZH(self) -> str:  # noqa: N802  the shape of every scheme
        """The Chinese name."""
        return self.names[0]

    @property
    def NAME_EN(self) -> str:  # noqa: N802  the shape of every scheme
        """The English name."""
        return self.names[1]

    def compact(self, value: str) -> str:
        """Full-width to ASCII, no blanks or hyphens, upper case, unless the scheme cleans otherwise; of a label its code."""
        return self.cleaning(self.reads(value).get(CODE, value))

    def validate(self, value: str) -> str:
        """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
        value = self.compact(value)
        return settle(self.SCHEME, value, self.check([value])[0], self.PATTERN)

    def is_valid(self, value: str) -> bool:
        """Answer yes or no."""
        return self.check([self.compact(value)])[0] is None

    def parse(self, value: str) -> dict[str, str]:
        """Name the parts of a valid value, and what else its label says; raises like `validate`."""
        said = {name: text for name, text in self.reads(value).items() if name != CODE}
        return {**self.parts(self.validate(value)), **said}

    def check_batch(self, values: list[str]) -> list[str | None]:
        """For each compact value a finding code or None."""
        return self.check(values)

    def registry(self, value: str) -> str | None:
        """`TK-CODE-003` if no list knows a valid value: worth a warning, never a refusal."""
        return None if self.known(value) else REGISTRY

    def registry_batch(self, values: list[str]) -> list[str | None]:
        """`registry` for many values."""
        return [self.registry(value) for value in values]


def form_of(forms: Mapping[int, Sequence[str]], weights: Sequence[int] = (), modulus: int = 1) -> BatchCheck:
    """A check of form: for each allowed length the characters that each position may hold.

    Args:
        weights: of each position, if the modulus divides the weighted sum of a right value.
    """
    compiled = {length: form(alphabets, weights, modulus, "".join(sorted(set("".join(alphabets))))) for length, alphabets in forms.items()}
    return lambda values: check_all(compiled, values)


def matching(pattern: str) -> BatchCheck:
    """A check of form by a regular expression, for numbers with words in them."""
    match = re.compile(pattern).fullmatch
    return lambda values: [None if match(value) else FORMAT for value in values]


def groups(pattern: str, *names: str) -> Callable[[str], Mapping[str, str]]:
    """Takes valid values apart: the groups of their regular expression by name, empty where one is absent."""
    match = re.compile(pattern).fullmatch

    def parts(value: str) -> Mapping[str, str]:
        found = match(value)
        return dict(zip(names, found.groups(""), strict=True)) if found else {}

    return parts


def where(check: BatchCheck, holds: Callable[[str], bool]) -> BatchCheck:
    """A check that also wants something of the values which pass: that a part is a day, say."""
    return lambda values: [code or (None if holds(value) else FORMAT) for value, code in zip(values, check(values), strict=True)]


@cache
def days(layout: str, first: int = 2000, last: int = 2099) -> frozenset[str]:
    """Every day of those years as `strftime` writes it.

    >>> "20240229" in days("%Y%m%d"), "20230229" in days("%Y%m%d")
    (True, False)
    """
    start = date(first, 1, 1)
    return frozenset(f"{start + timedelta(day):{layout}}" for day in range((date(last + 1, 1, 1) - start).days))


def fields(separator: str, *names: str) -> Reader:
    r"""A reader of payloads that hold these fields in this order, with or without labels; one of them is `CODE`.

    >>> fields("[,，]", CODE, "maker")("编号：17，厂名：示例厂")
    {'code': '17', 'maker': '示例厂'}
    """
    split = re.compile(separator).split

    def read(text: str) -> Mapping[str, str]:
        found = [unlabelled(one.strip()) for one in split(joined(text))]
        return dict(zip(names, found, strict=True)) if len(found) == len(names) else {}

    return read


_VALUE = bytes(char - 48 if 48 <= char <= 57 else 0 for char in range(256))


def _state(cell: int) -> int:
    """One step of ISO 7064 MOD 11,10: `cell` is ten times the state plus a digit; the answer is ten times the next state."""
    return ((cell // 10 + cell % 10) % 10 or 10) * 2 % 11 * 10 % 256


_NEXT = bytes(_state(cell) for cell in range(256))
_WRONG = bytes((cell // 10 + cell % 10) % 10 != 1 for cell in range(256))


def with_mod_11_10(check: BatchCheck, length: int, start: int = 0) -> BatchCheck:
    """A check with the hybrid check digit of ISO 7064 (GB/T 17710) at the end of values of that length.

    The whole batch steps through the positions together: one addition and one translation a position.

    Args:
        start: where the digits begin.
    """

    def both(values: list[str]) -> list[str | None]:
        codes = check(values)
        at = [index for index, code in enumerate(codes) if code is None and len(values[index]) == length]
        for index, wrong in zip(at, _wrong([values[index] for index in at], length, start), strict=True):
            if wrong:
                codes[index] = CHECKSUM
        return codes

    return both


def _wrong(values: Sequence[str], length: int, start: int) -> Iterable[int]:
    rows, count = "".join(values).encode("ascii"), len(values)
    states = bytes([100]) * count
    for column in range(start, length):
        cells = int.from_bytes(states, "little") + int.from_bytes(rows[column::length].translate(_VALUE), "little")
        states = cells.to_bytes(count, "little").translate(_NEXT if column < length - 1 else _WRONG)
    return states
