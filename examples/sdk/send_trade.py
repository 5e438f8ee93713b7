"""Build a wholesale trade, check it offline, send it, print the receipt.

    python send_trade.py credentials/CODE.json keys/signing.pem

The first file is what the platform handed over when it admitted us; the second is our own signing key.
"""

import sys

from tracekit import Client, explain

credentials, key, *more = sys.argv[1:]
trade = {
    "kind": "meat_veg.market_trade",
    "category": "meat_veg",
    "shape": "transaction",
    "key": "T-20261120-0001",
    "time": "2026-11-20T06:30+08:00",
    "region": "370602",
    "reporter": "node:370602001",
    "place": "node:370602001",
    "party": "merchant:3706020010001",
    "counterparty": "merchant:3706020010002",
    "counterparty_name": "张记肉铺",
    "documents": [{"type": "trade_slip", "ref": "tran:37060200100010000001", "direction": "out"}],
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
}  # fmt: skip  a form is easier to read in groups than in one line a field

with Client.admitted(credentials, key, spool="spool.db") as client:
    for finding in client.check([trade])[0]:
        print(explain(finding, "en"))
    for receipt in client.send([trade]):
        print(receipt)
