"""The templates of a told chain: Python's format language over the names of a lot, its places, days, counts and numbers.

>>> fill({"value": "{a[b]}", "note": "{a[c]}", "code": "{gs1:690123456789}"}, {"a": {"b": 7, "c": None}, **CHECKED})
{'value': 7, 'code': '6901234567892'}
>>> f"{Day(date(2026, 11, 20)):-1M}", f"{Day(date(2026, 1, 31)):+1M}"
('2026-10-31', '2026-02-28')
>>> fill(["{n:02}", {"times": 2, "each": {"line": "{n}"}}], {"n": 5})
['05', {'line': 1}, {'line': 2}]
>>> f"{Day(date(2026, 11, 20)):-1%1y%m%d}", f"{Quantity('12.5'):*0.3}", f"{Quantity('12.5'):*0.3~0}", f"{Quantity('12.5'):-0.75}"
('61119', '3.8', '4', '11.75')
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from string import Formatter
from typing import Any

from tracekit.codes import uscc
from tracekit.sdk.checks import months_later
from tracekit.spec.lexical import decimal_fault, decimal_text
from tracekit.trees import is_array, is_object

Names = Mapping[str, Any]

_format = Formatter()
_MOVED = re.compile(r"(?:([+-]\d+)([mM]?))?(.*)")
_WORKED = re.compile(r"([*+-])(-?[\d.]+)(?:~(\d))?")


def fill(template: Any, names: Names) -> Any:
    """A template with every name in it replaced; `{"times": N, "each": …}` in a list stands for N entries, told apart by `{n}`."""
    if is_object(template):
        filled = {name: fill(value, names) for name, value in template.items()}
        return {name: value for name, value in filled.items() if value is not None}
    if is_array(template):
        return [one for entry in template for one in _entries(entry, names)]
    return _text(template, names) if isinstance(template, str) else template


def _entries(entry: Any, names: Names) -> Iterator[Any]:
    if not is_object(entry) or entry.keys() != {"times", "each"}:
        yield fill(entry, names)
        return
    for n in range(1, int(fill(entry["times"], names)) + 1):
        yield from _entries(entry["each"], nth(names, n))


def nth(names: Names, n: int) -> dict[str, Any]:
    """The names in the n-th turn of a loop: `n`, and of what was `written` several times the n-th, or the last where there are fewer."""
    written: Mapping[str, Sequence[Any]] = names.get("written", {})
    return {**names, "n": n, **{name: one[min(n, len(one)) - 1] for name, one in written.items() if one}}


def _text(template: str, names: Names) -> Any:
    parts = list(_format.parse(template))
    if len(parts) == 1 and not parts[0][0] and parts[0][1] and not parts[0][2]:
        value = _format.get_field(parts[0][1], (), names)[0]
        return deepcopy(value) if value is None or is_object(value) or is_array(value) or type(value) in (int, bool) else f"{value}"
    return _format.vformat(template, (), names)


class Day:
    """A day: `{day:+30}`, `{day:+6m}`, `{day:%y%m%d}`, `{day:-1%m%d}`, `{day:-1M}` (a month's last); `%1y`: a year's last digit."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __format__(self, spec: str) -> str:
        moved, months, form = _MOVED.findall(spec)[0]
        count = int(moved or 0)
        if months == "M":
            day = months_later(self.day.replace(day=1), count + 1) - timedelta(days=1)
        else:
            day = months_later(self.day, count) if months else self.day + timedelta(days=count)
        return day.strftime(form.replace("%1y", str(day.year % 10))) if form else day.isoformat()


class Chance:
    """A whole number by chance: `{some:800-1200}`."""

    def __init__(self, rng: Any) -> None:
        self.rng = rng

    def __format__(self, spec: str) -> str:
        low, _, high = spec.partition("-")
        return str(self.rng.randrange(int(low), int(high) + 1))


class Serial:
    """The next number of a count that never gives one twice: `{serial:07}`."""

    def __init__(self, count: Callable[[], int]) -> None:
        self.count = count

    def __format__(self, spec: str) -> str:
        return format(self.count(), spec)


class Quantity(str):
    """A decimal: `{weight}`, times a factor to the tenth `{weight:*0.12}`, to whole ones `{weight:*0.12~0}`, less `{weight:-3}`."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if not (worked := _WORKED.fullmatch(spec)):
            return format(str(self), spec)
        sign, other, places = worked.groups()
        left, right = Decimal(self), Decimal(other)
        value = left * right if sign == "*" else left + right if sign == "+" else left - right
        digits = places or ("1" if sign == "*" else "")
        return decimal_text(value.quantize(Decimal(1).scaleb(-int(digits))) if digits else value)


def as_quantity(value: Any) -> Any:
    """A text that is a decimal as a quantity that templates can reckon with; all else as it is."""
    return Quantity(value) if isinstance(value, str) and not decimal_fault(value) else value


class Checked:
    """Digits with their check character: `{gs1:…}`, `{mod11_10:…}`, `{uscc:…}`."""

    def __init__(self, check: Callable[[str], str]) -> None:
        self.check = check

    def __format__(self, spec: str) -> str:
        return spec + self.check(spec)


def _gs1(body: str) -> str:
    """The check digit of GTIN, GLN, SSCC and 药品本位码: weights 3 and 1 from the right."""
    return str(-sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(body))) % 10)


def _mod_11_10(body: str) -> str:
    """The check digit of ISO 7064 MOD 11,10 (GB/T 17710), as licences for food have it."""
    state = 10
    for digit in body:
        state = ((state + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - state) % 10)


def _uscc(body: str) -> str:
    """The check character of a 统一社会信用代码 of 17 characters."""
    return next(one for one in uscc.ALPHABET if uscc.is_valid(body + one))


CHECKED: Mapping[str, Checked] = {"gs1": Checked(_gs1), "mod11_10": Checked(_mod_11_10), "uscc": Checked(_uscc)}
"""The names of check characters."""
