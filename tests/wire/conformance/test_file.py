"""`tracekit conform file` on packages and records that were written down."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tracekit.cli.conform import app
from tracekit.conformance.files import judge_file
from tracekit.loader import installed

pytestmark = pytest.mark.wire


@pytest.fixture
def package(town: Any, trade: Any) -> dict[str, Any]:
    return town.package(town.sealed(trade(1), trade(2)), "written-down")


def codes(tree: Any, key: str = "") -> list[str]:
    return [one.code for one in judge_file(json.dumps(tree).encode(), installed(), key)[1]]


def test_a_sound_package_and_its_signature(town: Any, package: dict[str, Any], tmp_path: Path) -> None:
    file, key = tmp_path / "package.json", tmp_path / "key.pem"
    file.write_text(json.dumps(package), "utf-8")
    key.write_text(town.market.keys.public_pem, "utf-8")
    done = CliRunner().invoke(app, ["file", str(file), "--key", str(key), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["conformant"]) == (0, True), done.stdout
    assert codes(package["records"]) == []
    assert judge_file(b"\n".join(json.dumps(one).encode() for one in package["records"]), installed())[0] == 2


def test_each_fault_is_told_with_its_code(town: Any, package: dict[str, Any]) -> None:
    other = town.shop.keys.public_pem
    assert codes(package, other) == ["TK-DOCK-104"]
    header, record = package["header"], package["records"][0]
    assert codes({**package, "header": {**header, "count": 3}}) == ["TK-DOCK-112"]
    assert codes({**package, "header": {**header, "records_digest": "0" * 64}}) == ["TK-DOCK-105"]
    assert codes({**package, "header": {name: value for name, value in header.items() if name != "mode"}}) == ["TK-REC-002"]
    assert codes([{**record, "groups": dict.fromkeys(record["groups"], "0" * 64)}]) == ["TK-REC-024"]
    assert codes([{**record, "kind": "honey.harvest"}]) == ["TK-REC-050"]
    assert "TK-REC-002" in codes([{name: value for name, value in record.items() if name != "party"}])


@pytest.mark.parametrize("data", [b"", b"{", b"[1, null]", b"\xff\xfe", b'{"header": 1, "records": 2}', b'{"header": [], "records": [[]]}'])
def test_nothing_makes_it_fail(data: bytes) -> None:
    assert all(one.code.startswith("TK-") for one in judge_file(data, installed())[1])
