"""Checks that the tables cannot say."""

from collections.abc import Iterator

from tracekit.findings import Finding
from tracekit.sdk import Facts, Record, Rule


def buyer_is_another(record: Record, _facts: Facts) -> Iterator[Finding]:
    """Seller and buyer are not the same."""
    if record["party"] == record["counterparty"]:
        yield Finding("TK-EXAMPLE-001", "error", "counterparty", {"party": record["party"]})


RULES = (Rule("example_category.parties.differ", ("example_category.sale",), buyer_is_another),)
