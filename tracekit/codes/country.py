"""国家和地区代码, the code of a country or region: two letters, three letters or three digits.

All three spellings are valid and `parse` names the other two. Codes come and go with states, so one that the table
does not hold is only worth a warning. Records use two letters where a region is abroad.

Source: ISO 3166-1, which GB/T 2659 takes over (PARTIAL: the tables of GB/T 2659 were not read).

>>> validate("nz")
'NZ'
>>> parse("156")
{'alpha2': 'CN', 'alpha3': 'CHN', 'numeric': '156', 'name': '中国', 'name_en': 'China'}
>>> registry("XQ"), registry("AUS")
('TK-CODE-003', None)
>>> is_valid("CHINA"), is_valid("15")
(False, False)
"""

from functools import cache

from tracekit.codes._form import DIGITS, REGISTRY, check_all, check_one, digits, form, settle
from tracekit.codes._text import clean
from tracekit.spec.tables import core_folder, read_table

SCHEME = "country"
NAME_ZH = "国家和地区代码"
NAME_EN = "Country or region code"
SOURCE = "GB/T 2659 (ISO 3166-1); alpha-2, alpha-3 and numeric codes; PARTIAL"
PATTERN = "[A-Z]{2,3}|[0-9]{3}"

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TWO, _THREE, _NUMBER = form([_LETTERS] * 2), form([_LETTERS] * 3), digits(3)
_MIXED = form([DIGITS + _LETTERS] * 3)


@cache
def _listed() -> dict[str, dict[str, str]]:
    rows = read_table(core_folder() / "codesets" / "country.csv")
    return {row[spelling]: row for row in rows for spelling in ("code", "alpha3", "numeric")}


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks or hyphens, upper case."""
    return clean(value)


def _check(value: str) -> str | None:
    if len(value) == 2:
        return check_one(_TWO, value)
    return check_one(_THREE, value) and check_one(_NUMBER, value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`; an unknown code passes."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no by form alone."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The three spellings and both names; of an unknown code the code alone; raises like `validate`."""
    value = validate(value)
    row = _listed().get(value)
    if row is None:
        return {"code": value}
    return {
        "alpha2": row["code"],
        "alpha3": row["alpha3"],
        "numeric": row["numeric"],
        "name": row["name_zh"],
        "name_en": row["name_en"],
    }


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [code or _check(value) for value, code in zip(values, check_all({2: _TWO, 3: _MIXED}, values), strict=True)]


def registry(value: str) -> str | None:
    """`TK-CODE-003` if the table does not hold a valid code."""
    return None if value in _listed() else REGISTRY


def registry_batch(values: list[str]) -> list[str | None]:
    """`registry` for many values."""
    return [registry(value) for value in values]
