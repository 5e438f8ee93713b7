"""The flat models: what a program may give, what it is told, what goes on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tracekit.model import core
from tracekit.model.flat import findings

GIVEN: dict[str, Any] = {
    "key": "1",
    "origin": "market-07",
    "reporter": "uscc:91110000600037341L",
    "time": date(2026, 11, 20),
    "recorded_at": datetime(2026, 11, 20, 6, 30, 15, tzinfo=UTC),
    "region": "370602",
    "name": "第一市场",
    "node_type": "retail_market",
    "subject": "uscc:91110000600037341L",
    "business_categories": ["meat_veg"],
    "address": "烟台市芝罘区",
}


def told(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        core.Node(**{**GIVEN, **changes})
    return [(one.code, one.path) for one in findings(caught.value)]


def test_a_record_stores_texts_and_knows_its_defaults() -> None:
    node = core.Node(**GIVEN, longitude=Decimal("121.40"), latitude="37.5")
    flat = node.to_flat()
    assert flat["time"] == "2026-11-20"
    assert flat["recorded_at"] == "2026-11-20T06:30:15+00:00"
    assert flat["longitude"] == "121.4"
    assert (flat["kind"], flat["revision"], flat["action"]) == ("core.node", 1, "new")
    assert "contact" not in flat
    assert core.Node(**flat) == node


def test_a_record_is_frozen() -> None:
    with pytest.raises(ValidationError):
        core.Node(**GIVEN).name = "x"


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"longitude": 121.4}, "TK-REC-001", "longitude"),
        ({"longitude": True}, "TK-REC-001", "longitude"),
        ({"longitude": Decimal("NaN")}, "TK-REC-008", "longitude"),
        ({"longitude": 10**400}, "TK-REC-008", "longitude"),
        ({"longitude": 181}, "TK-REC-032", "longitude"),
        ({"time": datetime(2026, 11, 20, 6, 30)}, "TK-REC-009", "time"),  # noqa: DTZ001  the naive time is what is refused
        ({"time": "20 Nov"}, "TK-REC-009", "time"),
        ({"recorded_at": "2026-11-20"}, "TK-REC-015", "recorded_at"),
        ({"revision": True}, "TK-REC-001", "revision"),
        ({"revision": "1"}, "TK-REC-001", "revision"),
        ({"name": b"x"}, "TK-REC-001", "name"),
        ({"node_type": "castle"}, "TK-REC-016", "node_type"),
        ({"subject": "gtin:6901234567892"}, "TK-REC-019", "subject"),
        ({"adress": "x"}, "TK-REC-003", "adress"),
        ({"business_categories": []}, "TK-REC-020", "business_categories"),
        ({"refs": [{"ref": "x"}]}, "TK-REC-018", "refs.1.ref"),
    ],
)
def test_a_wrong_value_names_field_and_code(changes: dict[str, Any], code: str, path: str) -> None:
    assert told(**changes) == [(code, path)]


def test_an_error_s_text_says_what_to_do() -> None:
    with pytest.raises(ValidationError, match="Allowed schemes: uscc"):
        core.Node(**{**GIVEN, "subject": "gtin:6901234567892"})


def test_a_void_record_is_its_envelope() -> None:
    envelope = {name: GIVEN[name] for name in ("key", "origin", "reporter", "time", "recorded_at", "region")}
    void = core.Void(kind="core.node", revision=2, category="meat_veg", **envelope)
    assert void.to_flat()["action"] == "void"
