"""A sender under test: sends as many trades as the kit asks for, one call, and lets every error end it.

    tracekit conform client --run "python send_for_conformance.py"

The kit says in environment variables where it is and what it wants; a sender of your own reads the same ones.
"""

import os
from pathlib import Path

from tracekit import Client, DockingRejected

asked = {name: os.environ[f"TRACEKIT_CONFORM_{name}"] for name in ("CREDENTIALS", "KEY", "RECORDS", "SERIAL", "FOLDER")}
first = int(asked["SERIAL"])
trades = [
    {
        "kind": "meat_veg.market_trade",
        "category": "meat_veg",
        "shape": "transaction",
        "key": f"T-20261120-{number}",
        "time": "2026-11-20T06:30+08:00",
        "region": "370602",
        "reporter": "node:370602001",
        "place": "node:370602001",
        "party": "merchant:3706020010001",
        "counterparty": "merchant:3706020010002",
        "counterparty_name": "张记肉铺",
        "documents": [{"type": "trade_slip", "ref": f"tran:3706020010001{number:07d}", "direction": "out"}],
        "items": [
            {
                "line": 1,
                "role": "object",
                "ref": "batch:3706020010000001",
                "product": "goods:21113011",
                "unit_price": "24.6",
                "quantities": [{"value": "85.5", "unit": "kg", "basis": "weight"}],
            }
        ],
    }
    for number in range(first, first + int(asked["RECORDS"]))
]


def send() -> None:
    """A client asks for the platform's limits when it is made, and keeps to them."""
    with Client.admitted(asked["CREDENTIALS"], asked["KEY"], spool=Path(asked["FOLDER"]) / "spool.db") as client:
        for receipt in client.send(trades):
            print(receipt)


try:
    send()
except DockingRejected as refused:
    if refused.params.get("status") != "413":
        raise
    send()  # the limits are lower by now: the same records in smaller packages
