"""The table of the 17 messages: complete, true to the kinds, and the pages made from it up to date."""

from pathlib import Path

import pytest
from tracekit_meat_veg._messages import SPECS, pages

from tracekit.loader import installed
from tracekit.spec.tables import read_table

ROWS = read_table(SPECS / "messages.csv")
SET = installed().sets["meat_veg"]


def test_all_17_messages_are_there_in_order() -> None:
    assert list(dict.fromkeys(row["message"] for row in ROWS)) == [str(number) for number in range(1, 18)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['message']}-{row['field']}")
def test_every_field_goes_to_a_place_that_exists(row: dict[str, str]) -> None:
    kind, path = SET.kinds[row["kind"]], row["path"]
    if path.startswith("documents:"):
        assert path.partition(":")[2] in SET.codesets["document_type"].codes
    elif path:
        assert path in kind.fields


def test_no_field_stands_twice_in_a_message() -> None:
    seen = [(row["message"], row["field"], row["path"]) for row in ROWS]
    assert len(seen) == len(set(seen))


def test_pages_are_up_to_date() -> None:
    for path, text in pages(Path(__file__).resolve().parents[1]).items():
        assert path.read_text(encoding="utf-8") == text, path
