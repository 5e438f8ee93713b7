"""The template works as it stands: a real file, a cursor, a mapping."""

from pathlib import Path

import pytest
from tracekit_template import TemplateAdapter, TemplateConfig, register_adapters

from tracekit.errors import SourceError
from tracekit.mapping import open_source

TEXT = "号=1\n品名=猪肉\n\n号=2\n品名=白菜\n"
TOML = '[source]\nadapter = "template"\npath = "a.txt"\nkind = "core.market_quote"\n'
TABLE = "target,source,transform\nkey,号,copy\nproduct_name,品名,copy\n".encode()


def test_records_are_read_and_mapped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (adapter,) = register_adapters()
    source = open_source(TOML, tmp_path, {adapter.id: adapter}, {"mapping.csv": TABLE}.__getitem__)
    (batch,) = source.adapter.fetch(None)
    assert [record["product_name"] for record, _ in source.mapping.apply(batch.rows).records] == ["猪肉", "白菜"]


def test_reading_goes_on_from_every_cursor(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    adapter = TemplateAdapter(TemplateConfig(path="a.txt", batch_rows=1), tmp_path)
    batches = list(adapter.fetch(None))
    assert [[raw.value["号"] for raw in batch.rows] for batch in batches] == [["1"], ["2"]]
    assert [raw.value["号"] for batch in adapter.fetch(batches[0].cursor) for raw in batch.rows] == ["2"]
    assert list(adapter.fetch(batches[1].cursor)) == []


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="TK-SRC-001"):
        next(TemplateAdapter(TemplateConfig(path="none"), tmp_path).fetch(None))
