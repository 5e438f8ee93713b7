"""The conformance tests of code schemes: `TestSchemes = scheme_suite(codes, good, bad)` proves what every scheme promises."""

import doctest
import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracekit.errors import CodeError

Values = Mapping[str, Sequence[str]]
"""Values as people type them, by the id of their scheme."""

FORMAT, CHECKSUM = "TK-CODE-001", "TK-CODE-002"
GRADES = ("CONFIRMED", "CONFIRMED-IMPL", "PARTIAL", "UNKNOWN", "project-defined")
MANY = 50
"""Batches longer than this are checked column by column."""

_ANYTHING = st.text(max_size=40)
_PRINTED = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])


class Sample(NamedTuple):
    """A scheme under test: its module, values that pass, and by finding code values that do not."""

    module: ModuleType
    scheme: Any
    good: Sequence[str]
    bad: Mapping[str, Sequence[str]]

    @property
    def compact(self) -> list[str]:
        """The good values in compact form."""
        return [self.scheme.compact(value) for value in self.good]

    def code(self, value: str) -> str | None:
        """The finding code of one value, or None."""
        try:
            self.scheme.validate(value)
        except CodeError as error:
            return error.code
        return None


@st.composite
def _nearly(draw: Any, values: Sequence[str]) -> str:
    """A good value, or one with a character put in or changed, or the end cut off."""
    value = draw(st.sampled_from(values))
    at, other = draw(st.integers(0, len(value))), draw(st.one_of(st.sampled_from("0123456789AXaz"), _PRINTED))
    return draw(st.sampled_from((value, value[:at] + other + value[at:], value[:at], value[:at] + other + value[at + 1 :])))


class SchemeLaws:
    """What every code scheme promises."""

    def test_doctests_hold(self, sample: Sample) -> None:
        assert doctest.testmod(sample.module).failed == 0

    def test_it_says_what_it_is_and_from_where(self, sample: Sample) -> None:
        scheme = sample.scheme
        assert re.fullmatch("[a-z][a-z0-9-]*", scheme.SCHEME)
        assert re.search("[\u4e00-\u9fff]", scheme.NAME_ZH)
        assert scheme.NAME_EN.isascii()
        assert any(grade in scheme.SOURCE.rpartition("; ")[2] for grade in GRADES)

    def test_good_values_pass_and_are_taken_apart(self, sample: Sample) -> None:
        scheme, compact = sample.scheme, sample.compact
        assert compact
        assert [scheme.validate(value) for value in sample.good] == compact
        assert scheme.check_batch(compact * MANY) == [None] * len(compact) * MANY
        for value in sample.good:
            assert {type(part) for part in scheme.parse(value).values()} == {str}

    def test_wrong_values_are_refused_for_what_is_wrong(self, sample: Sample) -> None:
        assert sample.bad[FORMAT]
        for code, values in sample.bad.items():
            assert {value: sample.code(value) for value in values} == dict.fromkeys(values, code)
            compact = [sample.scheme.compact(value) for value in values]
            assert sample.scheme.check_batch(compact * MANY) == [code] * len(compact) * MANY

    def test_many_are_judged_as_each_alone(self, sample: Sample) -> None:
        scheme = sample.scheme

        @given(st.lists(st.one_of(_nearly(sample.good), _ANYTHING), max_size=12), st.sampled_from((1, MANY)))
        @example(["", "\ud800", "\n", "\0", "\udfff" * 18, "9" * 100_000, sample.good[0] + "\n"], MANY)
        def agree(raw: list[str], times: int) -> None:
            compact = [scheme.compact(value) for value in raw]
            assert [scheme.compact(value) for value in compact] == compact
            expected = [sample.code(value) for value in compact]
            assert [scheme.is_valid(value) for value in raw] == [code is None for code in expected]
            assert scheme.check_batch(compact * times) == expected * times

        agree()

    def test_what_was_not_cleaned_is_refused(self, sample: Sample) -> None:
        value = sample.compact[0]
        dirty = [value + "\n", " " + value, "\n" + value[1:], "", "\ud800", value + "\u3000"]
        assert sample.scheme.check_batch(dirty * MANY) == [FORMAT] * len(dirty) * MANY
        assert sample.scheme.check_batch([*dirty, value])[-1] is None

    def test_what_passes_has_the_published_form(self, sample: Sample) -> None:
        scheme = sample.scheme

        @given(_nearly(sample.good))
        def has_it(raw: str) -> None:
            value = scheme.compact(raw)
            assert scheme.check_batch([value]) == [FORMAT] or re.fullmatch(scheme.PATTERN, value)

        has_it()


def scheme_suite(module: ModuleType, good: Values, bad: Values, mistyped: Values | None = None) -> type:
    """Build the test class of a module's `SCHEMES`; bind it to a name that begins with `Test`.

    Args:
        good: values of each scheme that pass.
        bad: values of each scheme whose form is wrong.
        mistyped: values whose form is right and whose check character is wrong.
    """
    samples = [
        Sample(module, one, good[one.SCHEME], {FORMAT: bad[one.SCHEME], CHECKSUM: (mistyped or {}).get(one.SCHEME, ())})
        for one in module.SCHEMES
    ]
    laws = type("TestSchemes", (SchemeLaws,), {"__doc__": SchemeLaws.__doc__})
    return pytest.mark.parametrize("sample", samples, ids=[one.scheme.SCHEME for one in samples])(laws)
