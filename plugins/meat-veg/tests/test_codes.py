"""Ear tags: form, area, batch and single form alike."""

from tracekit_meat_veg import codes

from tracekit.testing.scheme_suite import scheme_suite

GOOD = {"ear-tag": ("111011500000001", "2 370602 12345678", "３６４０１０５００００００２２", "111019900000001")}
BAD = {"ear-tag": ("411011500000001", "011011500000001", "101101500000001", "11101150000001", "1110115000000011", "1110115A0000001", "猪")}

TestSchemes = scheme_suite(codes, GOOD, BAD)


def test_a_county_that_never_was_is_only_worth_a_warning() -> None:
    assert codes.EAR_TAG.registry_batch(["111011500000001", "111019900000001"]) == [None, "TK-CODE-003"]
    assert codes.EAR_TAG.hints
