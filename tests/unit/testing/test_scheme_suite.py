"""The suite of code schemes notices each promise that a scheme breaks."""

from dataclasses import replace
from types import ModuleType

import pytest

from tracekit.sdk.schemes import DIGITS, FORMAT, Scheme, form_of
from tracekit.testing.scheme_suite import SchemeLaws, scheme_suite

GOOD = Scheme(
    "demo", ("示例", "Demo"), "example; form; project-defined", "D[0-9]{3}", form_of({4: ["D", *[DIGITS] * 3]}), lambda v: {"n": v[1:]}
)
LAWS = [name for name in vars(SchemeLaws) if name.startswith("test_")]


def broken_laws(scheme, bad=("D12",)):
    module = ModuleType("demo_codes")
    module.SCHEMES = (scheme,)
    suite = scheme_suite(module, {"demo": ("D123", "d-456")}, {"demo": bad})
    (mark,) = suite.pytestmark
    (sample,) = mark.args[1]
    found = []
    for name in LAWS:
        try:
            getattr(suite(), name)(sample)
        except (AssertionError, ValueError):
            found.append(name)
    return found


def test_a_good_scheme_keeps_all_laws():
    assert broken_laws(GOOD) == []


def lenient(values):
    return GOOD.check(values) if len(values) < 20 else [None] * len(values)


@pytest.mark.parametrize(
    ("scheme", "bad", "law"),
    [
        (replace(GOOD, SOURCE="heard somewhere"), ("D12",), "test_it_says_what_it_is_and_from_where"),
        (replace(GOOD, parts=lambda _: {"n": 1}), ("D12",), "test_good_values_pass_and_are_taken_apart"),
        (GOOD, ("D12", "D123"), "test_wrong_values_are_refused_for_what_is_wrong"),
        (replace(GOOD, check=lenient), ("D12",), "test_many_are_judged_as_each_alone"),
        (replace(GOOD, cleaning=lambda value: value + "D"), ("D12",), "test_many_are_judged_as_each_alone"),
        (
            replace(GOOD, check=lambda values: [None if "D" in one else FORMAT for one in values]),
            ("12",),
            "test_what_was_not_cleaned_is_refused",
        ),
        (replace(GOOD, PATTERN="D[0-4]{3}"), ("D12",), "test_what_passes_has_the_published_form"),
    ],
)
def test_a_broken_promise_is_noticed(scheme, bad, law):
    assert law in broken_laws(scheme, bad)
