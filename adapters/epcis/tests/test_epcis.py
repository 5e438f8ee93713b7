import csv
import doctest
import json
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tracekit_epcis import _identifiers, _values, _vocabulary, register_adapters
from tracekit_epcis._document import Found, read_document
from tracekit_epcis._identifiers import name_thing
from tracekit_epcis.adapter import EpcisAdapter
from tracekit_epcis.config import EpcisConfig

from tracekit import codes
from tracekit.errors import SourceError
from tracekit.findings import is_problem
from tracekit.spec.messages import message
from tracekit.spec.sets import core_set
from tracekit.spec.validators import validator

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples" / "sources" / "epcis"
SHARED = ROOT.parent / "shared" / "data"
GLN = "gln:9521141000007"


def config(path: str = "documents", **more: Any) -> EpcisConfig:
    return EpcisConfig(path=path, origin="third", reporter=GLN, party=GLN, place=GLN, region="370200", **more)


def read(*events: dict[str, Any], **more: Any) -> list[Found]:
    document = {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": "EPCISDocument", "schemaVersion": "2.0"}
    document |= {"creationDate": "2026-11-20T08:00:00Z", "epcisBody": {"eventList": list(events)}}
    return list(read_document(json.dumps(document).encode(), "a.json", config(**more)))


def event(**fields: Any) -> dict[str, Any]:
    base = {"type": "ObjectEvent", "eventTime": "2026-11-20T06:30:00+08:00", "eventTimeZoneOffset": "+08:00", "action": "OBSERVE"}
    return {
        name: value for name, value in (base | {"epcList": ["urn:epc:id:sscc:4012345.0000000333"]} | fields).items() if value is not None
    }


def record(*events: dict[str, Any]) -> dict[str, Any]:
    found = read(*events)[0]
    assert found.record, found.findings
    return dict(found.record.value)


def codes_of(found: Found) -> list[str]:
    return [one.code for one in found.findings]


def valid_documents() -> list[Path]:
    return sorted(path for path in (EXAMPLES / "documents").rglob("*") if path.is_file())


def event_count(tree: Any) -> int:
    """How often an event time stands in a document, counted apart from the reader."""
    if isinstance(tree, dict):
        return ("eventTime" in tree) + sum(event_count(one) for one in tree.values())
    return sum(event_count(one) for one in tree) if isinstance(tree, list) else 0


def judge(data: bytes, name: str) -> list[Found]:
    """Read a document whose events must all be good, and check each record as a platform would."""
    found = list(read_document(data, name, config()))
    for one in found:
        assert one.record, one.findings
        assert not is_problem(one.findings)
        kind = core_set().kinds[one.record.value["kind"]]
        assert not is_problem(validator(kind)(dict(one.record.value)))
        for item in one.record.value["items"]:
            for ref in filter(None, (item.get("ref"), item.get("product"))):
                scheme, _, value = ref.partition(":")
                assert codes.get(scheme).check_batch([value]) == [None]
    return found


@pytest.mark.parametrize("path", valid_documents(), ids=lambda path: path.name)
def test_documents_of_others_become_good_records(path: Path) -> None:
    data = path.read_bytes()
    assert len(judge(data, path.name)) == event_count(json.loads(data)) > 0


@pytest.mark.parametrize("path", sorted((EXAMPLES / "invalid").iterdir()), ids=lambda path: path.name)
def test_invalid_documents_of_others_are_refused(path: Path) -> None:
    found = list(read_document(path.read_bytes(), path.name, config()))
    assert any(is_problem(one.findings) and one.record is None for one in found)


def test_all_indexed_documents_are_read_as_labelled() -> None:
    if not (SHARED / "epcis" / "INDEX.csv").exists():
        pytest.skip("the published examples that may not be copied are not at hand")
    with (SHARED / "epcis" / "INDEX.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["epcis_version"] == "2.0" and row["file"].endswith(("json", "jsonld"))]
    assert len(rows) > 90
    for row in rows:
        data = (SHARED / "epcis" / row["file"]).read_bytes()
        if row["expected"] == "valid":
            assert len(judge(data, row["file"])) == event_count(json.loads(data)), row["file"]
        else:
            assert any(is_problem(one.findings) for one in read_document(data, row["file"], config())), row["file"]


def test_both_spellings_of_the_published_examples_give_the_same_refs() -> None:
    folder = SHARED / "epcis" / "examples" / "gs1"
    if not folder.exists():
        pytest.skip("the published examples that may not be copied are not at hand")
    twins = sorted((folder / "json").rglob("Example_9.6.*.jsonld"))
    assert twins
    for path in twins:
        twin = folder / "json-simple-context" / path.relative_to(folder / "json")
        one, two = ([found.record.value["items"] for found in judge(p.read_bytes(), p.name) if found.record] for p in (path, twin))
        assert one == two


@pytest.mark.parametrize(
    ("uri", "ref", "product"),
    [
        ("urn:epc:id:sgtin:4012345.011111.98%22", 'local:gs1/sgtin/04012345111118/98"', "gtin:04012345111118"),
        ("https://example.com/gtin/4012345111118/ser/98%22?x=1", 'local:gs1/sgtin/04012345111118/98"', "gtin:04012345111118"),
        ("https://id.gs1.org/01/04012345111118/10/L%20%E6%89%B9", "local:gs1/lgtin/04012345111118/L%20%E6%89%B9", "gtin:04012345111118"),
        ("urn:epc:idpat:sgtin:4012345.011111.*", "", "gtin:04012345111118"),
        ("https://id.gs1.org/01/04012345111118", "", "gtin:04012345111118"),
        ("urn:epc:id:sscc:4012345.0000000333", "sscc:040123450000003338", ""),
        ("https://id.gs1.org/00/040123450000003338", "sscc:040123450000003338", ""),
        ("urn:epc:id:sgln:4012345.00005.0", "gln:4012345000054", ""),
        ("urn:epc:id:sgln:4012345.00005.122", "local:gs1/sgln/4012345000054/122", ""),
        ("urn:epc:id:pgln:999999999999.", "gln:9999999999994", ""),
        ("urn:epc:idpat:grai:4012345.66666.*", "", "local:gs1/grai/04012345666663"),
        ("https://id.gs1.org/01/04012345111119/21/7", "local:uri/id/https://id.gs1.org/01/04012345111119/21/7", ""),
        ("urn:epc:id:sscc:40.1", "local:uri/id/urn:epc:id:sscc:40.1", ""),
        ("geo:50.9,6.9", "local:uri/id/geo:50.9,6.9", ""),
    ],
)
def test_identifiers(uri: str, ref: str, product: str) -> None:
    assert name_thing(uri) == (ref, product)


def test_a_long_uri_becomes_a_digest() -> None:
    assert name_thing("https://example.org/" + "x" * 200).ref.startswith("local:uri/sha256/")


def test_doctests() -> None:
    for module in (_identifiers, _values, _vocabulary):
        assert doctest.testmod(module) == (0, doctest.testmod(module).attempted)


def test_who_what_when_where() -> None:
    made = record(
        event(
            eventTime="2026-11-19T22:30:00.500Z",
            recordTime="2026-11-20T00:00:00Z",
            bizStep="https://ref.gs1.org/cbv/BizStep-receiving",
            readPoint={"id": "urn:epc:id:sgln:4012345.00005.0"},
            sourceList=[{"type": "possessing_party", "source": "urn:epc:id:pgln:4012345.00225"}],
            destinationList=[{"type": "possessing_party", "destination": "urn:epc:id:pgln:0614141.00777"}],
            bizTransactionList=[
                {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:ASN1"},
                {"bizTransaction": "ex:1"},
            ],
            quantityList=[{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200.50, "uom": "KGM"}],
        )
    )
    assert made["time"] == "2026-11-20T06:30:00.5+08:00"
    assert made["recorded_at"] == "2026-11-20T00:00:00+00:00"
    assert (made["party"], made["counterparty"], made["place"]) == ("gln:4012345002256", "gln:0614141007776", "gln:4012345000054")
    assert made["items"][1]["quantities"] == [{"value": "200.5", "unit": "kg", "basis": "weight"}]
    assert [(one["type"], one["direction"]) for one in made["documents"]] == [("dispatch_advice", "in"), ("other", "in")]
    assert made["extension"]["biz_step"] == "receiving"


def test_what_the_event_does_not_say_is_the_sources() -> None:
    made = record(event())
    assert (made["party"], made["place"], made["reporter"], made["recorded_at"]) == (GLN, GLN, GLN, "2026-11-20T08:00:00+00:00")
    assert "counterparty" not in made


def test_roles_of_items() -> None:
    made = record(event(type="TransformationEvent", action=None, epcList=None, inputEPCList=["ex:in"], outputEPCList=["ex:out"]))
    assert [(one["line"], one["role"]) for one in made["items"]] == [(1, "input"), (2, "output")]
    made = record(event(type="AggregationEvent", epcList=None, parentID="ex:box", childEPCs=["ex:a", "ex:b"]))
    assert [one["role"] for one in made["items"]] == ["parent", "child", "child"]


def test_an_error_declaration_takes_the_same_event_back() -> None:
    first, second = (
        record(event(recordTime="2026-11-20T07:00:00Z")),
        record(
            event(errorDeclaration={"declarationTime": "2026-11-21T00:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": ["ex:2"]})
        ),
    )
    assert (first["key"], first["revision"], first["action"]) == (second["key"], 1, "new")
    assert (second["revision"], second["action"], second["reason"]) == (2, "void", "incorrect_data ex:2")


def test_the_key_is_the_event_id_or_a_digest_of_the_content() -> None:
    assert record(event(eventID="urn:uuid:1"))["key"] == "urn:uuid:1"
    assert record(event(eventID="x:" + "y" * 200))["key"].startswith("sha256:")
    keys = {record(event(**{"ex:a": value}))["key"] for value in ("1", "2", "1")}
    assert len(keys) == 2


def test_extensions_are_kept_in_the_records_form() -> None:
    made = record(event(**{"ex:f": 1.50, "ex:n": None, "ex:e": {}, "ex:l": [True, {"ex:i": 2**60}], "ex:文": "a\x00b"}))
    assert made["extension"]["epcis"] == {"ex:f": "1.5", "ex:l": [True, {"ex:i": str(2**60)}], "ex:%6587": "a b"}


def test_sensor_reports() -> None:
    report = {"type": "Temperature", "minValue": -1.5, "maxValue": 4, "uom": "CEL"}
    metadata = {"time": "2026-11-20T00:00:00Z"}
    found = read(event(sensorElementList=[{"sensorMetadata": metadata, "sensorReport": [report, {**report, "uom": "ZZZ"}]}]))[0]
    assert found.record
    assert found.record.value["measurements"] == [
        {"type": "temperature.min", "value": "-1.5", "unit": "celsius", "at": "2026-11-20T08:00:00+08:00"},
        {"type": "temperature.max", "value": "4", "unit": "celsius", "at": "2026-11-20T08:00:00+08:00"},
    ]
    assert codes_of(found) == ["TK-EPCIS-011"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"action": "CREATE"}, "TK-EPCIS-006"),
        ({"action": None}, "TK-EPCIS-006"),
        ({"eventTime": "22-07-2026"}, "TK-EPCIS-007"),
        ({"eventTime": "0000-01-01T00:00:00Z"}, "TK-EPCIS-007"),
        ({"eventTime": "2026-11-20T06:30:00"}, "TK-EPCIS-007"),
        ({"eventTime": None}, "TK-EPCIS-005"),
        ({"eventTimeZoneOffset": None}, "TK-EPCIS-005"),
        ({"eventTimeZoneOffset": "+15:00"}, "TK-EPCIS-006"),
        ({"bizStep": "transforming"}, "TK-EPCIS-009"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:transforming"}, "TK-EPCIS-009"),
        ({"bizStep": 7}, "TK-EPCIS-009"),
        ({"disposition": "in_transport"}, "TK-EPCIS-009"),
        ({"epcList": None}, "TK-EPCIS-010"),
        ({"epcList": [None]}, "TK-EPCIS-006"),
        ({"weight": 5}, "TK-EPCIS-008"),
        ({"ilmd": {"soil": 1}}, "TK-EPCIS-008"),
        ({"quantityList": [{"epcClass": "ex:a", "ex:weight": 5}]}, "TK-EPCIS-008"),
        ({"quantityList": [{"epcClass": "ex:a", "quantity": "5"}]}, "TK-EPCIS-006"),
        ({"quantityList": ["ex:a"]}, "TK-EPCIS-006"),
        ({"sourceList": [{"type": "place", "source": "ex:a"}]}, "TK-EPCIS-009"),
        ({"certificationInfo": [{"a": 1}]}, "TK-EPCIS-006"),
        ({"readPoint": "ex:a"}, "TK-EPCIS-006"),
        ({"errorDeclaration": {}}, "TK-EPCIS-005"),
    ],
)
def test_a_bad_event_becomes_a_finding_and_the_good_ones_go_on(fields: dict[str, Any], code: str) -> None:
    bad, good = read(event(**fields), event())
    assert code in codes_of(bad)
    assert bad.record is None
    assert all(one.where == "a.json:epcisBody.eventList.1" for one in bad.findings)
    assert good.record


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "TK-EPCIS-001"),
        (b"\xff\xfe", "TK-EPCIS-001"),
        (b'{"type": "EPCISDocument"', "TK-EPCIS-001"),
        (b"[" * 100_000, "TK-EPCIS-001"),
        (b'{"a": ' + b"9" * 10_000_000 + b"}", "TK-EPCIS-001"),
        (b'{"a": NaN}', "TK-EPCIS-004"),
        (b'{"type": "EPCISDocument", "epcisBody": []}', "TK-EPCIS-005"),
        (b'{"type": "EPCISMasterDataDocument"}', "TK-EPCIS-004"),
        (b'{"type": ["ObjectEvent"]}', "TK-EPCIS-004"),
        (b"null", "TK-EPCIS-004"),
        (b"[1]", "TK-EPCIS-004"),
    ],
)
def test_what_is_no_document_is_a_finding(data: bytes, code: str) -> None:
    (found,) = read_document(data, "a.json", config())
    assert (found.record, codes_of(found)) == (None, [code])


