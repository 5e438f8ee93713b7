from typing import Any

import pytest

from tracekit import loader
from tracekit.findings import Finding
from tracekit.pipeline.check import Checks


def found(kind: Any) -> Finding:
    return Checks(loader.build([])).prepare([{"kind": kind, "key": "1"}], 0)[0].findings[0]


def test_a_kind_that_no_category_knows_is_told_with_what_is_known() -> None:
    one = found("honey.harvest")
    assert (one.code, one.path, one.params["kind"]) == ("TK-REC-050", "kind", "honey.harvest")
    near = found("core.object")
    assert "core.object_event" in near.params["known"]


@pytest.mark.parametrize("kind", [None, 7, [], {"a": 1}])
def test_a_kind_that_is_no_text_is_of_a_wrong_type(kind: Any) -> None:
    assert found(kind).code == "TK-REC-001"


def test_a_kind_without_end_is_told_in_short() -> None:
    assert len(found("x" * 100_000).params["kind"]) <= 64
