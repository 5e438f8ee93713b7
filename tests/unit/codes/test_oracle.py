"""python-stdnum, which was written by others, agrees where it has the number."""

import string
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean
from stdnum.cn import uscc as oracle

from tracekit import codes
from tracekit.codes._form import FEW

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def agree(scheme, values, known):
    expected = [known(value) for value in values]
    assert [scheme.is_valid(value) for value in values] == expected
    assert [code is None for code in scheme.check_batch(values * FEW)] == expected * FEW


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(string.digits, min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9)), min_size=1))
def test_credit_codes(bodies):
    # the library binds the first two places to digits; the standard has letters there, so only digits are compared
    right = ["".join(body) + oracle.calc_check_digit("".join(body)) for body in bodies]
    wrong = [value[:17] + ALPHABET[(ALPHABET.index(value[17]) + 1) % 31] for value in right]
    torn = [value[:at] + value[at + 1 :] for at, value in enumerate(right[:17])]
    agree(codes.get("uscc"), [*right, *wrong, *torn], oracle.is_valid)
    assert codes.get("uscc").check_batch(right * FEW) == [None] * len(right) * FEW


def test_credit_codes_that_agriculture_registers_begin_with_a_letter():
    assert codes.get("uscc").is_valid("N2350100M000100Y4J")
    assert not oracle.is_valid("N2350100M000100Y4J")


@settings(deadline=None)
@given(st.lists(st.sampled_from((8, 12, 13, 14)).flatmap(lambda n: st.text(string.digits, min_size=n - 1, max_size=n - 1)), min_size=1))
def test_trade_item_numbers(bodies):
    right = [body + ean.calc_check_digit(body) for body in bodies]
    wrong = [value[:-1] + str((int(value[-1]) + 3) % 10) for value in right]
    agree(codes.get("gtin"), [*right, *wrong, *bodies], ean.is_valid)
    assert codes.get("gtin").check_batch(right * FEW) == [None] * len(right) * FEW


@settings(deadline=None)
@given(st.text(string.digits, min_size=12, max_size=12))
def test_location_numbers(body):
    agree(codes.get("gln"), [body + digit for digit in string.digits], ean.is_valid)


def test_the_benchmark_compares_equal_verdicts():
    bench = Path(__file__).parents[2] / "bench" / "bench_codes.py"
    assert subprocess.run([sys.executable, bench, "--smoke"], capture_output=True, text=True, check=True).stdout == "verdicts agree\n"
