"""One record by REST and by SOAP: the same canonical bytes, content id and verdict, whatever is wrong with it."""

import itertools
from typing import Any

import orjson
import pytest
from lxml import etree

from tracekit.ids import canonical, content_id
from tracekit.loader import installed
from tracekit.spec.examples import example
from tracekit.spec.mutations import mutations
from tracekit.spec.parts import actions
from tracekit.spec.write_xsd import structure_xsd
from tracekit.wire import Reader, Writer, envelope, opened
from tracekit.wire.soap import NEW

KINDS = dict(installed().kinds)
SUBMIT = actions()["submit"]
MUTATED = ("core.transformation_event", "core.merchant", "meat_veg.market_trade")
EVERY = 9
"""Every so many-th mutation: most are of elements of the same type."""


@pytest.fixture(scope="module")
def structure() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(structure_xsd(actions().values(), KINDS.values()).encode()))


def test_every_kind_and_what_may_be_wrong_with_it_goes_through_xml_unchanged(structure: etree.XMLSchema) -> None:
    reader, writer = Reader(KINDS), Writer(KINDS)
    for kind in KINDS.values():
        record = example(kind, 1)
        wrong = [one for _, _, one in itertools.islice(mutations(kind, record), 0, None, EVERY)] if kind.id in MUTATED else []
        sent = {"records": [record, *wrong]}
        request = opened(envelope(writer.write("submit", SUBMIT.request, sent), NEW))
        assert structure.validate(request.content), structure.error_log
        read = reader.read(SUBMIT.request, request.content)
        for before, after in zip(sent["records"], read["records"], strict=True):
            assert canonical(after) == canonical(before)
            assert content_id(after) == content_id(before)


@pytest.mark.wire
def test_every_kind_has_the_same_verdict(town: Any, soap: Any) -> None:
    """Two packages with the same records, both rolled back, so that the second is judged as the first was."""
    records = [example(kind, seed) for seed, kind in enumerate(KINDS.values())]
    records += [{**record, "revision": 0, "zz": [None, 1.5, "\x00"]} for record in records[::7]]
    by_rest = town.submit(town.package(records, "rest-all", mode="rollback")).json()
    by_soap = soap.call("submit", town.package(records, "soap-all", mode="rollback"))
    assert by_rest["outcome"] == by_soap["outcome"] == "rolled_back"
    for name in ("digest", "counts", "results", "rule_set"):
        assert by_soap[name] == by_rest[name]


@pytest.mark.wire
def test_a_receipt_is_the_same_bytes_in_both_bindings(town: Any, soap: Any, trade: Any) -> None:
    package = town.package(town.sealed(trade(901), trade(902, region="371302"), {"kind": "no.such", "a": {"b\x01": None}}), "soap-901")
    first = soap.call("submit", package)
    again = town.submit(package)
    assert canonical(first) == again.content
    assert orjson.loads(again.content)["counts"]["total"] == 3
