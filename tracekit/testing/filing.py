"""The filings of the synthetic world: subjects, nodes and merchants, messages (1) and (2) of the pilot formats, and what chains file."""

from datetime import timedelta

from tracekit.testing.world import FILED_DAYS, Enterprise, Flat, Merchant, Node, World

ORDER = ("core.subject", "core.node", "core.merchant", "core.product", "core.device", "core.asset")


def filings(world: World) -> dict[str, list[Flat]]:
    """Flat records to be filed at each city, by the platform's code: subjects first, then nodes, then what stands there."""
    found: dict[str, list[Flat]] = {city.platform: [] for city in world.cities}
    for enterprise in world.enterprises:
        records = found[enterprise.city.platform]
        records.append(_subject(world, enterprise))
        for node in enterprise.nodes:
            records.append(_node(world, enterprise, node))
            records.extend(_merchant(world, enterprise, node, merchant) for merchant in node.merchants)
    for enterprise, flat in world.filed:
        found[enterprise.city.platform].append(flat)
    return {city: sorted(records, key=lambda one: ORDER.index(one["kind"])) for city, records in found.items()}


def _common(world: World, enterprise: Enterprise, kind: str, key: str, region: str) -> Flat:
    day = (world.day - timedelta(days=FILED_DAYS)).isoformat()
    return {
        "kind": f"core.{kind}",
        "key": key,
        "origin": enterprise.code,
        "reporter": f"uscc:{enterprise.uscc}",
        "time": day,
        "category": enterprise.category,
        "region": region,
        "filed_on": day,
    }


def _subject(world: World, enterprise: Enterprise) -> Flat:
    region = enterprise.nodes[0].county if enterprise.nodes else enterprise.city.counties[0]
    common = _common(world, enterprise, "subject", enterprise.uscc, region)
    names = {"ref": f"uscc:{enterprise.uscc}", "name": enterprise.name, "subject_type": "enterprise"}
    return {**common, **names, **enterprise.filed.get("subject", {})}


def _node(world: World, enterprise: Enterprise, node: Node) -> Flat:
    return {
        **_common(world, enterprise, "node", node.code, node.county),
        "ref": node.ref,
        "name": node.name,
        "node_type": node.type,
        "subject": f"uscc:{enterprise.uscc}",
        "business_categories": [enterprise.category],
        "address": f"{node.city.name}示范路{int(node.code[-3:])}号",
        "contact": "示范联系人",
        "phone": f"000-{node.code}",
        **enterprise.filed.get("node", {}),
    }


def _merchant(world: World, enterprise: Enterprise, node: Node, merchant: Merchant) -> Flat:
    code = merchant.ref.partition(":")[2]
    return {
        **_common(world, enterprise, "merchant", code, node.county),
        "ref": merchant.ref,
        "name": merchant.name,
        "merchant_type": merchant.type,
        "property": "self_employed" if merchant.stall else "legal_person",
        "node": node.ref,
        "node_name": node.name,
        **({"stall": merchant.stall} if merchant.stall else {}),
    }