def test_deep_nesting_is_a_finding() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"ex:a": deep}
    assert codes_of(read(event(**{"ex:a": deep}))[0]) == ["TK-EPCIS-003"]


def test_a_damaged_document_never_raises() -> None:
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    texts = [path.read_bytes() for path in valid_documents()]
    for _ in range(400):
        data = bytearray(dice.choice(texts))
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(data))
            data[at : at + dice.randrange(4)] = dice.choice([b"", b"0", b'"', b"null", b"{}", b"[]", b"1e999", b"\xe6\x96\x87", b"-"])
        for one in read_document(bytes(data), f"seed {seed}", config()):
            assert one.record or is_problem(one.findings), seed


def test_a_bare_event_and_a_list_of_them() -> None:
    assert len(list(read_document(json.dumps(event()).encode(), "a", config()))) == 1
    found = list(read_document(json.dumps([event(), event()]).encode("utf-8-sig"), "a", config()))
    assert [one.record.where for one in found if one.record] == ["a:1", "a:2"]


def test_prefixes_of_the_document_are_written_out() -> None:
    tree = {"@context": [{"thing": "https://example.org/thing/"}], **event(epcList=["thing:7"])}
    (found,) = read_document(json.dumps(tree).encode(), "a", config())
    assert found.record
    assert found.record.value["items"][0]["ref"] == "local:uri/id/https://example.org/thing/7"


