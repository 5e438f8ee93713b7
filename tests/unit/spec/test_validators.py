"""The light validator: what it finds, that it never raises, and that its fast path never says yes too early."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracekit.spec.check import check, check_groups
from tracekit.spec.examples import example
from tracekit.spec.fast import fast_answer, fast_source
from tracekit.spec.mutations import mutations
from tracekit.spec.sets import core_set, load_set
from tracekit.spec.validators import validator

DEMO = Path(__file__).parents[2] / "contract" / "demo" / "specs"
SPEC = load_set(DEMO, core_set())
TRADE = SPEC.kinds["demo.trade"]
PROCESS = SPEC.kinds["demo.process"]
validate = validator(TRADE)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None), max_size=20), st.just("\ud800")
)
TREES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)), max_leaves=12
)


def trade(seed: int = 1, **changes: Any) -> dict[str, Any]:
    record = example(TRADE, seed)
    return {name: value for name, value in {**record, **changes}.items() if value is not ...}


def found(record: Any) -> set[tuple[str, str]]:
    return {(one.code, one.path) for one in validate(record)}


@settings(max_examples=120, deadline=None)
@given(TREES)
def test_any_tree_gives_findings_that_can_be_sent_and_never_an_exception(tree: Any) -> None:
    findings = validate(tree)
    assert findings
    orjson.dumps([one.to_wire() for one in findings])


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_value_anywhere_gives_findings_that_can_be_sent_and_never_an_exception(data: Any) -> None:
    record = copy.deepcopy(example(TRADE, data.draw(st.integers(0, 9))))
    holder: Any = record
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [one for one in (holder.values() if isinstance(holder, dict) else holder) if isinstance(one, dict | list) and one]
        holder = data.draw(st.sampled_from(inner)) if inner else holder
    key = data.draw(st.sampled_from(sorted(holder))) if isinstance(holder, dict) else data.draw(st.integers(0, len(holder) - 1))
    holder[key] = data.draw(TREES)
    findings = validate(record)
    orjson.dumps([one.to_wire() for one in findings])
    assert findings == check(TRADE, record)


@pytest.mark.parametrize("kind", [TRADE, PROCESS], ids=lambda kind: kind.id)
def test_the_fast_path_agrees_with_the_reference_on_single_mutations(kind: Any) -> None:
    answer = fast_answer(kind)
    disagreed = 0
    for seed in range(4):
        for _, _, mutated in mutations(kind, example(kind, seed)):
            try:
                clean = answer(mutated)
            except Exception:  # noqa: BLE001  tripping over a wrong type means no
                clean = False
            reference = check(kind, mutated)
            assert not (clean and reference)
            disagreed += not clean and not reference
    assert not disagreed, "the fast path leaves good records to the reference"


def test_the_fast_path_has_source_for_reading() -> None:
    assert fast_source(TRADE).startswith("def answer(r):")


def test_a_good_record_has_no_findings() -> None:
    assert validate(trade()) == []


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"key": ...}, "TK-REC-002", "key"),
        ({"key": ""}, "TK-REC-014", "key"),
        ({"key": "x" * 129}, "TK-REC-013", "key"),
        ({"key": "a\u0000"}, "TK-REC-012", "key"),
        ({"key": "e\u0301"}, "TK-REC-011", "key"),
        ({"key": "\ud800"}, "TK-REC-012", "key"),
        ({"key": None}, "TK-REC-004", "key"),
        ({"key": 1.5}, "TK-REC-005", "key"),
        ({"key": 7}, "TK-REC-001", "key"),
        ({"revision": 0}, "TK-REC-015", "revision"),
        ({"revision": True}, "TK-REC-001", "revision"),
        ({"revision": 2**53}, "TK-REC-007", "revision"),
        ({"revision": 10**5000}, "TK-REC-007", "revision"),
        ({"kind": "demo.other"}, "TK-REC-028", "kind"),
        ({"shape": "object"}, "TK-REC-042", "shape"),
        ({"action": "delete"}, "TK-REC-016", "action"),
        ({"origin": "a b"}, "TK-REC-015", "origin"),
        ({"time": "2026-02-30"}, "TK-REC-010", "time"),
        ({"time": "2026-11-20T06:30Z"}, "TK-REC-009", "time"),
        ({"recorded_at": "2026-11-20"}, "TK-REC-015", "recorded_at"),
        ({"region": "37060"}, "TK-REC-015", "region"),
        ({"party": "370600002"}, "TK-REC-018", "party"),
        ({"party": "gtin:6901234567892"}, "TK-REC-019", "party"),
        ({"items": []}, "TK-REC-006", "items"),
        ({"items": {"line": 1}}, "TK-REC-001", "items"),
        ({"extension": {}}, "TK-REC-006", "extension"),
        ({"counterparty_name": "张记"}, "TK-REC-022", "counterparty_name"),
        ({"数量": "1"}, "TK-REC-026", "数量"),
        ({"zz": {"a": [1.5]}}, "TK-REC-005", "zz.a.1"),
        ({"zz": {"a": []}}, "TK-REC-006", "zz.a"),
        ({"zz": "kept"}, "TK-REC-003", "zz"),
        ({"documents": ...}, "TK-REC-002", "documents"),
        ({"until": "1999-01-01"}, "TK-REC-033", "until"),
        ({"groups": {"commercial": "xyz"}}, "TK-REC-023", "groups.commercial"),
        ({"groups": ...}, "TK-REC-041", "commercial"),
        ({"commercial": {"salt": "x", "values": {}}}, "TK-REC-023", "commercial"),
        ({"commercial": []}, "TK-REC-023", "commercial"),
    ],
)
def test_each_rule_names_its_place(changes: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in found(trade(**changes))


def test_items_are_named_by_line_number_and_lines_are_unique() -> None:
    record = trade()
    record["items"][1]["line"] = 7
    record["items"][1]["quantities"][0]["unit"] = "stone"
    assert ("TK-REC-016", "items.7.quantities.1.unit") in found(record)
    record["items"][0]["line"] = 7
    assert ("TK-REC-021", "items.7.line") in found(record)


def test_a_missing_document_is_named_by_type_and_direction() -> None:
    record = trade()
    for one in record["documents"]:
        one["type"] = "card"
    assert ("TK-REC-027", "documents:trade_slip@out") in found({**record, "documents": record["documents"][:1]})


def test_a_withheld_group_is_not_missing_and_one_without_digest_is() -> None:
    record = trade()
    assert validate({name: value for name, value in record.items() if name != "commercial"}) == []
    bare = trade(groups=..., commercial=..., personal=..., internal=...)
    assert ("TK-REC-002", "items.1.unit_price") in found(bare)


def test_a_mandatory_sensitive_element_of_an_extension_is_missed_even_where_there_is_no_extension() -> None:
    record = trade()
    assert "extension" not in record
    del record["internal"]["values"]["extension.card"]
    record["internal"]["values"]["extension.other"] = "kept"
    assert ("TK-REC-002", "extension.card") in found(record)
    assert ("TK-REC-002", "extension.card") not in found({name: value for name, value in record.items() if name != "internal"})


def test_a_mandatory_element_of_an_extension_demands_the_extension() -> None:
    record = example(PROCESS, 1)
    del record["items"][0]["extension"]
    assert [(one.code, one.path) for one in check(PROCESS, record)] == [("TK-REC-002", "items.1.extension")]


@pytest.mark.parametrize(
    ("validity", "codes"),
    [
        ({"valid_from": "2026-11-20", "valid_to": "2026-11-20"}, []),
        ({"valid_to": "2026-11-19"}, ["TK-REC-043"]),
        ({"valid_from": "2026-11-21"}, ["TK-REC-049"]),
    ],
)
def test_a_paper_that_does_not_hold_when_it_is_used_is_a_warning(validity: dict[str, str], codes: list[str]) -> None:
    kind = core_set().kinds["core.object_event"]
    paper = {"type": "organic_certificate", "ref": "local:370600002/organic/1", "direction": "in", **validity}
    record = {**example(kind, 0), "time": "2026-11-20T06:30+08:00", "documents": [paper]}
    record.pop("until", None)
    assert [(one.code, one.level, one.path) for one in validator(kind)(record)] == [
        (code, "warning", f"documents.1.{'valid_to' if code == 'TK-REC-043' else 'valid_from'}") for code in codes
    ]


def test_a_value_in_a_group_is_judged_as_at_its_place_and_never_shown() -> None:
    record = trade()
    record["commercial"]["values"]["items.1.unit_price"] = "12.50"
    [finding] = validate(record)
    assert (finding.code, finding.path, finding.params["value"]) == ("TK-REC-008", "items.1.unit_price", "***")


def test_a_group_that_does_not_agree_with_its_digest_is_found() -> None:
    record = trade()
    assert check_groups(record) == []
    record["commercial"]["values"]["items.1.unit_price"] = "1"
    assert [(one.code, one.path) for one in check_groups(record)] == [("TK-REC-024", "commercial")]


def test_a_void_record_needs_its_envelope_only() -> None:
    record = {field.name: example(TRADE, 0)[field.name] for field in TRADE.top if field.envelope and field.obligation == "M"}
    assert validate({**record, "action": "void"}) == []
    assert ("TK-REC-002", "time") in found({name: value for name, value in {**record, "action": "void"}.items() if name != "time"})


def test_a_code_out_of_its_dates_is_a_warning() -> None:
    record = example(PROCESS, 1)
    record["extension"]["shift"] = "old"
    [finding] = check(PROCESS, record)
    assert (finding.code, finding.level) == ("TK-REC-017", "warning")


@pytest.mark.parametrize(
    ("extension", "code", "path"),
    [
        ({"shift": "night"}, "TK-REC-029", "extension.count"),
        ({"shift": "day", "count": 3, "sampled": 4}, "TK-REC-033", "extension.sampled"),
        ({"shift": "day", "total": "1000000.5"}, "TK-REC-032", "extension.total"),
        ({"shift": "day", "open": True}, "TK-REC-029", "extension.count"),
        ({"shift": "day", "checked": False}, "TK-REC-031", "extension.checked"),
    ],
)
def test_conditions_of_the_tables(extension: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in {(one.code, one.path) for one in check(PROCESS, {**example(PROCESS, 0), "extension": extension})}


def test_the_yield_is_a_warning() -> None:
    record = example(PROCESS, 0)
    for item, weight in zip(record["items"], ("1", "900"), strict=False):
        item["quantities"] = [{"value": weight, "unit": "kg", "basis": "weight"}]
    record["items"][0]["role"], record["items"][1]["role"] = "input", "output"
    assert ("TK-REC-040", "warning") in {(one.code, one.level) for one in check(PROCESS, {**record, "items": record["items"][:2]})}


def test_nesting_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = [deep]
    assert "TK-REC-025" in {one.code for one in validate(trade(zz=deep))}
