"""Synthetic pork up to the wholesale market: farm → slaughterhouse → dispatch, the last city's from over the border."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tracekit_meat_veg._market import STYLES, Town, enter
from tracekit_meat_veg._parts import PIG, PORK, came, heads, kilograms, line, moment, paper, priced


@dataclass
class Slaughterhouse:
    """A slaughterhouse with the owner who has pigs slaughtered there, and the farms that deliver."""

    enterprise: Any
    owner: Any
    farms: list[Any]

    @property
    def node(self) -> Any:
        """Where it stands."""
        return self.enterprise.nodes[0]


def found_slaughterhouse(world: Any, city: Any) -> Slaughterhouse:
    """Open a slaughterhouse and its farms."""
    enterprise = world.enterprise(city, "屠宰厂", "slaughterhouse", STYLES / "slaughterhouse", 1)
    farms = [world.enterprise(city, f"养殖场{name}", "farm", STYLES / "farm", 2) for name in "甲乙"]
    return Slaughterhouse(enterprise, world.merchant(enterprise.nodes[0], "pig_wholesaler"), farms)


def grow_lots(world: Any, house: Slaughterhouse, towns: list[Town]) -> None:
    """Lots of pigs, each slaughtered and sent to two wholesalers of a town."""
    count = world.size.lots * len(towns)
    late = world.share(count, world.rates.late)
    wrong = world.share(count, world.rates.wrong_units)
    for number in range(count):
        _lot(world, house, towns[number % len(towns)], number, late=number in late, wrong=number in wrong)


def _lot(world: Any, house: Slaughterhouse, town: Town, number: int, *, late: bool, wrong: bool) -> None:
    farm = house.farms[number % len(house.farms)]
    leaving = _farm_dispatch(world, farm, house, late)
    arriving = _slaughter_intake(world, house, farm, leaving)
    slaughter = _slaughter(world, house, arriving, wrong=wrong)
    buyers = [town.wholesalers["meat"][(number + step) % len(town.wholesalers["meat"])] for step in range(2)]
    inspection = _inspection(world, house, slaughter)
    weight = Decimal(int(Decimal(arriving.flat["items"][0]["quantities"][0]["value"]) * 38))
    for at, buyer in enumerate(buyers):
        sent = _dispatch(world, house, inspection, buyer, weight=weight, at=at)
        enter(
            world,
            town,
            buyer,
            PORK[at % 2],
            weight,
            late=late,
            needs=[[sent]],
            papers=came(sent.flat["documents"], "trade_slip", "product_quarantine", "meat_inspection"),
            clock="03:10",
            supplier=house.node.ref,
            origin_area=farm.nodes[0].county,
        )


def _farm_dispatch(world: Any, farm: Any, house: Slaughterhouse, late: bool) -> Any:
    node, day = farm.nodes[0], world.day_of(late)
    count = world.rng.randrange(16, 25)
    certificate = f"quarantine:{world.numbers.paper(node.county)}"
    first = int(f"1{node.county}{world.numbers.next(f'tag {node.county}') * 100:08d}")
    flat = {
        "kind": "meat_veg.farm_dispatch",
        "key": certificate.partition(":")[2],
        "time": day.isoformat(),
        "shape": "object",
        "party": node.itself.ref,
        "counterparty": house.owner.ref,
        "items": [
            line(
                1,
                PIG,
                heads(count),
                kilograms(Decimal(count * world.rng.randrange(105, 118))),
                ref=f"origin-trace:{world.numbers.origin_lot(node.code, day)}",
                origin_area=node.county,
            )
        ],
        "documents": [paper("origin_quarantine", certificate, "out")],
        "extension": {
            "vehicle": f"plate:{farm.city.plate}{world.rng.randrange(10000, 99999)}",
            "ear_tag_first": str(first + 1),
            "ear_tag_last": str(first + count),
        },
    }
    return world.add(flat, farm, [], late=late)


def _slaughter_intake(world: Any, house: Slaughterhouse, farm: Any, leaving: Any) -> Any:
    late = leaving.late
    declared = int(leaving.flat["items"][0]["quantities"][0]["value"])
    weight = Decimal(leaving.flat["items"][0]["quantities"][1]["value"])
    dead = 1 if world.rng.random() < 0.2 else 0
    live = Decimal(int(weight / declared)) * (declared - dead)
    batch = f"batch:{world.numbers.batch(house.node.code)}"
    item = line(1, PIG, heads(declared - dead), kilograms(live), ref=batch, origin_area=farm.nodes[0].county, supplier=farm.nodes[0].ref)
    flat = {
        "kind": "meat_veg.slaughter_intake",
        "key": f"JC{batch[6:]}",
        "time": moment(world.day_of(late), "00:20"),
        "shape": "object",
        "party": house.owner.ref,
        "items": [{**item, "unit_price": str(world.rng.randrange(14, 18))}],
        "documents": came(leaving.flat["documents"], "origin_quarantine"),
        "extension": {
            "farm_name": farm.name,
            "vehicle": leaving.flat["extension"]["vehicle"],
            "declared_heads": declared,
            "accepted_heads": declared - dead,
            "dead_heads": dead,
        },
    }
    return world.add(flat, house.enterprise, [[leaving]], late=late)


def _slaughter(world: Any, house: Slaughterhouse, arriving: Any, *, wrong: bool) -> Any:
    late = arriving.late
    source = arriving.flat["items"][0]
    count, live = int(source["quantities"][0]["value"]), Decimal(source["quantities"][1]["value"])
    carcass = (live * world.rng.randrange(70, 75) / 100).quantize(Decimal("0.1")) * (2 if wrong else 1)
    batch = f"batch:{world.numbers.batch(house.node.code)}"
    flat = {
        "kind": "meat_veg.slaughter",
        "key": f"TZ{batch[6:]}",
        "time": moment(world.day_of(late), "00:40"),
        "shape": "transformation",
        "party": house.node.itself.ref,
        "items": [
            line(1, PIG, heads(count), kilograms(live), role="input", ref=source["ref"]),
            line(2, PORK[0], kilograms(carcass), role="output", ref=batch),
        ],
        "extension": {"inspector": "示范检验员01"},
    }
    return world.add(flat, house.enterprise, [[arriving]], late=late, warnings=["TK-MEAT-010"] if wrong else [])


def _inspection(world: Any, house: Slaughterhouse, slaughter: Any) -> Any:
    arriving, carcass, late = slaughter.needs[0][0], slaughter.flat["items"][-1], slaughter.late
    count, code = int(slaughter.flat["items"][0]["quantities"][0]["value"]), house.node.code
    sample = f"CY{world.numbers.paper(code)}"
    issued = [paper("product_quarantine", f"quarantine:{world.numbers.paper(code, 'B')}", "out") for _ in range(2)]
    flat = {
        "kind": "meat_veg.meat_inspection",
        "key": sample,
        "time": moment(world.day_of(late), "01:50"),
        "shape": "object",
        "party": house.owner.ref,
        "items": [line(1, PORK[0], *carcass["quantities"], ref=carcass["ref"])],
        "documents": [
            *came(arriving.flat["documents"], "origin_quarantine"),
            *issued[:1],
            paper("meat_inspection", f"meat-quality:{world.numbers.paper(code, 'P')}", "out"),
            *issued[1:],
        ],
        "measurements": [{"type": "meat_inspection", "result": "pass"}],
        "extension": {
            "sample_no": sample,
            "sampled_heads": 3,
            "positive_heads": 0,
            "checked_heads": count,
            "inspector": "示范检验员02",
        },
    }
    return world.add(flat, house.enterprise, [[slaughter]], late=late)


def _dispatch(world: Any, house: Slaughterhouse, inspection: Any, buyer: Any, *, weight: Decimal, at: int) -> Any:
    carcass, late = inspection.flat["items"][0], inspection.late
    slip = f"tran:{world.numbers.slip(house.owner.ref.partition(':')[2])}"
    issued = [one for one in inspection.flat["documents"] if one["type"] == "product_quarantine"]
    price = Decimal(world.rng.randrange(700, 900)) / 50
    flat = {
        "kind": "meat_veg.meat_dispatch",
        "key": slip.partition(":")[2],
        "time": moment(world.day_of(late), f"02:{10 + at}"),
        "shape": "transaction",
        "party": house.owner.ref,
        "counterparty": buyer.ref,
        "counterparty_name": buyer.name,
        "items": [priced(line(1, PORK[at % 2], kilograms(weight), ref=carcass["ref"]), price)],
        "documents": [
            paper("trade_slip", slip, "out"),
            paper("product_quarantine", issued[at]["ref"], "in"),
            *came(inspection.flat["documents"], "meat_inspection"),
        ],
        "extension": {"destination": buyer.node.name, "destination_area": f"area:{buyer.node.county}"},
    }
    return world.add(flat, house.enterprise, [[inspection]], late=late)
