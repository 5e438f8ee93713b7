"""Numbers in exact lexical form: what people write in files becomes the one decimal of the wire."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from tracekit.mapping.cells import BadCell, cell_text, half_width, shown

INTEGER_DIGITS = 15
FRACTION_DIGITS = 6
LONGEST = 64

is_canonical: Callable[[str], Any] = re.compile(r"(?:-(?=.*[1-9]))?(?:0|[1-9]\d{0,14})(?:\.\d{0,5}[1-9])?", re.ASCII).fullmatch
_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)
_EXACT = Context(prec=2 * LONGEST)


def decimal_text(cell: Any, *, thousands: str = ",", point: str = ".", strip: str = "", places: int | None = None) -> str:
    """A cell as canonical decimal text; empty text for an empty cell.

    Args:
        thousands: separator of digit groups, taken only where the groups are well formed.
        strip: characters to drop at both ends (currency signs, units).
        places: round half up to so many places; without it more than six places are refused, never rounded.

    Raises:
        BadCell: not a number, or more digits than the wire form holds.
    """
    if cell.__class__ is str and places is None and point == "." and is_canonical(cell):
        return cell
    text = half_width(cell_text(cell))
    if strip:
        text = text.strip(strip).strip()
    if not text:
        return ""
    if len(text) > LONGEST:
        raise BadCell("TK-MAP-108", value=shown(text))
    return canonical_decimal(_plain_number(text, thousands, point), places)


def canonical_decimal(number: str, places: int | None = None) -> str:
    """`digits.digits` with any sign and needless zeros as the canonical decimal."""
    sign, whole, fraction = _parts(number)
    if places is not None and len(fraction) > places:
        step = Decimal(1).scaleb(-places)
        sign, whole, fraction = _parts(format(Decimal(number).quantize(step, ROUND_HALF_UP, _EXACT), "f"))
    if len(whole) > INTEGER_DIGITS or len(fraction) > FRACTION_DIGITS:
        raise BadCell("TK-MAP-108", value=shown(number))
    number = f"{whole}.{fraction}" if fraction else whole
    return f"-{number}" if sign == "-" and number != "0" else number


def scaler(factor: Decimal, places: int | None = None) -> Callable[[str], str]:
    """`scaled` for one factor; without rounding in integers, several times as fast as Decimal."""
    sign, digits, exponent = factor.as_tuple()
    multiplier = int("".join(map(str, digits))) * (-1 if sign else 1)
    if not isinstance(exponent, int) or exponent > 0 or places is not None:
        return lambda number: scaled(number, factor, places)

    def run(number: str) -> str:
        whole, _, fraction = number.partition(".")
        product = str(int(whole + fraction) * multiplier)
        point = len(fraction) - exponent
        if not point or product[0] == "-":
            return canonical_decimal(product) if not point else scaled(number, factor)
        product = product.zfill(point + 1)
        fraction = product[-point:].rstrip("0")
        if len(fraction) > FRACTION_DIGITS or len(product) - point > INTEGER_DIGITS:
            raise BadCell("TK-MAP-108", value=shown(number))
        return f"{product[:-point]}.{fraction}" if fraction else product[:-point]

    return run


def scaled(number: str, factor: Decimal, places: int | None = None) -> str:
    """A canonical decimal times a factor, exactly."""
    product = format(_EXACT.multiply(Decimal(number), factor), "f")
    return product if places is None and is_canonical(product) else canonical_decimal(product, places)


def unscaled(number: str, factor: Decimal) -> str:
    """The canonical decimal that `scaled` turns into this one.

    Raises:
        BadCell: the quotient has no exact form.
    """
    text = canonical_decimal(format(_EXACT.divide(Decimal(number), factor), "f"), FRACTION_DIGITS)
    if scaled(text, factor) != number:
        raise BadCell("TK-MAP-108", value=number)
    return text


def integer_of(cell: Any) -> int | None:
    """A cell as an integer below 2^53; None for an empty cell."""
    text = decimal_text(cell)
    if not text:
        return None
    if "." in text or abs(int(text)) >= 1 << 53:
        raise BadCell("TK-MAP-114", value=shown(text))
    return int(text)


def _parts(number: str) -> tuple[str, str, str]:
    sign, _, digits = number.rpartition("-") if number.startswith("-") else ("", "", number)
    whole, _, fraction = digits.lstrip("+").partition(".")
    return "-" if number.startswith("-") else sign, whole.lstrip("0") or "0", fraction.rstrip("0")


def _plain_number(text: str, thousands: str, point: str) -> str:
    whole, found, fraction = text.partition(point)
    if thousands and thousands in whole:
        first, *rest = whole.split(thousands)
        if not 1 <= len(first.lstrip("+-")) <= 3 or any(len(group) != 3 for group in rest):
            raise BadCell("TK-MAP-101", value=shown(text))
        whole = first + "".join(rest)
    number = f"{whole}.{fraction}" if found else whole
    match = _NUMBER.fullmatch(number)
    if not match or not (match[2] or match[3]):
        raise BadCell("TK-MAP-101", value=shown(text))
    return number
