"""CSV as enterprises send it."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tracekit_files import FilesConfig

Read = Callable[..., Any]

PLAIN = "单号,品名,单价\n1,猪肉,12.5\n2,白菜,3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_found(read: Read, encoding: str, newline: str) -> None:
    result = read("a.csv", PLAIN.replace("\n", newline).encode(encoding))
    assert result.values == [{"单号": "1", "品名": "猪肉", "单价": "12.5"}, {"单号": "2", "品名": "白菜", "单价": "3"}]
    assert [raw.where for raw in result.rows] == ["a.csv:2", "a.csv:3"]
    assert result.findings == []


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
def test_the_delimiter_is_found_or_stated(read: Read, delimiter: str) -> None:
    content = PLAIN.replace(",", delimiter).encode()
    assert read("a.csv", content).values == read("b.csv", content, delimiter=delimiter).values
    assert len(read("a.csv").values[0]) == 3


def test_quotes_hold_delimiters_quotes_and_line_ends(read: Read) -> None:
    result = read("a.csv", '品名,备注\n"猪,肉","他说""好""\n第二行"\n白菜,无\n'.encode())
    assert result.values == [{"品名": "猪,肉", "备注": '他说"好"\n第二行'}, {"品名": "白菜", "备注": "无"}]
    assert [raw.where for raw in result.rows] == ["a.csv:2", "a.csv:4"]


def test_an_open_quote_costs_its_own_line_only(read: Read) -> None:
    result = read("a.csv", b'a,b\n1,"open\n2,x\n3,"y"\n4,z\n')
    assert [row["a"] for row in result.values] == ["2", "3", "4"]
    assert result.codes == ["TK-SRC-105"]
    assert result.findings[0].where == "a.csv:2"


def test_an_open_quote_before_the_end_costs_its_own_line_only(read: Read) -> None:
    result = read("a.csv", b'a,b\n1,"open\n2,x\n3,y\n')
    assert [row["a"] for row in result.values] == ["2", "3"]


def test_empty_files_say_so(read: Read) -> None:
    assert read("a.csv", b"").codes == ["TK-SRC-115"]
    assert read("b.csv", b"\n\n").codes == ["TK-SRC-115"]
    assert read("c.csv", b"a,b\n").rows == []


def test_a_stated_encoding_that_is_wrong_names_the_right_one(read: Read) -> None:
    result = read("a.csv", PLAIN.encode("gb18030"), encoding="utf-8")
    assert result.rows == []
    assert result.findings[0].code == "TK-SRC-102"
    assert result.findings[0].params["nearest"] == "gb18030"


def test_one_line_of_another_encoding_is_one_finding(read: Read) -> None:
    content = PLAIN.encode() + "3,牛肉,9\n".encode("gb18030") + "4,鱼,8\n".encode()
    result = read("a.csv", content, encoding="utf-8")
    assert [row["单号"] for row in result.values] == ["1", "2", "4"]
    assert result.findings[0].where == "a.csv:4"


def test_ragged_rows(read: Read) -> None:
    result = read("a.csv", b"a,b,c\n1,2\n1,2,3,4\n5,6,7,,\n8,9,10\n")
    assert result.values == [{"a": "1", "b": "2", "c": ""}, {"a": "5", "b": "6", "c": "7"}, {"a": "8", "b": "9", "c": "10"}]
    assert result.codes == ["TK-SRC-104", "TK-SRC-103"]
    assert "4" in result.findings[1].params["row"]


def test_duplicate_and_empty_headers_stay_apart(read: Read) -> None:
    result = read("a.csv", "单价,单价,\n1,2,3\n".encode())
    assert result.values == [{"单价": "1", "单价#2": "2", "#3": "3"}]
    assert result.codes == ["TK-SRC-106"]


def test_nul_bytes_pass_as_they_came_and_do_not_stop_the_file(read: Read) -> None:
    result = read("a.csv", b"a,b\n1,x\0y\n2,z\n")
    assert result.values == [{"a": "1", "b": "x\0y"}, {"a": "2", "b": "z"}]
    assert read("b.csv", b"\0\0\0\0\n\0\0\n").codes == ["TK-SRC-117"]


def test_titles_above_and_totals_below_are_no_records(read: Read) -> None:
    result = read("a.csv", "某某市场日报\n\n品名,价\n猪肉,1\n合计,1\n".encode(), header=3, ignore=["合计"])
    assert result.values == [{"品名": "猪肉", "价": "1"}]


def test_a_file_without_header_takes_names(read: Read) -> None:
    assert read("a.csv", b"1,2\n3,4\n", header=0, names=["a", "b"]).values == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_line_of_two_gibibytes_is_a_finding_and_the_next_line_is_read(tmp_path: Path, read_files: Read) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as handle:
        handle.write(b"a,b\n1,2\n")
        handle.seek(2 << 30, os.SEEK_CUR)
        handle.write(b"\n3,4\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = read_files(FilesConfig(path="huge.csv"), tmp_path)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert [row["a"] for row in result.values] == ["1", "3"]
    assert [(finding.code, finding.where) for finding in result.findings] == [("TK-SRC-101", "huge.csv:3")]
    assert result.rows[1].where == "huge.csv:4"
    assert grown < 64


def test_a_quoted_record_above_the_limit_costs_its_first_line_only(read: Read) -> None:
    lines = b"x\n" * 2000
    result = read("a.csv", b'a,b\n1,"open\n' + lines + b"2,y\n", limits={"line_bytes": 1024})
    assert result.codes.count("TK-SRC-105") == 1
    assert result.values[-1] == {"a": "2", "b": "y"}
