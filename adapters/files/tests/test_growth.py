"""Cursors: the same file twice, renamed, growing, cut anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tracekit_files import FilesAdapter, FilesConfig

from tracekit.errors import SourceError

Read = Callable[..., Any]


def rows(count: int, start: int = 0) -> bytes:
    return b"".join(b"%d,x\n" % number for number in range(start, start + count))


def test_the_same_file_twice_gives_nothing_new(read: Read) -> None:
    first = read("a.csv", b"a,b\n" + rows(10) + b"1,2,3,4\n")
    again = read("a.csv", cursor=first.cursor)
    assert (len(first.rows), first.codes) == (10, ["TK-SRC-103"])
    assert (again.rows, again.findings) == ([], [])
    assert read("a.csv").values == first.values


def test_a_renamed_file_goes_on_where_it_was(read: Read, tmp_path: Path) -> None:
    first = read("a.csv", b"a,b\n" + rows(10))
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    with (tmp_path / "b.csv").open("ab") as handle:
        handle.write(rows(2, 10))
    again = read("b.csv", cursor=first.cursor)
    assert [row["a"] for row in again.values] == ["10", "11"]
    assert again.rows[0].where == "b.csv:12"


def test_a_replaced_file_starts_anew(read: Read) -> None:
    first = read("a.csv", b"a,b\n" + rows(10))
    assert len(read("a.csv", b"a,b\n" + rows(3, 100), cursor=first.cursor).rows) == 3


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"a,b\n" + rows(20)),
        ("a.jsonl", b'{"a":"1"}\n' * 20),
        ("a.json", b"[" + b",".join([b'{"a":"1"}'] * 20) + b"]"),
        ("a.xml", b"<r>" + b"<i><a>1</a></i>" * 20 + b"</r>"),
    ],
)
def test_a_run_cut_after_any_batch_goes_on_without_loss_or_double(
    tmp_path: Path, name: str, content: bytes, size: int, read_files: Read
) -> None:
    (tmp_path / name).write_bytes(content)
    config = FilesConfig(path=name, batch_rows=size)
    whole = read_files(config, tmp_path)
    cursor, seen = None, list[object]()
    while True:
        batch = next(iter(FilesAdapter(config, tmp_path).fetch(cursor)), None)
        if batch is None or batch.cursor == cursor:
            break
        seen += batch.rows
        cursor = batch.cursor
    assert seen == whole.rows
    assert len(seen) == 20


def test_a_growing_file_is_read_to_its_size_at_open(tmp_path: Path, read_files: Read) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + rows(5) + b"5,unfin")
    batches = FilesAdapter(FilesConfig(path="a.csv", batch_rows=2), tmp_path).fetch(None)
    first = next(batches)
    with path.open("ab") as handle:
        handle.write(b"ished\n6,y\n")
    later = list(batches)
    assert [raw.value["a"] for batch in [first, *later] for raw in batch.rows] == ["0", "1", "2", "3", "4"]
    assert later[-1].findings[0].code == "TK-SRC-116"
    rest = read_files(FilesConfig(path="a.csv"), tmp_path, later[-1].cursor)
    assert rest.values == [{"a": "5", "b": "unfinished"}, {"a": "6", "b": "y"}]


def test_tail_makes_an_unfinished_line_wait(read: Read) -> None:
    first = read("a.csv", b"a,b\n1,x\n2,unfin", tail=True)
    assert (len(first.rows), first.codes) == (1, ["TK-SRC-116"])
    second = read("a.csv", b"a,b\n1,x\n2,unfinished\n", tail=True, cursor=first.cursor)
    assert second.values == [{"a": "2", "b": "unfinished"}]


def test_tail_waits_for_an_open_quote(read: Read) -> None:
    first = read("a.csv", b'a,b\n1,x\n2,"line\n', tail=True)
    assert (len(first.rows), first.codes) == (1, ["TK-SRC-116"])
    second = read("a.csv", b'a,b\n1,x\n2,"line\nmore"\n', tail=True, cursor=first.cursor)
    assert second.values == [{"a": "2", "b": "line\nmore"}]


def test_without_tail_a_last_line_is_read_and_read_again_only_if_it_grew(read: Read) -> None:
    first = read("a.csv", b"a,b\n1,x\n2,unfin")
    assert [row["b"] for row in first.values] == ["x", "unfin"]
    same = read("a.csv", cursor=first.cursor)
    assert same.rows == []
    grown = read("a.csv", b"a,b\n1,x\n2,unfinished\n3,y\n", cursor=first.cursor)
    assert [row["b"] for row in grown.values] == ["unfinished", "y"]
    closed = read("a.csv", b"a,b\n1,x\n2,unfin\n3,y\n", cursor=first.cursor)
    assert [row["b"] for row in closed.values] == ["y"]


def test_files_come_in_the_order_of_their_names_and_a_bad_one_does_not_stop_the_next(tmp_path: Path, read_files: Read) -> None:
    (tmp_path / "2.csv").write_bytes(b"a,b\n2,x\n")
    (tmp_path / "1.csv").write_bytes(b"a,b\n1,x\n")
    (tmp_path / "3.xlsx").write_bytes(b"no workbook")
    (tmp_path / "4.csv").write_bytes(b"a,b\n4,x\n")
    result = read_files(FilesConfig(path=["*.csv", "*.xlsx"]), tmp_path)
    assert [row["a"] for row in result.values] == ["1", "2", "4"]
    assert result.codes == ["TK-SRC-113"]


def test_the_same_content_under_two_names_is_read_once(tmp_path: Path, read_files: Read) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_bytes(b"a,b\n1,x\n")
    assert len(read_files(FilesConfig(path="*.csv"), tmp_path).rows) == 1


def test_no_file_and_a_foreign_cursor_are_errors(tmp_path: Path, read: Read, read_files: Read) -> None:
    with pytest.raises(SourceError, match="TK-SRC-001"):
        read_files(FilesConfig(path="none*.csv"), tmp_path)
    with pytest.raises(SourceError, match="TK-SRC-002"):
        read("a.csv", b"a\n1\n", cursor="what")


def test_a_batch_never_ends_inside_a_group(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"k,v\n" + b"".join(b"%d,%d\n" % (number // 3, number) for number in range(30)))
    batches = list(FilesAdapter(FilesConfig(path="a.csv", batch_rows=4, group=["k"]), tmp_path).fetch(None))
    assert [len(batch.rows) for batch in batches] == [6, 6, 6, 6, 6]


def test_rows_of_a_group_within_the_window_come_together(tmp_path: Path, read_files: Read) -> None:
    order = "ABACBDCADEEBF"
    (tmp_path / "a.csv").write_bytes(b"k,v\n" + "".join(f"{key},{number}\n" for number, key in enumerate(order)).encode())
    config = FilesConfig(path="a.csv", batch_rows=1, group=["k"], group_window=20)
    whole = list(FilesAdapter(config, tmp_path).fetch(None))
    assert ["".join(raw.value["k"] for raw in batch.rows) for batch in whole] == ["AAA", "BBB", "CC", "DD", "EE", "F"]
    for cut in range(len(whole)):
        rest = read_files(config, tmp_path, whole[cut].cursor)
        assert rest.rows == [raw for batch in whole[cut + 1 :] for raw in batch.rows]


def test_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + rows(100))
    adapter = FilesAdapter(FilesConfig(path="a.csv", batch_rows=10), tmp_path)
    steps = [adapter.read_bytes for _ in adapter.fetch(None)]
    assert steps == sorted(steps)
    assert adapter.read_bytes == adapter.total_bytes == (tmp_path / "a.csv").stat().st_size