def write(folder: Path, **documents: list[dict[str, Any]]) -> None:
    for name, events in documents.items():
        (folder / f"{name}.json").write_text(json.dumps({"type": "EPCISDocument", "epcisBody": {"eventList": events}}))


def fetched(folder: Path, cursor: str | None = None, **more: Any) -> tuple[list[str], list[str]]:
    """Where the records stood, and the cursors after each batch."""
    batches = list(EpcisAdapter(config(".", **more), folder).fetch(cursor))
    return [raw.where for batch in batches for raw in batch.rows], [batch.cursor for batch in batches]


def test_reading_goes_on_where_any_batch_ended(tmp_path: Path) -> None:
    write(tmp_path, a=[event(), event(), event()], b=[event()])
    everything, cursors = fetched(tmp_path, batch=2)
    assert everything == [
        "a.json:epcisBody.eventList.1",
        "a.json:epcisBody.eventList.2",
        "a.json:epcisBody.eventList.3",
        "b.json:epcisBody.eventList.1",
    ]
    assert [len(fetched(tmp_path, cursor, batch=2)[0]) for cursor in cursors] == [2, 1, 0]
    assert fetched(tmp_path, cursors[0], batch=2)[1] == cursors[1:]


def test_a_new_document_is_read_and_a_changed_past_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, b=[event()])
    _, cursors = fetched(tmp_path)
    write(tmp_path, c=[event()])
    assert fetched(tmp_path, cursors[-1])[0] == ["c.json:epcisBody.eventList.1"]
    write(tmp_path, a=[event()])
    assert len(fetched(tmp_path, cursors[-1])[0]) == 3
    assert len(fetched(tmp_path, "not ours")[0]) == 3


