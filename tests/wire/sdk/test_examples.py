"""The examples of the SDK, run as they are, against a real platform."""

import json
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.wire
EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "sdk"
KEY = "keys/signing.pem"


def test_ten_lines_send_a_trade_and_print_its_receipt(town):
    done = town.run(sys.executable, str(EXAMPLES / "send_trade.py"), str(town.credentials), KEY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Receipt(id=")
    assert "'valid': 1" in done.stdout
    again = town.run(sys.executable, str(EXAMPLES / "send_trade.py"), str(town.credentials), KEY)
    assert "'duplicate': 1" in again.stdout
    assert "first_receipt='" in again.stdout


def test_the_ten_lines_are_ten():
    """The lines that do something, the trade itself not counted."""
    source = (EXAMPLES / "send_trade.py").read_text("utf-8").partition('"""\n\n')[2]
    before, _, rest = source.partition("trade = {")
    lines = [line for line in (before + rest.partition("}  # fmt")[2]).splitlines() if line.strip()]
    assert len(lines) - 1 <= 10


def test_a_line_that_is_down_only_delays(town, tmp_path):
    trade = {
        "kind": "meat_veg.market_trade", "category": "meat_veg", "key": "T-2", "shape": "transaction", "time": "2026-11-20",
        "region": "370602", "reporter": "node:370602001", "place": "node:370602001", "party": "merchant:3706020010001",
        "counterparty": "merchant:3706020010002",
        "documents": [{"type": "trade_slip", "ref": "tran:37060200100010000002", "direction": "out"}],
        "items": [{"line": 1, "role": "object", "ref": "batch:3706020010000001", "product": "goods:21113011",
                   "quantities": [{"value": "1", "unit": "kg", "basis": "weight"}]}],
    }  # fmt: skip
    bad = {**trade, "key": "T-3", "time": "20261120"}
    records = tmp_path / "records.jsonl"
    records.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (trade, bad)), "utf-8")
    away = tmp_path / "away.json"
    away.write_text(json.dumps({**json.loads(town.credentials.read_text()), "url": "http://127.0.0.1:9"}))
    script = str(EXAMPLES / "offline_first.py")
    first = town.run(sys.executable, script, str(away), KEY, str(records))
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("2 records wait in package ")


def test_the_flush_names_each_problem_with_its_remedy(town, tmp_path):
    records = tmp_path / "records.jsonl"
    records.write_text('{"kind": "meat_veg.market_trade", "key": "T-4"}\n', "utf-8")
    (tmp_path / "spool").mkdir()
    done = town.run(sys.executable, str(EXAMPLES / "offline_first.py"), str(town.credentials), KEY, str(records))
    assert done.returncode == 0, done.stderr
    assert "record 0: problem" in done.stdout
    assert "party: mandatory element party is missing" in done.stdout


def test_an_error_names_the_remedy_and_not_a_traceback(town, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**json.loads(town.credentials.read_text()), "client_secret": "nonsense"}))
    done = town.run(sys.executable, str(EXAMPLES / "offline_first.py"), str(wrong), KEY, "/dev/null")
    assert done.returncode == 0, done.stderr
    records = tmp_path / "records.jsonl"
    records.write_text('{"kind": "meat_veg.market_trade", "key": "T-5"}\n', "utf-8")
    done = town.run(sys.executable, str(EXAMPLES / "offline_first.py"), str(wrong), KEY, str(records))
    assert done.returncode == 1
    assert "TK-DOCK-103" in done.stderr
    assert "Traceback" not in done.stderr
    assert "nonsense" not in done.stderr
