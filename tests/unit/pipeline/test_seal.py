"""Sealing: flat to wire and back, groups, packages and seals."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from tracekit.ids import canonical, content_id
from tracekit.pipeline import seal
from tracekit.suites import ED25519, key_id
from tracekit.testing import vectors


@dataclass(frozen=True)
class SensitivePaths:
    """What sealing needs of a kind."""

    sensitive: dict[str, str]
    id: str = "test.kind"


KIND: Any = SensitivePaths(
    {
        "counterparty_name": "commercial",
        "counterparty_contact": "personal",
        "items.unit_price": "commercial",
        "items.extension.cost": "internal",
        "extension.margin": "internal",
    }
)


def flat() -> dict[str, Any]:
    record = vectors.record(counterparty_name="示范商户", counterparty_contact="0000", extension={"margin": "1"})
    record["items"] = [{**record["items"][0], "unit_price": "24", "extension": {"cost": "20", "grade": "A"}}]
    return record


def test_sensitive_values_leave_their_places_and_come_back() -> None:
    wire = seal.seal_record(flat(), KIND, b"secret")
    assert set(wire["groups"]) == {"commercial", "personal", "internal"}
    assert "unit_price" not in wire["items"][0] and wire["items"][0]["extension"] == {"grade": "A"}
    assert "extension" not in wire, "an emptied object may not stand on the wire"
    assert wire["commercial"]["values"] == {"items.1.unit_price": "24", "counterparty_name": "示范商户"}
    assert seal.open_record(wire) == flat()


def test_sealing_again_gives_the_same_bytes_and_another_secret_another_salt() -> None:
    once, again, other = (canonical(seal.seal_record(flat(), KIND, secret)) for secret in (b"a", b"a", b"b"))
    assert once == again != other


def test_withholding_keeps_content_id_and_a_changed_group_is_found() -> None:
    wire = seal.seal_record(flat(), KIND, b"secret")
    assert content_id(seal.withhold(wire, ["commercial", "personal"])) == content_id(wire)
    assert seal.faulty_groups(wire) == []
    wire["commercial"]["values"]["items.1.unit_price"] = "25"
    assert seal.faulty_groups(wire) == ["commercial"]


def test_body_and_aside_make_the_record_again() -> None:
    wire = seal.seal_record(flat(), KIND, b"secret")
    body, aside = seal.split_body(wire)
    assert seal.join_body(body, aside) == wire


def test_package_signature_and_seal_hold_and_break() -> None:
    private, public = vectors.keys()
    package = vectors.signatures()["package"]
    assert seal.is_signed(package["header"], package["signature"], ED25519, public)
    assert not seal.is_signed({**package["header"], "count": 2}, package["signature"], ED25519, public)
    assert not seal.is_signed(package["header"], {"suite": "ed25519", "value": "!"}, ED25519, public)
    ids = [content_id(record) for record in package["records"]]
    made = {"header": package["header"], "signature": package["signature"], "content_ids": ids}
    assert seal.is_sealed_by(made, ids[0], ED25519, public)
    assert not seal.is_sealed_by(made, "0" * 64, ED25519, public)
    assert not seal.is_sealed_by({**made, "content_ids": [*ids, "0" * 64]}, ids[0], ED25519, public)
    assert private and key_id(public) == package["signature"]["key"]


text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
trees = st.recursive(
    text | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_z", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(trees)
def test_sorted_key_json_is_rfc_8785_inside_the_subset(tree: Any) -> None:
    import rfc8785

    assert canonical(tree) == rfc8785.dumps(tree)
