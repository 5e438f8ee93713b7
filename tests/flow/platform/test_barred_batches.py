"""A recalled batch that is traded again: the reception takes the record, for the trade was real, and says what it is."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tracekit.loader import installed
from tracekit.pipeline.intake import seal_flat
from tracekit.platform import admission
from tracekit.platform.office import Office, open_office
from tracekit.platform.reception import Reception


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_office(admission.create(tmp_path_factory.mktemp("nation"), "nation", "000000", "全国", ["*"]))
    yield opened
    opened.close()


def _case(name: str, **other: Any) -> dict[str, Any]:
    text = (installed().categories["food"].specs / "cases" / f"{name}.json").read_text(encoding="utf-8")
    return {**json.loads(text)["record"], **other}


def _said(office: Office, package: str, flat: dict[str, Any]) -> tuple[int, set[str]]:
    sealed = seal_flat([flat], installed(), b"no secret", "2026-11-21T23:00:00+08:00")
    receipt = orjson.loads(Reception(office).take_in(list(sealed), package))
    return receipt["counts"]["valid"], {finding["code"] for one in receipt["results"] for finding in one.get("findings", ())}


def test_a_batch_is_barred_from_its_recall_on(office: Office) -> None:
    assert _said(office, "recall", _case("good-recall"))[0] == 1
    earlier = _said(office, "earlier", _case("good-wholesale"))
    again = _said(office, "again", _case("good-retail_sale", key="again", time="2026-11-21T09:00+08:00", documents=_slip("again")))
    assert (earlier[0], "TK-FOOD-015" in earlier[1]) == (1, False)
    assert (again[0], "TK-FOOD-015" in again[1]) == (1, True)


def _slip(number: str) -> list[dict[str, str]]:
    return [{"type": "till_slip", "ref": f"till-slip:{number}", "direction": "out"}]
