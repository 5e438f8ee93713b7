"""Parts of synthetic records: lines, papers and the trading day's clock."""

from datetime import date
from decimal import Decimal
from typing import Any

Flat = dict[str, Any]

PORK = (("21113014", "无皮鲜或冷却片大猪肉"), ("21113015", "鲜或冷却分割大猪肉"))
PIG = ("02121013", "瘦肉型猪")
GREENS = (
    ("01232011", "大白菜"),
    ("01233401", "番茄"),
    ("01231201", "黄瓜"),
    ("01232401", "萝卜"),
    ("01234015", "洋葱"),
    ("01233403", "辣椒"),
)


def moment(day: date, clock: str) -> str:
    """A minute of a day at +08:00."""
    return f"{day.isoformat()}T{clock}+08:00"


def kilograms(value: Decimal) -> Flat:
    """A weight."""
    return {"value": plain(value), "unit": "kg", "basis": "weight"}


def heads(value: int) -> Flat:
    """A number of animals."""
    return {"value": str(value), "unit": "head", "basis": "head"}


def plain(value: Decimal) -> str:
    """A decimal in its one form."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def line(number: int, goods: tuple[str, str], *quantities: Flat, role: str = "object", **more: Any) -> Flat:
    """One line of an event; `ref` and the rest come by name."""
    code, name = goods
    item = {"line": number, "role": role, **more, "product": f"goods:{code}", "product_name": name}
    return {**item, "quantities": list(quantities)}


def priced(item: Flat, price: Decimal) -> Flat:
    """The line with unit price and amount."""
    weight = Decimal(next(one["value"] for one in item["quantities"] if one["unit"] == "kg"))
    amount = (weight * price).quantize(Decimal("0.01"))
    return {**item, "unit_price": plain(price), "amount": plain(amount)}


def paper(type_: str, ref: str, direction: str) -> Flat:
    """One document."""
    return {"type": type_, "ref": ref, "direction": direction}


def came(papers: list[Flat], *types: str) -> list[Flat]:
    """Papers of the given types as they come with the goods."""
    return [paper(one["type"], one["ref"], "in") for type_ in types for one in papers if one["type"] == type_]


def weight_of(item: Flat) -> Decimal:
    """The kilograms of a line."""
    return Decimal(next(one["value"] for one in item["quantities"] if one["unit"] == "kg"))
