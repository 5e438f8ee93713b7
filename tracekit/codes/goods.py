"""商品编码, the code of a kind of goods: eight digits of GB/T 7635.1, printed `01111·010`; no check digit.

Layers are the prefixes of length 1, 2, 3, 4, 5 and 8. The list that tracekit ships is the part in use for meat and
vegetables, as one vendor typed it, so an unlisted code is only worth a warning.

Source: GB/T 7635.1-2002 (structure CONFIRMED); SB/T 10680-2012 annexes A and B not read.

>>> validate("21113·011")
'21113011'
>>> parse("01241012")["name"], parse("01241012")["class"]
('木薯', '01241')
>>> is_valid("0124201")
False
"""

from functools import cache

from tracekit.codes._form import REGISTRY, check_all, check_one, digits, settle
from tracekit.codes._text import NO_PRINT_MARKS, clean
from tracekit.spec.tables import core_folder, read_table

SCHEME = "goods"
NAME_ZH = "商品编码"
NAME_EN = "Goods code"
SOURCE = "GB/T 7635.1-2002; layer structure; CONFIRMED"
PATTERN = "[0-9]{8}"

_FORM = digits(8)


@cache
def _listed() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read_table(core_folder() / "codesets" / "goods.csv")}


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks, hyphens or printed dots."""
    return clean(value, NO_PRINT_MARKS)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def name(value: str) -> str:
    """The Chinese name of a compact code, empty if it is not in the list."""
    row = _listed().get(value)
    return row["name_zh"] if row else ""


def parse(value: str) -> dict[str, str]:
    """Class, item within the class, and their names where listed; raises like `validate`."""
    value = validate(value)
    parts = {"class": value[:5], "item": value[5:]}
    row = _listed().get(value)
    return {**parts, "name": row["name_zh"], "class_name": row["class_name"]} if row else parts


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({8: _FORM}, values)


def registry(value: str) -> str | None:
    """`TK-CODE-003` if a valid code is not in the list."""
    return None if value in _listed() else REGISTRY


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    listed = _listed()
    return [None if value in listed else REGISTRY for value in values]