def test_a_document_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, a=[event()] * 20, b=[event()])
    (one, two) = EpcisAdapter(config(".", max_bytes=1000), tmp_path).fetch(None)
    assert ([finding.code for finding in one.findings], one.rows) == (["TK-EPCIS-002"], [])
    assert len(two.rows) == 1


def test_a_missing_source_says_where(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        list(EpcisAdapter(config("nowhere"), tmp_path).fetch(None))


def test_hook_register_adapters() -> None:
    (adapter,) = register_adapters()
    assert adapter.id == "epcis"
    source = adapter.open(adapter.config(**config().model_dump()), EXAMPLES)
    assert sum(len(batch.rows) for batch in source.fetch(None)) == 67
    assert message("TK-EPCIS-001").title_zh


def test_the_example_source_needs_no_mapping() -> None:
    (adapter,) = register_adapters()
    settings = tomllib.loads((EXAMPLES / "source.toml").read_text(encoding="utf-8"))["source"]
    assert settings.pop("adapter") == adapter.id
    source = adapter.open(adapter.config.model_validate(settings), EXAMPLES)
    records = [raw.value for batch in source.fetch(None) for raw in batch.rows]
    assert len(records) == 67
    assert {record["origin"] for record in records} == {"epcis-examples"}
    assert {record["kind"].removeprefix("core.").removesuffix("_event") for record in records} == {record["shape"] for record in records}
