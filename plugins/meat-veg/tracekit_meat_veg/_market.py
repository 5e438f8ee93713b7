"""The trading day of a synthetic city, the same for pork and vegetables: wholesale → stall, supermarket, canteen → till."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tracekit_meat_veg._parts import Flat, came, kilograms, line, moment, paper, plain, priced, weight_of


@dataclass
class Stock:
    """A batch that a wholesaler holds: the event it came in by, its goods and what is left."""

    intake: Any
    merchant: Any
    goods: tuple[str, str]
    left: Decimal
    late: bool

    @property
    def item(self) -> Flat:
        """Its line of the intake."""
        return self.intake.flat["items"][0]


@dataclass
class Town:
    """One city's markets and shops."""

    city: Any
    market: Any
    retail: list[Any]
    supermarket: Any
    canteens: list[Any]
    wholesalers: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    stalls: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    stock: list[Stock] = field(default_factory=list[Stock])


STYLES = Path(__file__).parent / "profiles"
MEAT_PAPERS = ("product_quarantine", "meat_inspection")


def found_town(world: Any, city: Any) -> Town:
    """Open a city's markets and register their merchants."""
    size = world.size
    canteens = "甲乙" if city is world.cities[0] else "甲"
    town = Town(
        city,
        world.enterprise(city, "批发市场", "wholesale_market", STYLES / "wholesale"),
        [world.enterprise(city, f"菜市场{name}", "retail_market", STYLES / "retail", at) for at, name in enumerate("甲乙丙")],
        world.enterprise(city, "超市", "supermarket", STYLES / "supermarket", 1),
        [world.enterprise(city, f"机关食堂{name}", "group_buyer", STYLES / "canteen", 2) for name in canteens],
    )
    for goods in ("meat", "vegetable"):
        node = town.market.nodes[0]
        town.wholesalers[goods] = [world.merchant(node, "wholesaler") for _ in range(size.wholesalers)]
        town.stalls[goods] = [_stall(world, town, goods, number) for number in range(size.stalls)]
    return town


def _stall(world: Any, town: Town, goods: str, number: int) -> Any:
    node = town.retail[number % len(town.retail)].nodes[0]
    stall = world.merchant(node, "retailer", f"{'A' if goods == 'meat' else 'B'}{number + 1:03d}")
    if number % 3 == 0:
        stall.card = f"card:{world.numbers.card(node.code)}"
    return stall


def enter(world: Any, town: Town, merchant: Any, goods: tuple[str, str], weight: Decimal, *, late: bool, **known: Any) -> Stock:
    """A wholesaler's goods enter the market under a new batch.

    Args:
        known: `needs`, `papers`, `origin_area`, `clock`, and `supplier` where it has a node.
    """
    node = town.market.nodes[0]
    batch = f"batch:{world.numbers.batch(node.code)}"
    more = {name: known[name] for name in ("supplier", "origin_area") if name in known}
    flat = {
        "kind": "meat_veg.market_intake",
        "key": f"JC{batch[6:]}",
        "time": moment(world.day_of(late), known["clock"]),
        "shape": "object",
        "party": merchant.ref,
        "items": [line(1, goods, kilograms(weight), ref=batch, **more)],
        "documents": [paper("purchase_batch", batch, "out"), *known["papers"]],
        "extension": {"vehicle": f"plate:{town.city.plate}{world.rng.randrange(10000, 99999)}"},
    }
    intake = world.add(flat, town.market, known["needs"], late=late)
    stock = Stock(intake, merchant, goods, weight, late)
    town.stock.append(stock)
    if world.rng.random() < 0.5:
        _test(world, town, stock)
    return stock


def _test(world: Any, town: Town, stock: Stock) -> None:
    node = town.market.nodes[0]
    number = f"YP{world.numbers.paper(node.code)}"
    item = {name: stock.item[name] for name in ("line", "role", "ref", "product", "product_name")}
    meat = stock.goods[0].startswith("2111")
    flat = {
        "kind": "meat_veg.market_test",
        "key": number,
        "time": moment(world.day_of(stock.late), "03:40"),
        "shape": "object",
        "party": stock.merchant.ref,
        "items": [item],
        "measurements": [{"type": "veterinary_drug" if meat else "pesticide_residue", "result": "pass"}],
        "extension": {"sample_no": number, "inspector": "示范检测员01"},
    }
    world.add(flat, town.market, [[stock.intake]], late=stock.late)


def trade(world: Any, town: Town, stocks: list[Stock], buyer: Any, clock: str) -> Any:
    """One slip: a wholesaler sells one line from each of his batches given."""
    seller = stocks[0].merchant
    slip = f"tran:{world.numbers.slip(seller.ref.partition(':')[2])}"
    items = [_sold(world, number, stock) for number, stock in enumerate(stocks, 1)]
    card = [paper("card", buyer.card, "in")] if buyer.card else []
    papers = [papers for stock in stocks for papers in came(stock.intake.flat["documents"], *MEAT_PAPERS)]
    flat = {
        "kind": "meat_veg.market_trade",
        "key": slip.partition(":")[2],
        "time": moment(world.day_of(stocks[0].late), clock),
        "shape": "transaction",
        "party": seller.ref,
        "counterparty": buyer.ref,
        "counterparty_name": buyer.name,
        "items": items,
        "documents": [paper("trade_slip", slip, "out"), *card, *papers],
        "extension": {"destination": buyer.node.name, "payment": "card" if buyer.card else "cash", "weigh_mode": "weight"},
    }
    needs = [[stock.intake] for stock in stocks]
    return world.add(flat, town.market, needs, late=stocks[0].late)


