"""Checks that the tables cannot say. Each stands with its code, clause and grade in `specs/rules.csv`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tracekit.findings import Finding, Level
from tracekit.sdk import Facts, Record, Rule
from tracekit.spec.tables import read_table

SPECS = Path(__file__).parent / "specs"
MEAT_CERTIFICATES = frozenset(("product_quarantine", "meat_inspection"))
VEGETABLE_PROOFS = frozenset(("trade_slip", "origin_certificate", "vegetable_test", "promise", "market_entry", "purchase_batch"))
PLACEHOLDER = "batch:1000"

Findings = Iterable[Finding]
NONE: Sequence[Finding] = ()
"""What nearly every check gives for nearly every record, so that none of them starts a generator for it."""


@cache
def product_class(product: str) -> str:
    """The class of a goods ref by the longest prefix of `products.csv`: `meat`, `vegetable`, `live_animal` or empty.

    >>> product_class("goods:21113011"), product_class("goods:01232011"), product_class("goods:99999999")
    ('meat', 'vegetable', '')
    """
    scheme, _, value = product.partition(":")
    if scheme != "goods":
        return ""
    fits = [prefix for prefix in _classes() if value.startswith(prefix)]
    return _classes()[max(fits, key=len)] if fits else ""


@cache
def _classes() -> dict[str, str]:
    return {row["prefix"]: row["class"] for row in read_table(SPECS / "products.csv")}


@cache
def _tolerances() -> tuple[float, float]:
    rows = {row["name"]: float(row["value"]) for row in read_table(SPECS / "tolerances.csv")}
    return rows["relative"], rows["absolute"]


@cache
def _band(product: str) -> tuple[Decimal, Decimal] | None:
    fits = [row for row in read_table(SPECS / "yields.csv") if product.startswith(f"goods:{row['input']}")]
    row = max(fits, key=lambda one: len(one["input"]), default=None)
    return (Decimal(row["low"]), Decimal(row["high"])) if row else None


def _without_papers(record: Record, goods_class: str, enough: frozenset[str], code: str, level: Level = "error") -> Findings:
    for document in record.get("documents", ()):
        if document["type"] in enough:
            return NONE
    return [
        Finding(code, level, f"items.{item['line']}", {"product": item["product"]})
        for item in record["items"]
        if product_class(item["product"]) == goods_class
    ]


def meat_certificate(record: Record, _facts: Facts) -> Findings:
    """Meat carries a quarantine or an inspection certificate."""
    return _without_papers(record, "meat", MEAT_CERTIFICATES, "TK-MEAT-001")


def vegetable_proof(record: Record, _facts: Facts) -> Findings:
    """Vegetables carry at least one proof of where they come from."""
    return _without_papers(record, "vegetable", VEGETABLE_PROOFS, "TK-MEAT-002")


def animal_certificate(record: Record, _facts: Facts) -> Findings:
    """Live animals leave a farm with a quarantine certificate."""
    return _without_papers(record, "live_animal", frozenset(("origin_quarantine",)), "TK-MEAT-035", "warning")


def promise_given(record: Record, _facts: Facts) -> Findings:
    """Vegetables leave a farm with a promise of compliance."""
    return _without_papers(record, "vegetable", frozenset(("promise",)), "TK-MEAT-036", "warning")


def slip_of_seller(record: Record, _facts: Facts) -> Findings:
    """A slip issued here begins with the seller's merchant code."""
    scheme, _, seller = record["party"].partition(":")
    begin = f"tran:{seller}"
    if scheme != "merchant":
        return NONE
    return [
        Finding("TK-MEAT-003", "error", f"documents.{index}.ref", {"slip": document["ref"][5:], "seller": seller})
        for index, document in enumerate(record.get("documents", ()), 1)
        if document["direction"] == "out" and document["ref"].startswith("tran:") and not document["ref"].startswith(begin)
    ]


def merchant_of_node(record: Record, _facts: Facts) -> Findings:
    """The merchant who acts here is registered at this node."""
    party, place = record["party"], record["place"]
    if not (party.startswith("merchant:") and place.startswith("node:")) or party.startswith(f"merchant:{place[5:]}"):
        return NONE
    return [Finding("TK-MEAT-004", "error", "party", {"party": party[9:], "place": place[5:]})]


