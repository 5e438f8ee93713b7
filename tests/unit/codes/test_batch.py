"""The batch form says what the single form says, whatever is thrown at it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracekit import codes
from tracekit.codes import org, sscc, uscc
from tracekit.codes._form import CHUNK, FEW, check_all, check_one, form
from tracekit.errors import CodeError

ANYTHING = st.text(alphabet=st.characters(), max_size=30)
SEEDS = {
    "uscc": ["91350100M000100Y43", "911101083303521997", "N2350100M000100Y4J"],
    "org": ["330352199", "M000100Y4", "60003734X"],
    "area": ["370602", "110108", "321392"],
    "gtin": ["6921168509256", "09521234543213", "084501446314", "96385074"],
    "sscc": ["106141411234567897"],
    "gln": ["0614141000005"],
    "node": ["370600004"],
    "merchant": ["3706000020000"],
    "tran": ["37060000400010000003", "37060000400010000000"],
    "batch": ["3706025690000058", "10000000000000000007"],
    "origin-trace": ["44098100218121800001", "44098100200022900001", "44098100201022900001"],
    "goods": ["21113011"],
    "card": ["3706000020017"],
    "local": ["370600002/lot/A/7"],
    "person": ["0a" * 32],
    "gs1": ["(01)06921168509256(10)L1(21)7", "(00)106141411234567897", "(8003)03870585000552987(3103)001250", "(10)A\\(21)B"],
    "digital-link": ["https://id.gs1.org/01/04012345111118/21/98%22", "https://id.gs1.org/414/4012345000054"],
    "cas": ["7732-18-5", "12770-26-2", "87-86-5"],
    "un": ["1203", "0004"],
    "hs": ["284690", "28469099", "2846909910", "2805302900101"],
    "customs-decl": ["020220080525641690", "02021999I256416900"],
    "country": ["CN", "CHN", "156"],
    "oid": ["1.2.156.20009.1.7", "1.2.156.A-B", "2.16.840.1"],
    "handle": ["88.118.5/ABC-7", "10.1000/182"],
}


def single(scheme, compact):
    try:
        scheme.validate(compact)
    except CodeError as error:
        return error.code
    return None


@st.composite
def nearly(draw, seeds):
    value = draw(st.sampled_from(seeds))
    at = draw(st.integers(0, len(value)))
    change = draw(st.sampled_from(("keep", "put", "cut", "swap")))
    other = draw(st.one_of(st.sampled_from("0123456789AXYZ"), st.characters()))
    return {"keep": value, "put": value[:at] + other + value[at:], "cut": value[:at], "swap": value[:at] + other + value[at + 1 :]}[change]


@pytest.mark.parametrize("name", codes.schemes())
def test_batch_and_single_form_agree(name):
    scheme = codes.get(name)
    seeds = SEEDS.get(name, ["No.3712345", "鲁F12345"])

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.one_of(nearly(seeds), ANYTHING), max_size=12), st.sampled_from((1, FEW)))
    @example(["", "\ud800", "\n", "\0", "\udfff" * 18, "9" * 100_000, seeds[0], seeds[0] + "\n", "１" * 18], FEW)
    @example([seeds[0]], FEW)
    @example([], 1)
    def agree(raw, times):
        values = [scheme.compact(value) for value in raw]
        expected = [single(scheme, value) for value in values]
        assert [scheme.is_valid(value) for value in raw] == [code is None for code in expected]
        assert scheme.check_batch(values * times) == expected * times

    agree()


@pytest.mark.parametrize("name", codes.schemes())
def test_cleaning_is_done_after_once(name):
    scheme = codes.get(name)

    @settings(max_examples=60, deadline=None)
    @given(st.one_of(nearly(SEEDS.get(name, ["No.3712345"])), ANYTHING))
    def once(value):
        compact = scheme.compact(value)
        assert scheme.compact(compact) == compact

    once()


@pytest.mark.parametrize("name", codes.schemes())
def test_values_that_were_not_cleaned_are_judged_and_never_raise(name):
    scheme = codes.get(name)
    good = SEEDS.get(name, ["No.3712345"])[0]
    dirty = [good + "\n", " " + good, good[:-1] + "\n", "\n" + good[1:], "", "\ud800", good + "\u3000"]
    assert scheme.check_batch(dirty * FEW) == ["TK-CODE-001"] * len(dirty) * FEW
    assert scheme.check_batch([*dirty, good] * FEW)[len(dirty)] is None


def test_line_ends_that_shift_one_value_into_the_next_are_seen():
    # together as long as two values, with a line end in the right column of both rows
    good = "91350100M000100Y43"
    sly = [good + "\n" + good[:17], ""]
    assert len("\n".join(sly)) == len(good) * 2 + 1
    assert codes.get("uscc").check_batch(sly * FEW) == ["TK-CODE-001"] * 2 * FEW
    assert codes.get("uscc").check_batch([good] * FEW + sly) == [None] * FEW + ["TK-CODE-001"] * 2


LONG = form([uscc.ALPHABET] * 30, weights=[1] * 30, modulus=31)


@pytest.mark.parametrize("form", [uscc._FORM, org._FORM, sscc._FORM, LONG], ids=["uscc", "org", "sscc", "thirty places"])
@pytest.mark.parametrize("least", [False, True])
def test_the_largest_sums_do_not_run_over_into_the_next_row(form, least):
    # each column at its largest, so that bytes are as full as they can be; beside a row of zeros, which would show it
    heavy = "".join(max(column.values, key=column.values.__getitem__) for column in form.columns[:-1])
    values = [(heavy if at % 2 else "0" * len(heavy)) + check for check in form.columns[-1].values for at in range(4)]
    values = values[::-1] if least else values
    assert check_all({len(form.columns): form}, values * FEW) == [check_one(form, value) for value in values] * FEW


def test_a_list_longer_than_a_chunk_keeps_its_order():
    good, bad = "370600004", "37060000X"
    values = [bad if at % 7 == 0 else good for at in range(CHUNK * 2 + 5)]
    assert codes.get("node").check_batch(values) == ["TK-CODE-001" if at % 7 == 0 else None for at in range(len(values))]
