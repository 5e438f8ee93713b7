"""`tracekit code`: exit codes, JSON lines, files, both languages."""

import json
import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "tracekit.cli", "code"]
# whatever the machine speaks, a test says what it wants
CLEAN = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG", "TRACEKIT_LANG")}


def run(*args, given=b"", language="en_GB.UTF-8"):
    env = {**CLEAN, "LANG": language, "PYTHONUTF8": "1"}
    done = subprocess.run([*COMMAND, *args], input=given, capture_output=True, env=env, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def objects(out):
    return [json.loads(line) for line in out.splitlines()]


def test_all_valid_is_0_and_one_not_is_1():
    assert run("check", "uscc", "91350100M000100Y43", "911101083303521997")[0] == 0
    code, out, _ = run("check", "uscc", "91350100M000100Y43", "91350211M000100Y43", "--json")
    good, bad = objects(out)
    assert code == 1
    assert good == {"value": "91350100M000100Y43", "valid": True, "compact": "91350100M000100Y43", "findings": []}
    assert bad["valid"] is False
    assert bad["findings"][0]["code"] == "TK-CODE-002"
    assert "91350211M000100Y43" in bad["findings"][0]["message"]


def test_an_unknown_area_is_a_finding_of_a_valid_code():
    code, out, _ = run("check", "node", "321392001", "--json")
    assert code == 0
    (told,) = objects(out)
    assert told["valid"] is True
    assert [one["code"] for one in told["findings"]] == ["TK-CODE-003"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("check", "nope", "1"), "origin-trace"),
        (("check", "node"), "VALUE"),
        (("check", "node", "--file", "no/such/file"), "no/such/file"),
        (("check", "node", "--file", "."), "--file"),
    ],
)
def test_usage_is_2_and_says_why(args, says):
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert says in err


def test_a_file_is_read_line_by_line_and_so_is_standard_input(tmp_path):
    content = b"\xef\xbb\xbf370600004\r\n\r\n 370600 005 \n3706\xff0004\n" + b"7" * 20_000 + b"\n370600006"
    (tmp_path / "nodes.txt").write_bytes(content)
    for source, given in ((str(tmp_path / "nodes.txt"), b""), ("-", content)):
        code, out, _ = run("check", "node", "--file", source, "--json", given=given)
        told = objects(out)
        assert code == 1
        assert [one["compact"] for one in told if one["valid"]] == ["370600004", "370600005", "370600006"]
        assert [one["findings"][0]["code"] for one in told if not one["valid"]] == ["TK-CODE-001"] * 2
        assert len(told) == 5


def test_values_and_file_together_and_an_empty_file(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert run("check", "node", "--file", str(tmp_path / "empty"), "--json") == (0, "", "")
    code, out, err = run("check", "node", "370600004", "--file", "-", given=b"370600005\n")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "2 values" in err


def test_parse_names_the_parts():
    code, out, _ = run("parse", "tran", "37060000400010000003", "--json")
    assert code == 0
    assert objects(out)[0]["parts"] == {
        "area": "370600",
        "node": "370600004",
        "merchant": "3706000040001",
        "serial": "0000003",
        "area_name": "烟台市",
    }
    code, out, _ = run("parse", "area", "110103")
    assert code == 0
    for word in ("崇文区", "北京市", "110101", "东城区", "2009-12-31"):
        assert word in out
    code, out, _ = run("parse", "tran", "1", "--json")
    assert code == 1
    assert "parts" not in objects(out)[0]


def test_both_languages():
    assert "不合格" in run("check", "node", "1", language="zh_CN.UTF-8")[1]
    assert "校验位" in run("check", "uscc", "91350211M000100Y43", language="zh_CN.UTF-8")[1]
    assert "check character" in run("check", "uscc", "91350211M000100Y43")[1]


def test_list_has_every_scheme():
    told = {one["scheme"]: one for one in objects(run("list", "--json")[1])}
    assert {"uscc", "area", "origin-trace", "plate"} <= set(told)
    assert all(set(one) == {"scheme", "name_zh", "name_en", "pattern", "source"} for one in told.values())
    assert "统一社会信用代码" in run("list", language="zh_CN.UTF-8")[1]


def test_bytes_of_the_command_line_that_are_no_text_are_shown_escaped():
    code, out, _ = run("check", "plate", b"\xff\xfe".decode("utf-8", "surrogateescape"), "--json")
    assert code == 1
    assert objects(out)[0]["value"].startswith("\\udcff")


def test_identify_says_which_schemes_fit_best_first():
    code, out, _ = run("identify", "6921168509256", "91350100M000100Y43", "--json")
    goods, firm = objects(out)
    assert code == 0
    assert [one["scheme"] for one in goods["matches"]][:2] == ["gtin", "gln"]
    assert goods["matches"][0]["why"] == ["checksum"]
    assert firm["matches"][0]["parts"]["area_name"] == "福州市"
    assert set(firm["matches"][0]) == {"scheme", "name_zh", "name_en", "value", "why", "found", "parts"}


def test_identify_is_1_where_one_fits_nothing_and_2_without_values():
    code, out, _ = run("identify", "Hello World!", "--json")
    assert (code, objects(out)) == (1, [{"value": "Hello World!", "fits": False, "matches": []}])
    assert run("identify", "370600004", "Hello World!")[0] == 1
    assert run("identify")[0] == 2
    assert "没有合适的编码体系" in run("identify", "Hello World!", language="zh_CN.UTF-8")[1]


def test_identify_reads_payloads_from_a_file_one_a_line():
    lines = ["http://t.example/c?id=91350100M000100Y43", "甲\\n乙：7732-18-5\\n丙", "urn:epc:id:sscc:4012345.0000000333"]
    code, out, _ = run("identify", "--file", "-", "--json", given="\n".join(lines).encode())
    assert code == 0
    assert [one["matches"][0]["scheme"] for one in objects(out)] == ["uscc", "cas", "digital-link"]
    assert "check character holds" in run("identify", lines[0])[1]


def test_parse_reads_a_link_as_it_was_printed():
    code, out, _ = run("parse", "digital-link", "https://id.gs1.org/01/06921168509256/10/L1/21/7?17=261231", "--json")
    assert code == 0
    assert objects(out)[0]["compact"] == "https://id.gs1.org/01/06921168509256/21/7"
    assert objects(out)[0]["parts"]["lot"] == "L1"


def test_epc_is_the_way_back_from_a_link():
    link = "https://id.gs1.org/01/04012345111118/21/98%22"
    assert run("epc", link, "--prefix-length", "7")[:2] == (0, "urn:epc:id:sgtin:4012345.011111.98%22\n")
    code, out, _ = run("epc", "https://id.gs1.org/01/04012345111119", "--prefix-length", "7")
    assert code == 1
    assert "TK-CODE-002" in out
    assert objects(run("epc", link, "--prefix-length", "9", "--json")[1])[0]["epc"] == "urn:epc:id:sgtin:401234511.0111.98%22"
    assert run("epc", link)[0] == 2
    assert run("epc", link, "--prefix-length", "5")[0] == 2
