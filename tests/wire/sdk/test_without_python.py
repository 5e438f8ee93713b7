"""The blocks of docs/how-to/without-python.md, run in one shell in their order against a real platform."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tracekit import Client, content_id
from tracekit.dock.receipt import Receipt
from tracekit.platform.setup import load
from tracekit.suites import ED25519

pytestmark = pytest.mark.wire
PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "without-python.md"
TOOLS = ("bash", "curl", "jq", "openssl")


def blocks() -> list[str]:
    """The page's shell blocks."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def first_block() -> str:
    return blocks()[0]


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"the page needs {', '.join(TOOLS)}")
def test_the_page_works_from_its_first_block_to_its_last(applicant):
    done = applicant.shell(*blocks()[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Signature Verified Successfully" in done.stdout
    record = json.loads((applicant.folder / "record.json").read_text("utf-8"))
    assert content_id(record) == (applicant.folder / "content.id").read_text().strip()
    receipt = Receipt.parse((applicant.folder / "receipt.json").read_bytes())
    assert receipt.counts["valid"] == 1
    assert receipt.is_signed_by(load(applicant.city).keys.public_pem, ED25519)
    secret = json.loads((applicant.folder / "credentials.json").read_text())["client_secret"]
    assert secret not in done.stdout + done.stderr


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"the page needs {', '.join(TOOLS)}")
def test_shell_and_sdk_make_the_same_record(applicant):
    made = applicant.shell(*blocks()[1:4])
    assert made.returncode == 0, made.stderr
    folder = applicant.folder
    sealed = json.loads((folder / "record.json").read_text("utf-8"))
    flat = {name: value for name, value in sealed.items() if name not in ("groups", "commercial")}
    flat["items"] = [{**flat["items"][0], "unit_price": "24.6"}]
    flat["counterparty_name"] = "张记肉铺"
    secret = (folder / "origin.secret").read_text()
    with Client.admitted(folder / "credentials.json", folder / "signing.pem", origin_secret=secret) as client:
        assert client.seal([flat]) == [sealed]
        assert client.check([flat]) == [[]]
