"""Checks that the tables cannot say. Each stands with its code, clause and grade in `specs/rules.csv`."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tracekit.findings import Finding
from tracekit.sdk import Facts, Record, Rule
from tracekit.spec.tables import read_table

SPECS = Path(__file__).parent / "specs"
INTAKES = ("meat_veg.market_intake", "meat_veg.retail_intake", "meat_veg.supermarket_intake")
TRADES = ("meat_veg.meat_dispatch", "meat_veg.market_trade")
MEAT_CERTIFICATES = frozenset(("product_quarantine", "meat_inspection"))
VEGETABLE_PROOFS = frozenset(("trade_slip", "origin_certificate", "vegetable_test", "promise", "market_entry", "purchase_batch"))
PLACEHOLDER = "batch:1000"

Check = Callable[[Record], Iterator[Finding]]


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
def _tolerance(name: str) -> Decimal:
    return next(Decimal(row["value"]) for row in read_table(SPECS / "tolerances.csv") if row["name"] == name)


@cache
def _band(product: str) -> tuple[Decimal, Decimal] | None:
    fits = [row for row in read_table(SPECS / "yields.csv") if product.startswith(f"goods:{row['input']}")]
    row = max(fits, key=lambda one: len(one["input"]), default=None)
    return (Decimal(row["low"]), Decimal(row["high"])) if row else None


def _paper_types(record: Record) -> set[str]:
    return {document["type"] for document in record.get("documents", ())}


def _items_of(record: Record, goods_class: str) -> Iterator[dict[str, Any]]:
    return (item for item in record["items"] if product_class(item.get("product", "")) == goods_class)


def _without_papers(record: Record, goods_class: str, enough: frozenset[str], code: str) -> Iterator[Finding]:
    if enough.isdisjoint(_paper_types(record)):
        for item in _items_of(record, goods_class):
            yield Finding(code, "error", f"items.{item['line']}", {"product": item["product"]})


def meat_certificate(record: Record) -> Iterator[Finding]:
    """Meat carries a quarantine or an inspection certificate."""
    return _without_papers(record, "meat", MEAT_CERTIFICATES, "TK-MEAT-001")


def vegetable_proof(record: Record) -> Iterator[Finding]:
    """Vegetables carry at least one proof of where they come from."""
    return _without_papers(record, "vegetable", VEGETABLE_PROOFS, "TK-MEAT-002")


def slip_of_seller(record: Record) -> Iterator[Finding]:
    """A slip issued here begins with the seller's merchant code."""
    scheme, _, seller = record["party"].partition(":")
    if scheme != "merchant":
        return
    for index, document in enumerate(record.get("documents", ()), 1):
        kind, _, slip = document["ref"].partition(":")
        if kind == "tran" and document["direction"] == "out" and not slip.startswith(seller):
            yield Finding("TK-MEAT-003", "error", f"documents.{index}.ref", {"slip": slip, "seller": seller})


def merchant_of_node(record: Record) -> Iterator[Finding]:
    """The merchant who acts here is registered at this node."""
    scheme, _, party = record["party"].partition(":")
    kind, _, place = record["place"].partition(":")
    if scheme == "merchant" and kind == "node" and not party.startswith(place):
        yield Finding("TK-MEAT-004", "error", "party", {"party": party, "place": place})


def amount_of_line(record: Record) -> Iterator[Finding]:
    """Where price and amount are at hand, amount is price times weight within the tolerance."""
    values: dict[str, str] = record.get("commercial", {}).get("values", {})
    for item in record["items"]:
        price, amount = (_commercial(item, values, name) for name in ("unit_price", "amount"))
        weight = _weight(item)
        if price is None or amount is None or weight is None:
            continue
        expected = price * weight
        if abs(expected - amount) > max(_tolerance("absolute"), _tolerance("relative") * abs(expected)):
            yield Finding("TK-MEAT-005", "warning", f"items.{item['line']}.amount")


def _commercial(item: dict[str, Any], values: dict[str, str], name: str) -> Decimal | None:
    text = values.get(f"items.{item['line']}.{name}", item.get(name))
    return None if text is None else Decimal(text)


def _weight(item: dict[str, Any]) -> Decimal | None:
    """The weight in kilograms, if the line has one."""
    for quantity in item.get("quantities", ()):
        if quantity["unit"] == "kg":
            return Decimal(quantity["value"])
    return None