def _sold(world: Any, number: int, stock: Stock) -> Flat:
    weight = min(stock.left, Decimal(world.rng.randrange(200, 420)) / 10)
    stock.left -= weight
    price = Decimal(world.rng.randrange(800, 1200) if stock.goods[0].startswith("2111") else world.rng.randrange(100, 300)) / 50
    return priced(line(number, stock.goods, kilograms(weight), ref=stock.item["ref"]), price)


def take_in(world: Any, enterprise: Any, kind: str, sale: Any, buyer: Any, *, clock: str) -> Any:
    """The buyer's node takes in what a slip names, under batches of its own where it keeps them."""
    node, slip = buyer.node, sale.flat["key"]
    group = kind == "group_intake"
    items = [_received(world, node, item, group, sale.flat["place"]) for item in sale.flat["items"]]
    papers = came(sale.flat["documents"], "trade_slip", "card")
    papers += [] if group else [one for one in sale.flat["documents"] if one["type"] in MEAT_PAPERS]
    flat = {
        "kind": f"meat_veg.{kind}",
        "key": f"{node.code}-{slip}",
        "time": moment(date.fromisoformat(sale.flat["time"][:10]), clock),
        "shape": "object",
        "party": buyer.ref,
        **({"counterparty": sale.flat["party"]} if group else {}),
        "items": items,
        "documents": papers,
        **({"extension": {"stall": buyer.stall}} if buyer.stall else {}),
    }
    return world.add(flat, enterprise, [[sale]], late=sale.late)


def _received(world: Any, node: Any, item: Flat, group: bool, supplier: str) -> Flat:
    ref = {} if group else {"ref": f"batch:{world.numbers.batch(node.code)}"}
    goods = (item["product"].partition(":")[2], item["product_name"])
    price = {"unit_price": item["unit_price"]}
    return {**line(item["line"], goods, kilograms(weight_of(item)), **ref, supplier=supplier), **price}


def sell(world: Any, enterprise: Any, intake: Any, buyer: Any) -> list[Any]:
    """Till slips of one intake: for each of its lines a few sales over the day."""
    lines = [item for item in intake.flat["items"] for _ in range(world.size.sales)]
    return [_till(world, enterprise, intake, item, buyer) for item in lines]


def _till(world: Any, enterprise: Any, intake: Any, item: Flat, buyer: Any) -> Any:
    rng, node, day = world.rng, enterprise.nodes[0], date.fromisoformat(intake.flat["time"][:10])
    number = f"{node.code}{day:%y%m%d}{world.numbers.next(f'till {node.code} {day}'):05d}"
    clock = f"{rng.randrange(8, 19):02d}:{rng.randrange(60):02d}"
    goods = (item["product"].partition(":")[2], item["product_name"])
    sold = line(1, goods, kilograms(Decimal(rng.randrange(5, 30)) / 10), ref=item["ref"])
    flat = {
        "kind": "meat_veg.retail_sale",
        "key": number,
        "time": moment(day, clock),
        "shape": "transaction",
        "party": buyer.ref,
        "items": [priced(sold, Decimal(item["unit_price"]) + 4)],
        "documents": [paper("till_slip", f"till-slip:{number}", "out")],
        "extension": {**({"stall": buyer.stall} if buyer.stall else {}), "intake_day": day.isoformat()},
    }
    return world.add(flat, enterprise, [[intake]], late=intake.late)


def send_back(world: Any, town: Town, sale: Any) -> Any:
    """A buyer returns a part of the first line of a slip to the wholesaler."""
    first = sale.flat["items"][0]
    weight = (weight_of(first) / 10).quantize(Decimal("0.1")) or Decimal("0.1")
    node = town.market.nodes[0]
    number = world.numbers.paper(node.code, "TH")
    item = line(1, (first["product"].partition(":")[2], first["product_name"]), kilograms(weight), ref=first["ref"])
    flat = {
        "kind": "meat_veg.goods_return",
        "key": number,
        "time": moment(date.fromisoformat(sale.flat["time"][:10]), "11:20"),
        "shape": "transaction",
        "party": sale.flat["party"],
        "counterparty": sale.flat["counterparty"],
        "items": [{**item, "extension": {"sold_weight": plain(weight_of(first))}}],
        "documents": [
            paper("return_slip", f"local:{node.code}/return/{number}", "out"),
            *came(sale.flat["documents"], "trade_slip"),
        ],
        "extension": {"return_reason": world.rng.choice(("quality", "weight", "wrong"))},
    }
    return world.add(flat, town.market, [[sale]], late=sale.late)
