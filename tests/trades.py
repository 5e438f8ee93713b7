"""Records made by hand, for tests of the line and of the kit."""

from typing import Any


def trade(number: int, **more: Any) -> dict[str, Any]:
    """A wholesale trade in flat form that every check accepts."""
    slip = f"3706000040001{number:07d}"
    item = {
        "line": 1,
        "role": "object",
        "ref": "batch:3706000040000058",
        "product": "goods:21113011",
        "quantities": [{"value": "82.5", "unit": "kg", "basis": "weight"}],
        "unit_price": "12.5",
    }  # fmt: skip  one subject a line
    papers = [
        {"type": "trade_slip", "ref": f"tran:{slip}", "direction": "out"},
        {"type": "product_quarantine", "ref": f"quarantine:{number:010d}", "direction": "in"},
    ]
    return {
        "kind": "meat_veg.market_trade",
        "key": slip,
        "origin": "market-370600004",
        "reporter": "node:370600004",
        "time": "2026-11-20T06:30+08:00",
        "recorded_at": "2026-11-20T06:31:00+08:00",
        "category": "meat_veg",
        "region": "370600",
        "shape": "transaction",
        "party": "merchant:3706000040001",
        "counterparty": "merchant:3706000050002",
        "counterparty_name": "张记",
        "place": "node:370600004",
        "items": [item],
        "documents": papers,
        **more,
    }  # fmt: skip  one subject a line
