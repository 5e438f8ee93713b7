"""The vectors in specs/national/v1/vectors are what this code makes, and are right by independent means."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tracekit.spec.tables import specs_root
from tracekit.testing import vectors

FOLDER = specs_root() / "national" / "v1" / "vectors"


def plain_json(value: Any) -> bytes:
    """Canonical JSON by the standard library, as another implementation would write it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_bytes())


@pytest.mark.parametrize("name", sorted(vectors.files()))
def test_files_are_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == vectors.files()[name], "run: python -m tracekit.testing.vectors"


@pytest.mark.parametrize("case", read("content-ids.json")["cases"], ids=lambda case: case["name"])
def test_content_id_by_standard_library(case: dict[str, Any]) -> None:
    hidden = {"commercial", "personal", "internal", "recorded_at"}
    hashed = plain_json({key: value for key, value in case["record"].items() if key not in hidden})
    assert hashed.decode() == case["hashed"]
    assert hashlib.sha256(hashed).hexdigest() == case["content_id"]


def test_withholding_a_group_keeps_the_content_id() -> None:
    by_name = {case["name"]: case["content_id"] for case in read("content-ids.json")["cases"]}
    assert by_name["with a group"] == by_name["with the group withheld"] != by_name["plain"]
    assert by_name["plain"] == by_name["recorded_at does not count"] != by_name["offset counts as sent"]


def test_salt_and_group_digest_by_standard_library() -> None:
    group = read("groups.json")
    salt = hmac.new(group["secret_utf8"].encode(), group["salt_message"].encode(), hashlib.sha256).hexdigest()[:32]
    assert salt == group["group"]["salt"]
    assert hashlib.sha256(plain_json(group["group"])).hexdigest() == group["digest"]


def test_leaves_add_up_and_can_be_taken_out() -> None:
    digests = read("digests.json")
    leaves: list[int] = []
    for row in digests["identities"]:
        identity = hashlib.sha256(row["hashed"].encode()).digest()
        data = identity + row["revision"].to_bytes(8, "big") + bytes.fromhex(row["content_id"])
        leaves.append(int(hashlib.sha256(data).hexdigest(), 16))
        assert (identity.hex(), f"{leaves[-1]:064x}") == (row["identity"], row["leaf"])
    total = sum(leaves) % 2**256
    assert f"{total:064x}" == digests["sum"]
    assert f"{(total - leaves[0]) % 2**256:064x}" == digests["sum_without_first"]
    whole = b"".join(bytes.fromhex(row["content_id"]) for row in digests["identities"])
    assert hashlib.sha256(whole).hexdigest() == digests["records_digest"]


@pytest.mark.parametrize(("name", "part", "value"), [("signatures.json", "package", "header"), ("receipts.json", "receipt", "")])
def test_signatures_verify(name: str, part: str, value: str) -> None:
    vector = read(name)
    whole = vector[part]
    signed = whole[value] if value else {key: one for key, one in whole.items() if key != "signature"}
    assert plain_json(signed).decode() == vector["signed"]
    load_pem_public_key(vector["public_pem"].encode()).verify(  # pyright: ignore[reportCallIssue, reportAttributeAccessIssue, reportUnknownMemberType]
        base64.b64decode(whole["signature"]["value"]), vector["signed"].encode()
    )
