"""Synthetic chains of the category: pork and vegetables, from the farm to the till, one of them over a border."""

from typing import Any

from tracekit.sdk import Chain
from tracekit_meat_veg._breaks import BREAKS, lose_slip
from tracekit_meat_veg._greens import found_fields, grow_crops
from tracekit_meat_veg._market import Stock, Town, found_town, sell, send_back, take_in, trade
from tracekit_meat_veg._pork import found_slaughterhouse, grow_lots

KEEPING = 60
"""Kilograms below which a wholesaler sells no more of a batch."""


def grow(world: Any) -> None:
    """Grow a trading day in every city of the world: the last city's pork is slaughtered in the city before it."""
    towns = [found_town(world, city) for city in world.cities]
    houses = [found_slaughterhouse(world, city) for city in world.cities[:-1] or world.cities]
    for at, house in enumerate(houses):
        grow_lots(world, house, towns[at:] if house is houses[-1] else [towns[at]])
    for town in towns:
        grow_crops(world, found_fields(world, town.city), town)
        for goods in ("meat", "vegetable"):
            _trading_day(world, town, goods)
    for kind, spoils in BREAKS.items():
        for code, spoil in spoils:
            world.can_break(kind, code, spoil)
    world.can_lose_slip("meat_veg.retail_intake", lose_slip)
    _remember_traces(world)


def _trading_day(world: Any, town: Town, goods: str) -> None:
    sales = [
        sale
        for late in (False, True)
        for sale in _sold_to_stalls(world, town, goods, [one for one in _stock(town, goods) if one.late == late])
    ]
    fresh = [one for one in _stock(town, goods) if not one.late and one.left > KEEPING]
    if fresh:
        _supply_shops(world, town, fresh)
    for at in sorted(world.share(len(sales), world.rates.returned)):
        send_back(world, town, sales[at])


def _stock(town: Town, goods: str) -> list[Stock]:
    return [one for one in town.stock if one.goods[0].startswith("2111") == (goods == "meat")]


def _sold_to_stalls(world: Any, town: Town, goods: str, stock: list[Stock]) -> list[Any]:
    """Each stall buys once a day: one line, or two from two batches of one wholesaler."""
    sales: list[Any] = []
    stalls = town.stalls[goods]
    late = bool(stock) and stock[0].late
    buyers = [stalls[at] for at in sorted(world.share(len(stalls), world.rates.late))] if late else stalls
    for number, buyer in enumerate(buyers):
        offers = [one for one in stock if one.left > KEEPING]
        if not offers:
            break
        first = offers[number % len(offers)]
        second = [one for one in offers if one.merchant is first.merchant and one.goods != first.goods][: number % 2]
        sale = trade(world, town, [first, *second], buyer, f"04:{number % 60:02d}")
        shop = next(one for one in town.retail if buyer.node in one.nodes)
        intake = take_in(world, shop, "retail_intake", sale, buyer, clock=f"06:{number % 60:02d}")
        sell(world, shop, intake, buyer)
        sales.append(sale)
    return sales


def _supply_shops(world: Any, town: Town, fresh: list[Stock]) -> None:
    shop = town.supermarket
    sale = trade(world, town, fresh[:1], shop.nodes[0].itself, "05:10")
    intake = take_in(world, shop, "supermarket_intake", sale, shop.nodes[0].itself, clock="06:50")
    sell(world, shop, intake, shop.nodes[0].itself)
    canteen = town.canteens[0]
    bought = trade(world, town, fresh[-1:], canteen.nodes[0].itself, "05:20")
    take_in(world, canteen, "group_intake", bought, canteen.nodes[0].itself, clock="07:15")


def _remember_traces(world: Any) -> None:
    """One till slip of pork sold in the last city, and one of vegetables, with the way they came."""
    last = world.cities[-1].code
    tills = [one for one in world.of("meat_veg.retail_sale") if one.enterprise.city.code == last and not one.late]
    for name, length in (("pork", 9), ("vegetables", 6)):
        for till in tills:
            path = world.way_to(till)
            if path and len(path) == length:
                world.remember(name, till.flat["documents"][0]["ref"], path)
                break


CHAINS = (Chain("meat_veg.day", "meat_veg", grow),)