def quantity_positive(record: Record) -> Iterator[Finding]:
    """A quantity is above zero: what comes back is a return, not a negative line."""
    for item in record["items"]:
        for at, quantity in enumerate(item.get("quantities", ()), 1):
            if Decimal(quantity["value"]) <= 0:
                path = f"items.{item['line']}.quantities.{at}.value"
                yield Finding("TK-MEAT-006", "error", path, {"value": quantity["value"]})


def heads_add_up(record: Record) -> Iterator[Finding]:
    """Heads accepted and heads dead on the way are the heads on the certificate."""
    heads: dict[str, Any] = record["extension"]
    if heads["accepted_heads"] + heads["dead_heads"] != heads["declared_heads"]:
        yield Finding("TK-MEAT-011", "error", "extension.declared_heads")


def return_within_sale(record: Record) -> Iterator[Finding]:
    """No more comes back than the original line had."""
    for item in record["items"]:
        sold, weight = item.get("extension", {}).get("sold_weight"), _weight(item)
        if sold is not None and weight is not None and weight > Decimal(sold):
            params = {"value": str(weight), "sold": sold}
            yield Finding("TK-MEAT-007", "error", f"items.{item['line']}.quantities", params)


def parties_differ(record: Record) -> Iterator[Finding]:
    """Seller and buyer are not the same."""
    if record["party"] == record.get("counterparty"):
        yield Finding("TK-MEAT-008", "error", "counterparty", {"party": record["party"]})


def placeholder_batch(record: Record) -> Iterator[Finding]:
    """A placeholder batch is no lot."""
    for item in record["items"]:
        if item.get("ref", "").startswith(PLACEHOLDER):
            yield Finding("TK-MEAT-009", "warning", f"items.{item['line']}.ref", {"batch": item["ref"]})


def slaughter_yield(record: Record) -> Iterator[Finding]:
    """Carcass weight over live weight lies in the band of `yields.csv`."""
    live, carcass = (_total(record, role) for role in ("input", "output"))
    first = next((item for item in record["items"] if item["role"] == "input"), None)
    band = _band(first["product"]) if first else None
    if band is None or not live or not carcass:
        return
    ratio = (carcass / live).quantize(Decimal("0.001"))
    if not band[0] <= ratio <= band[1]:
        params = {"value": str(ratio), "low": str(band[0]), "high": str(band[1])}
        yield Finding("TK-MEAT-010", "warning", "items", params)


def _total(record: Record, role: str) -> Decimal:
    return sum((_weight(item) or Decimal() for item in record["items"] if item["role"] == role), Decimal())


def failed_test(record: Record) -> Iterator[Finding]:
    """A failed test is shown to everybody who holds the record."""
    for index, measurement in enumerate(record.get("measurements", ()), 1):
        if measurement.get("result") == "fail":
            yield Finding("TK-MEAT-012", "warning", f"measurements.{index}.result", {"type": measurement["type"]})


def origin_to_county(record: Record) -> Iterator[Finding]:
    """An origin in China is a county, not a province or a prefecture."""
    for item in record["items"]:
        area = item.get("origin_area", "")
        if area.isdigit() and area.endswith("00"):
            yield Finding("TK-MEAT-013", "warning", f"items.{item['line']}.origin_area", {"area": area})


def _rule(id_: str, kinds: Iterable[str], check: Check) -> Rule:
    def on_record(record: Record, _facts: Facts) -> Iterable[Finding]:
        return check(record)

    return Rule(id_, tuple(kinds), on_record)


RULES = (
    _rule("meat_veg.meat.certificate", ("meat_veg.meat_dispatch", *INTAKES), meat_certificate),
    _rule("meat_veg.vegetable.proof", INTAKES, vegetable_proof),
    _rule("meat_veg.slip.seller", TRADES, slip_of_seller),
    _rule("meat_veg.merchant.node", ("meat_veg.*",), merchant_of_node),
    _rule("meat_veg.amount.product", ("meat_veg.*",), amount_of_line),
    _rule("meat_veg.quantity.positive", ("meat_veg.*",), quantity_positive),
    _rule("meat_veg.heads.sum", ("meat_veg.slaughter_intake",), heads_add_up),
    _rule("meat_veg.return.limit", ("meat_veg.goods_return",), return_within_sale),
    _rule("meat_veg.parties.differ", ("meat_veg.*",), parties_differ),
    _rule("meat_veg.batch.placeholder", ("meat_veg.*",), placeholder_batch),
    _rule("meat_veg.slaughter.yield", ("meat_veg.slaughter",), slaughter_yield),
    _rule("meat_veg.test.failed", ("meat_veg.market_test", "meat_veg.meat_inspection"), failed_test),
    _rule("meat_veg.origin.county", ("meat_veg.*",), origin_to_county),
)
