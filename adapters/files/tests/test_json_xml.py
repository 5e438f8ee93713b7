"""JSON, JSON Lines and XML: streamed, bounded, and never trusted."""

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracekit_files import FilesConfig

Read = Callable[..., Any]
RECORDS = [{"单号": "1", "买方": {"名称": "张记"}, "项": [{"品名": "猪肉"}, {"品名": "鱼"}]}, {"单号": "2", "买方": {"名称": "李记"}}]


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_a_document_is_a_list_or_holds_one(read: Read) -> None:
    expected = [{"a": 1}, {"a": 2}]
    assert read("a.json", dumped(expected)).values == expected
    assert (
        read("b.json", dumped({"code": 0, "x": [1, {"y": 2}], "data": {"n": "]", "rows": expected}, "z": 1}), records="data.rows").values
        == expected
    )
    assert read("c.json", '﻿[{"a":"猪"}]'.encode()).values == [{"a": "猪"}]
    assert read("d.json", '[{"a":"猪"}]'.encode("gb18030")).values == [{"a": "猪"}]


def test_nested_records_are_flat_and_lists_expand(read: Read) -> None:
    flat = read("a.json", dumped(RECORDS)).values
    assert flat[0]["买方.名称"] == "张记"
    rows = read("a.json", expand="项").values
    assert [(row["单号"], row.get("项.品名")) for row in rows] == [("1", "猪肉"), ("1", "鱼"), ("2", None)]


def test_what_is_no_record_is_a_finding_beside_the_good_ones(read: Read) -> None:
    result = read("a.json", b'[{"a":1}, 5, "x", [], {"a":2}]')
    assert [row["a"] for row in result.values] == [1, 2]
    assert result.codes == ["TK-SRC-108"] * 3
    assert result.findings[0].where == "a.json:2"


@pytest.mark.parametrize(
    ("content", "code", "good"),
    [
        (b"", "TK-SRC-115", 0),
        (b"  \n", "TK-SRC-115", 0),
        (b'{"a":1}', "TK-SRC-117", 0),
        (b'[{"a":1},{"a":2', "TK-SRC-107", 1),
        (b'[{"a":1},{"a":}]', "TK-SRC-107", 1),
        (b'[{"a":1} {"a":2}]', "TK-SRC-107", 1),
        (b'[{"a":1},{"a":"\xff\xfe"}]', "TK-SRC-102", 1),
        (b'[{"a":1},' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]", "TK-SRC-111", 1),
        (b'[{"a":1},{"a":' + b"[" * 100 + b"]" * 100 + b"}]", "TK-SRC-111", 1),
    ],
)
def test_broken_documents_keep_what_stood_before(read: Read, content: bytes, code: str, good: int) -> None:
    result = read("a.json", content)
    assert (len(result.rows), result.codes) == (good, [code])


def test_a_list_that_is_not_there_is_named(read: Read) -> None:
    result = read("a.json", dumped({"data": {"list": []}}), records="data.rows")
    assert "list" in result.findings[0].params["detail"]


def test_ten_million_digits_do_not_stop_the_file(read: Read) -> None:
    digits = b"9" * 10_000_000
    lines = read("a.jsonl", b'{"a":1}\n{"a":' + digits + b'}\n{"a":2}\n')
    assert ([row["a"] for row in lines.values], lines.codes) == ([1, 2], ["TK-SRC-101"])
    assert len(read("a.csv", b"a,b\n1,2\n" + digits + b",1\n3,4\n").rows) == 2
    short = read("b.json", b'[{"a":1},{"a":' + digits[:900_000] + b'},{"a":2}]')
    assert [len(str(row["a"])) for row in short.values] == [1, 900_000, 1]


def test_json_lines_go_on_after_a_broken_line(read: Read) -> None:
    result = read("a.jsonl", b'{"a":1}\n\n{"a":\n[1]\n{"a":2}\r\n')
    assert [row["a"] for row in result.values] == [1, 2]
    assert [(finding.code, finding.where) for finding in result.findings] == [("TK-SRC-107", "a.jsonl:3"), ("TK-SRC-108", "a.jsonl:4")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(-(10**20), 10**20) | st.booleans() | st.none(), min_size=1),
        max_size=9,
    )
)
def test_streamed_json_equals_json(tmp_path_factory: pytest.TempPathFactory, read_files: Read, records: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.json").write_text(json.dumps(records, indent=1), encoding="utf-8")
    assert read_files(FilesConfig(path="a.json"), folder).values == records


def test_xml_records_are_elements(read: Read) -> None:
    content = (
        '<?xml version="1.0" encoding="GBK"?><清单 xmlns="urn:x"><头>1</头><交易 号="1"><品名>猪肉</品名><价 单位="斤">5</价></交易>'
        '<交易 号="2"><品名>鱼</品名></交易></清单>'
    )
    result = read("a.xml", content.encode("gbk"), row="交易")
    assert result.values == [{"@号": "1", "品名": "猪肉", "价.@单位": "斤", "价.#text": "5"}, {"@号": "2", "品名": "鱼"}]
    assert read("a.xml", row="清单/交易").values == result.values


def test_xml_lists_expand(read: Read) -> None:
    content = b"<r><t><n>1</n><i><p>a</p></i><i><p>b</p></i></t><t><n>2</n><i><p>c</p></i></t></r>"
    assert [(row["n"], row["i.p"]) for row in read("a.xml", content, expand="i").values] == [("1", "a"), ("1", "b"), ("2", "c")]


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><r><t>&b;</t></r>'
EXTERNAL = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><t>&x;</t></r>'


@pytest.mark.parametrize(
    ("content", "code", "good"),
    [
        (b"", "TK-SRC-115", 0),
        (LAUGHS, "TK-SRC-110", 0),
        (EXTERNAL, "TK-SRC-110", 0),
        (b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r><t/></r>', "TK-SRC-110", 0),
        (b"<r><t><a>1</a></t><t><a>2</a></r>", "TK-SRC-109", 1),
        (b"<r><t>1</t>&undefined;</r>", "TK-SRC-109", 1),
        (b"<r>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</r>", "TK-SRC-111", 0),
        (b'<?xml version="1.0" encoding="no-such"?><r/>', "TK-SRC-102", 0),
        (b"<r><t>1</t><t>\0</t></r>", "TK-SRC-109", 1),
    ],
)
def test_hostile_and_broken_xml(read: Read, content: bytes, code: str, good: int) -> None:
    result = read("a.xml", content)
    assert (len(result.rows), result.codes) == (good, [code])


def test_an_xml_record_above_the_limit_is_skipped_in_bounded_memory(tmp_path: Path, read_files: Read) -> None:
    path = tmp_path / "a.xml"
    with path.open("wb") as handle:
        handle.write(b"<r><t><a>1</a></t><t><a>")
        for _ in range(200):
            handle.write(b"x" * (1 << 20))
        handle.write(b"</a></t><t><a>2</a></t></r>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = read_files(FilesConfig(path="a.xml"), tmp_path)
    assert ([row["a"] for row in result.values], result.codes) == (["1", "2"], ["TK-SRC-101"])
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64


def test_an_endless_tag_stops_the_document_in_bounded_memory(tmp_path: Path, read_files: Read) -> None:
    path = tmp_path / "a.xml"
    with path.open("wb") as handle:
        handle.write(b'<r><t><a>1</a></t><t b="')
        for _ in range(200):
            handle.write(b"x" * (1 << 20))
        handle.write(b'"/></r>')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = read_files(FilesConfig(path="a.xml"), tmp_path)
    assert (len(result.rows), result.codes) == (1, ["TK-SRC-101"])
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64
