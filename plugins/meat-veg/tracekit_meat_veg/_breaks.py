"""How synthetic records of this category go wrong, and the code each must then get."""

from typing import Any

from tracekit_meat_veg._parts import Flat, paper

Spoil = tuple[str, Any]


def _document(flat: Flat, type_: str) -> Flat:
    return next(one for one in flat["documents"] if one["type"] == type_)


def short_slip(flat: Flat) -> None:
    """A digit of the slip was lost."""
    document = _document(flat, "trade_slip")
    document["ref"] = document["ref"][:-1]


def short_batch(flat: Flat) -> None:
    """A digit of the batch was lost."""
    flat["items"][0]["ref"] = flat["items"][0]["ref"][:-1]


def negative_weight(flat: Flat) -> None:
    """A correction was typed as a negative line."""
    item = flat["items"][0]
    item["quantities"][0]["value"] = f"-{item['quantities'][0]['value']}"
    if "amount" in item:
        item["amount"] = f"-{item['amount']}"


def strange_merchant(flat: Flat) -> None:
    """The merchant's code is of another market."""
    flat["party"] = f"merchant:{int(flat['party'][9:18]) + 500:09d}{flat['party'][18:]}"


def others_slip(flat: Flat) -> None:
    """The slip was numbered under another seller."""
    document = _document(flat, "trade_slip")
    serial = int(document["ref"][14:18]) + 500
    document["ref"] = f"{document['ref'][:14]}{serial:04d}{document['ref'][18:]}"


def same_parties(flat: Flat) -> None:
    """The seller stands as buyer."""
    flat["counterparty"] = flat["party"]


def late_intake(flat: Flat) -> None:
    """The goods came in a year after they were sold."""
    day = flat["extension"]["intake_day"]
    flat["extension"]["intake_day"] = f"{int(day[:4]) + 1}{day[4:8]}01"


BREAKS: dict[str, list[Spoil]] = {
    "meat_veg.market_trade": [("TK-CODE-001", short_slip), ("TK-MEAT-003", others_slip), ("TK-MEAT-008", same_parties)],
    "meat_veg.retail_intake": [("TK-CODE-001", short_batch), ("TK-MEAT-004", strange_merchant)],
    "meat_veg.retail_sale": [
        ("TK-CODE-001", short_batch),
        ("TK-MEAT-006", negative_weight),
        ("TK-MEAT-004", strange_merchant),
        ("TK-MEAT-016", late_intake),
    ],
    "meat_veg.supermarket_intake": [("TK-CODE-001", short_batch), ("TK-MEAT-006", negative_weight)],
    "meat_veg.group_intake": [("TK-CODE-001", short_slip), ("TK-MEAT-006", negative_weight)],
}


def lose_slip(event: Any) -> None:
    """The buyer kept no slip: pork still joins by certificate and buyer, vegetables by nothing."""
    kept = [one for one in event.flat["documents"] if one["type"] not in ("trade_slip", "card")]
    event.flat["documents"] = kept
    if not any(one["type"] == "product_quarantine" for one in kept):
        number = event.flat["key"][-12:]
        kept.append(paper("origin_certificate", f"origin-cert:CD{number}", "in"))
        event.needs = [[]]
