"""Units that convert into each other by a fixed factor: what one of them is in kilograms, litres or becquerels."""

from collections.abc import Mapping
from decimal import Decimal

KILOGRAMS: Mapping[str, Decimal] = {"kg": Decimal(1), "g": Decimal("0.001"), "t": Decimal(1000), "mg": Decimal("0.000001")}
LITRES: Mapping[str, Decimal] = {"L": Decimal(1), "mL": Decimal("0.001"), "m3": Decimal(1000)}
BECQUERELS: Mapping[str, Decimal] = {
    "Bq": Decimal(1),
    "kBq": Decimal(10**3),
    "MBq": Decimal(10**6),
    "GBq": Decimal(10**9),
    "TBq": Decimal(10**12),
}
