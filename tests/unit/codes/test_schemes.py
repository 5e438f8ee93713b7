"""Every scheme has the one shape, its doctests hold, and its form is the pattern that it publishes."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracekit import codes
from tracekit.codes import batch, merchant
from tracekit.errors import CodeError

MODULES = sorted(one.name for one in pkgutil.iter_modules(codes.__path__))
FUNCTIONS = ("compact", "validate", "is_valid", "parse", "check_batch", "registry", "registry_batch")
GRADES = {"CONFIRMED", "CONFIRMED-IMPL", "PARTIAL", "project-defined"}
NO_SCHEME = ("opaque", "identify", "refresh_area", "refresh_country")


@pytest.mark.parametrize("name", ["", *MODULES])
def test_doctests_hold(name):
    module = importlib.import_module(f"tracekit.codes.{name}".rstrip("."))
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    assert doctest.testmod(module, optionflags=options).failed == 0


@pytest.mark.parametrize("scheme", codes.schemes())
def test_every_scheme_has_the_one_shape(scheme):
    found = codes.get(scheme)
    assert scheme == found.SCHEME
    assert re.search("[\u4e00-\u9fff]", found.NAME_ZH)
    assert found.NAME_EN.isascii()
    document, clause, grade = found.SOURCE.split("; ")
    assert document
    assert clause
    assert grade in GRADES or grade.startswith("UNKNOWN")
    assert re.compile(found.PATTERN)
    for name in FUNCTIONS:
        assert getattr(found, name).__doc__


@pytest.mark.parametrize("name", [one for one in MODULES if not one.startswith("_") and one not in NO_SCHEME])
def test_every_module_of_a_scheme_has_examples_of_good_and_bad(name):
    examples = doctest.DocTestParser().get_examples(importlib.import_module(f"tracekit.codes.{name}").__doc__)
    assert any(one.exc_msg or "False" in one.want for one in examples)
    assert any(one.source.startswith("validate") and not one.exc_msg for one in examples) or name == "person"


def test_schemes_are_sorted_and_are_the_known_ones():
    opaque = ["ecode", "market-entry", "meat-quality", "origin-cert", "plate", "promise", "quarantine", "till-slip", "vege-test"]
    ruled = "area batch card gln goods gtin local merchant node org origin-trace person sscc tran uscc".split()  # noqa: SIM905
    generic = "cas country customs-decl digital-link gs1 handle hs oid un".split()  # noqa: SIM905
    assert codes.schemes() == sorted(opaque + ruled + generic)


def test_an_unknown_scheme_is_refused_with_the_known_ones():
    with pytest.raises(CodeError, match=r"TK-CODE-004.*uscc"):
        codes.get("nope")


def test_no_scheme_is_imported_before_it_is_asked_for():
    script = "import sys, tracekit.codes; print([m for m in sys.modules if m.startswith('tracekit.codes.')])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "uscc" not in loaded
    assert "_area_tables" not in loaded


def test_a_scheme_without_a_list_has_no_hints():
    plugin = SimpleNamespace(SCHEME="x")
    assert codes.registry_batch(plugin, ["1", "2"]) == [None, None]
    assert codes.registry_batch(codes.get("node"), ["370600004", "321392001"]) == [None, "TK-CODE-003"]


WITH_PATTERN = [name for name in codes.schemes() if r"\S" not in codes.get(name).PATTERN]


@pytest.mark.parametrize("scheme", WITH_PATTERN)
def test_the_form_is_the_published_pattern(scheme):
    found = codes.get(scheme)

    @given(st.from_regex(f"(?:{found.PATTERN})", fullmatch=True, alphabet=st.characters(codec="ascii")))
    def inside(value):
        bad_day = scheme == "origin-trace" and found.check_batch([value]) == ["TK-CODE-001"] and value[13:15] > "28"
        assert found.check_batch([value]) != ["TK-CODE-001"] or bad_day

    @given(st.from_regex(r"[0-9A-Za-z]{6,20}", fullmatch=True))
    def either(value):
        if not re.fullmatch(found.PATTERN, value):
            assert found.check_batch([value]) == ["TK-CODE-001"]

    inside()
    either()


def test_placeholders_are_valid_and_never_lots():
    for value in ("1000000000000000", "1000000000000012", "10000000000000000007"):
        assert batch.is_valid(value)
        assert batch.is_placeholder(value)
        assert batch.registry(value) is None
    for value in ("3706025690000058", "1100000000000001", "1000", "10000000000000A0", ""):
        assert not batch.is_placeholder(value)


def test_merchant_0000_is_the_node_itself():
    assert merchant.parse("3706000020000")["self"] == "yes"
    assert merchant.parse("3706000020001")["self"] == "no"


def test_the_two_codes_of_twenty_digits_are_told_apart_by_scheme_alone():
    value = "44098100218121800001"
    assert codes.get("tran").parse(value)["merchant"] == "4409810021812"
    assert codes.get("origin-trace").parse(value)["date"] == "2018-12-18"
