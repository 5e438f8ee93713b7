"""Herb numbers: the classification and one vendor's four lengths."""

from tracekit_herbs import codes
from tracekit_herbs.codes import HERB, HERB_BATCH, HERB_ENTERPRISE, HERB_PRODUCT, HERB_TRACE

from tracekit.testing.scheme_suite import scheme_suite

ENTERPRISE = "10101700007841"
PRODUCT = "01700007841010520021"
TRACE = "40170000784101052002118121800000011"
BATCH = "1" + ENTERPRISE + "181218" + "001" + "1"
GOOD = {
    "herb": ("06220640100199002", "0622 0640 1001 99001"),
    "herb-enterprise": (ENTERPRISE, "10127300007841", "10199900007841"),
    "herb-product": (PRODUCT, "273 0000784 101052002 2", "10127300007841520022"),
    "herb-batch": (BATCH, BATCH[:15] + "200229" + "0013"),
    "herb-trace": (TRACE, "5" + TRACE[1:], "7" + TRACE[1:-1] + "3"),
}
BAD = {
    "herb": ("07220640100199002", "0622064010019900", "062206401001990020", "0622064010019900X"),
    "herb-enterprise": ("20101700007841", "1010170000784", "101017000078411"),
    "herb-product": ("01700007841010520020", "01700007841010520024", "0170000784101052001", "0170000784101052002A"),
    "herb-batch": ("2" + BATCH[1:], BATCH[:15] + "190229" + "0011", BATCH[:-1] + "0", BATCH[:-1], "11" + BATCH[2:].replace("0", "1", 1)),
    "herb-trace": ("3" + TRACE[1:], "8" + TRACE[1:], TRACE[:21] + "181318" + TRACE[27:], TRACE[:20] + "9" + TRACE[21:], TRACE[:-1]),
}

TestSchemes = scheme_suite(codes, GOOD, BAD)


def test_the_parts_of_a_trace_code_hold_the_product() -> None:
    parts = HERB_TRACE.parse(TRACE)
    assert parts["product"] == PRODUCT
    assert (parts["pack_name"], parts["date"], parts["serial"], parts["stage_name"]) == ("药材", "2018-12-18", "0000001", "种植")
    assert HERB_PRODUCT.parse(parts["product"])["industry_name"] == "中药材种植"


def test_the_product_of_a_decoction_piece_begins_with_its_enterprise() -> None:
    parts = HERB_PRODUCT.parse("10127300007841520022")
    assert (parts["enterprise"], parts["goods"]) == ("10127300007841", "52002")
    assert HERB_BATCH.parse(BATCH)["enterprise"] == ENTERPRISE


def test_unknown_industries_are_only_hints() -> None:
    assert HERB_ENTERPRISE.registry_batch([ENTERPRISE, "10199900007841"]) == [None, "TK-CODE-003"]
    assert HERB_PRODUCT.registry_batch([PRODUCT, "10127300007841520022", "99900007841010520021"]) == [None, None, "TK-CODE-003"]


def test_no_check_digit_is_asked_of_the_classification() -> None:
    assert HERB.check_batch([f"0622064010019900{digit}" for digit in range(10)]) == [None] * 10
    assert HERB.parse("06220640100199002")["group_name"] == "动物类"
