"""Units that convert into each other by a fixed factor: what one of them is in kilograms, litres or becquerels."""

from collections.abc import Mapping
from decimal import Decimal

from tracekit.spec.tables import core_folder, read_table

_UNITS = read_table(core_folder() / "codesets" / "unit.csv")


def _factors(basis: str) -> Mapping[str, Decimal]:
    return {row["code"]: Decimal(row["factor"]) for row in _UNITS if row["basis"] == basis and row["factor"]}


KILOGRAMS = _factors("weight")
LITRES = _factors("volume")
BECQUERELS = _factors("activity")