def amount_of_line(record: Record, _facts: Facts) -> Findings:
    """Where price and amount are at hand, amount is price times weight within the tolerance."""
    group = record.get("commercial")
    values: dict[str, str] = group["values"] if group else {}
    found: list[Finding] = []
    for item in record["items"]:
        line = f"items.{item['line']}."
        amount, price = values.get(f"{line}amount"), values.get(f"{line}unit_price")
        if amount is not None and price is not None and not _agree(amount, price, _kilograms(item)):
            found.append(Finding("TK-MEAT-005", "warning", f"{line}amount"))
    return found


def _agree(amount: str, price: str, weight: str) -> bool:
    """True within the tolerance; floats do here, because the tolerance is far wider than what they lose."""
    if not weight:
        return True
    relative, absolute = _tolerances()
    expected = float(price) * float(weight)
    return abs(expected - float(amount)) <= max(absolute, relative * abs(expected))


def _kilograms(item: dict[str, Any]) -> str:
    for quantity in item.get("quantities", ()):
        if quantity["unit"] == "kg":
            return quantity["value"]
    return ""


def heads_add_up(record: Record, _facts: Facts) -> Findings:
    """Heads accepted and heads dead on the way are the heads on the certificate."""
    heads: dict[str, Any] = record.get("extension", {})
    if not heads or heads["accepted_heads"] + heads["dead_heads"] == heads["declared_heads"]:
        return NONE
    return [Finding("TK-MEAT-011", "warning", "extension.declared_heads")]


def return_within_sale(record: Record, _facts: Facts) -> Findings:
    """No more comes back than the original line had."""
    found: list[Finding] = []
    for item in record["items"]:
        sold, weight = item.get("extension", {}).get("sold_weight"), _kilograms(item)
        if sold and weight and Decimal(weight) > Decimal(sold):
            found.append(Finding("TK-MEAT-007", "error", f"items.{item['line']}.quantities", {"value": weight, "sold": sold}))
    return found


def placeholder_batch(record: Record, _facts: Facts) -> Findings:
    """A placeholder batch is no lot."""
    return [
        Finding("TK-MEAT-009", "warning", f"items.{item['line']}.ref", {"batch": item["ref"]})
        for item in record["items"]
        if "ref" in item and item["ref"].startswith(PLACEHOLDER)
    ]


def slaughter_yield(record: Record, _facts: Facts) -> Findings:
    """Carcass weight over live weight lies in the band of `yields.csv`."""
    live, carcass = (_total(record, role) for role in ("input", "output"))
    first = next((item for item in record["items"] if item["role"] == "input"), None)
    band = _band(first["product"]) if first else None
    if band is None or not live or not carcass:
        return NONE
    ratio = (carcass / live).quantize(Decimal("0.001"))
    if band[0] <= ratio <= band[1]:
        return NONE
    return [Finding("TK-MEAT-010", "warning", "items", {"value": str(ratio), "low": str(band[0]), "high": str(band[1])})]


def _total(record: Record, role: str) -> Decimal:
    return sum((Decimal(_kilograms(item) or 0) for item in record["items"] if item["role"] == role), Decimal())


def origin_to_county(record: Record, _facts: Facts) -> Findings:
    """An origin in China is a county, not a province or a prefecture."""
    return [
        Finding("TK-MEAT-013", "warning", f"items.{item['line']}.origin_area", {"area": item["origin_area"]})
        for item in record["items"]
        if "origin_area" in item and item["origin_area"].endswith("00")
    ]


RULES = (
    Rule("meat_veg.meat.certificate", (), meat_certificate),
    Rule("meat_veg.vegetable.proof", (), vegetable_proof),
    Rule("meat_veg.animal.certificate", (), animal_certificate),
    Rule("meat_veg.promise.given", (), promise_given),
    Rule("meat_veg.slip.seller", (), slip_of_seller),
    Rule("meat_veg.merchant.node", (), merchant_of_node),
    Rule("meat_veg.amount.product", (), amount_of_line),
    Rule("meat_veg.heads.sum", (), heads_add_up),
    Rule("meat_veg.return.limit", (), return_within_sale),
    Rule("meat_veg.batch.placeholder", (), placeholder_batch),
    Rule("meat_veg.slaughter.yield", (), slaughter_yield),
    Rule("meat_veg.origin.county", (), origin_to_county),
)
