"""Synthetic vegetables up to the wholesale market: co-operative → 入市追溯凭证 of the agriculture platform → entry."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tracekit_meat_veg._market import STYLES, Town, enter
from tracekit_meat_veg._parts import GREENS, came, kilograms, line, moment, paper


@dataclass
class Fields:
    """The growers of a city and the agriculture platform that prints their vouchers."""

    growers: list[Any]
    platform: Any


def found_fields(world: Any, city: Any) -> Fields:
    """Found co-operatives, and the agriculture department's system."""
    growers = [world.enterprise(city, f"蔬菜合作社{name}", "planting_base", STYLES / "grower", 2) for name in "甲乙"]
    return Fields(growers, world.enterprise(city, "农产品追溯站", "", STYLES / "agriculture"))


def grow_crops(world: Any, fields: Fields, town: Town) -> None:
    """Crops, each taken by one wholesaler of the town."""
    late = world.share(world.size.crops, world.rates.late)
    for number in range(world.size.crops):
        buyers = town.wholesalers["vegetable"]
        _crop(world, fields, town, number, buyers[number % len(buyers)], late=number in late)


def _crop(world: Any, fields: Fields, town: Town, number: int, buyer: Any, *, late: bool) -> None:
    grower, goods = fields.growers[number % len(fields.growers)], GREENS[number % len(GREENS)]
    weight = Decimal(world.rng.randrange(500, 900))
    leaving = _harvest(world, grower, goods, weight, late)
    voucher = _voucher(world, fields, grower, leaving, buyer)
    enter(
        world,
        town,
        buyer,
        goods,
        weight,
        late=late,
        needs=[[voucher]],
        papers=came(voucher.flat["documents"], "market_entry"),
        clock="02:30",
        supplier=grower.nodes[0].ref,
        origin_area=grower.nodes[0].county,
    )


def _harvest(world: Any, grower: Any, goods: tuple[str, str], weight: Decimal, late: bool) -> Any:
    node, day = grower.nodes[0], world.day_of(late)
    lot = world.numbers.origin_lot(node.code, day)
    flat = {
        "kind": "meat_veg.farm_dispatch",
        "key": lot,
        "time": day.isoformat(),
        "shape": "object",
        "party": node.itself.ref,
        "items": [line(1, goods, kilograms(weight), ref=f"origin-trace:{lot}", origin_area=node.county)],
        "documents": [paper("promise", f"promise:{world.numbers.paper(node.code, 'CN')}", "out")],
        "extension": {"harvest_day": day.isoformat()},
    }
    return world.add(flat, grower, [], late=late)


def _voucher(world: Any, fields: Fields, grower: Any, leaving: Any, buyer: Any) -> Any:
    late = leaving.late
    number = world.numbers.paper(grower.nodes[0].county, "RS")
    item = leaving.flat["items"][0]
    goods = (item["product"].partition(":")[2], item["product_name"])
    flat = {
        "kind": "meat_veg.market_entry",
        "key": number,
        "time": moment(world.day_of(late), "01:15"),
        "shape": "transaction",
        "reporter": f"uscc:{grower.uscc}",
        "place": grower.nodes[0].ref,
        "party": grower.nodes[0].itself.ref,
        "counterparty": buyer.ref,
        "items": [line(1, goods, *item["quantities"], ref=item["ref"], origin_area=item["origin_area"])],
        "documents": [
            paper("market_entry", f"market-entry:{number}", "out"),
            *came(leaving.flat["documents"], "promise"),
        ],
        "extension": {"destination": buyer.node.name},
    }
    return world.add(flat, fields.platform, [[leaving]], late=late)
