"""Checks that many categories need, made from a code and a few names: what stands as `check` in a plugin's `Rule`.

A finding about what was done wrong in the world is a warning: refusing such a record would hide the deed. A finding
about a record that cannot be right is an error. The level is that of the code's row in `rules.csv`.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from tracekit.findings import Finding, Level
from tracekit.sdk.types import Facts, Record
from tracekit.spec.lexical import interval
from tracekit.spec.units import KILOGRAMS, LITRES

Check = Callable[[Record, Facts], Iterable[Finding]]
Rows = Sequence[Mapping[str, str]]

NONE: Sequence[Finding] = ()
"""What nearly every check gives for nearly every record, so that none of them starts a generator for it."""


def said(item: Mapping[str, Any], name: str) -> Any:
    """What an item's extension says, or None."""
    extension: Mapping[str, Any] = item.get("extension", {})
    return extension.get(name)


def quantities_positive(code: str, *, level: Level = "error") -> Check:
    """A quantity is above zero."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        return [
            Finding(code, level, f"items.{item['line']}.quantities.{at}.value", {"value": quantity["value"]})
            for item in record["items"]
            for at, quantity in enumerate(item.get("quantities", ()), 1)
            if quantity["value"] == "0" or quantity["value"][0] == "-"
        ]

    return check


def parties_differ(code: str, *, level: Level = "error") -> Check:
    """Who gives and who takes are not the same."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        if record["party"] != record.get("counterparty"):
            return NONE
        return [Finding(code, level, "counterparty", {"party": record["party"]})]

    return check


def no_test_failed(code: str, *, level: Level = "warning") -> Check:
    """A failed test is shown to everybody who holds the record."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        return [
            Finding(code, level, f"measurements.{at}.result", {"type": one["type"]})
            for at, one in enumerate(record.get("measurements", ()), 1)
            if one.get("result") == "fail"
        ]

    return check


def due_tests_done(code: str, rows: Rows, name: str, *, level: Level = "warning") -> Check:
    """Each item has the tests that `rows` (`kind`, a column `name` of the item's extension, `types`) ask for; no types: any test."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        found: list[Finding] = []
        for item in record["items"]:
            of_item = {one["type"] for one in record.get("measurements", ()) if one.get("item", item["line"]) == item["line"]}
            for row in rows:
                if row["kind"] != record["kind"] or row[name] != said(item, name):
                    continue
                missing = [one for one in row["types"].split() if one not in of_item]
                if missing or not of_item:
                    found.append(Finding(code, level, f"items.{item['line']}", {"value": row[name], "types": " ".join(missing) or "*"}))
        return found

    return check


def shelf_life_kept(code: str, first: str, last: str, days: str, months: str, slack: int, *, level: Level = "warning") -> Check:
    """The last day is the first day and the shelf life, give or take some days; all four are names of the item's extension."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        found: list[Finding] = []
        for item in record["items"]:
            start, end, of_days, of_months = (said(item, name) for name in (first, last, days, months))
            if start is None or end is None or (of_days is None and of_months is None):
                continue
            expected = months_later(date.fromisoformat(start), of_months or 0) + timedelta(days=of_days or 0)
            if abs((date.fromisoformat(end) - expected).days) > slack:
                path = f"items.{item['line']}.extension.{last}"
                found.append(Finding(code, level, path, {"value": end, "expected": expected.isoformat()}))
        return found

    return check


def within_days(code: str, first: str, last: str, days: int, *, level: Level = "warning") -> Check:
    """From the day at one path to the day at another are at most so many days; paths of the record, or of each item."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        found: list[Finding] = []
        for path, scope in _scopes(record, last):
            start, end = value_of(record, scope, first), value_of(record, scope, last)
            if start and end and (passed := (_date(end) - _date(start)).days) > days:
                found.append(Finding(code, level, path, {"value": end, "other": start, "days": str(passed), "limit": str(days)}))
        return found

    return check


def within_hours(code: str, first: str, last: str, hours: int, *, level: Level = "warning") -> Check:
    """From the moment at one path to the moment at another pass fewer than so many hours; a time without its minute says nothing."""

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        found: list[Finding] = []
        for path, scope in _scopes(record, last):
            start, end = value_of(record, scope, first), value_of(record, scope, last)
            if start and end and "T" in start and "T" in end:
                passed = interval(end)[0] - interval(start)[0]
                if passed >= timedelta(hours=hours):
                    params = {"value": end, "other": start, "minutes": str(passed // timedelta(minutes=1)), "limit": str(hours)}
                    found.append(Finding(code, level, path, params))
        return found

    return check


def code_listed(code: str, rows: Rows, path: str, *, level: Level = "info") -> Check:
    """What stands at a path is a `code` of `rows`: a catalogue that ages, so that one it does not have is only worth a hint."""
    known = frozenset(row["code"] for row in rows)

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        values = [(at, value_of(record, scope, path)) for at, scope in _scopes(record, path)]
        return [Finding(code, level, at, {"value": value}) for at, value in values if value is not None and value not in known]

    return check


def _scopes(record: Record, path: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if not path.startswith("items."):
        return [(path, record)]
    return [(f"items.{item['line']}.{path.removeprefix('items.')}", item) for item in record["items"]]


def value_of(record: Record, item: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of the record, or of an item if it begins with `items.`; None if nothing does."""
    here: Any = item if path.startswith("items.") else record
    for name in path.removeprefix("items.").split("."):
        here = here.get(name) if isinstance(here, Mapping) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return here  # pyright: ignore[reportUnknownVariableType]


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def yield_in_band(
    code: str, rows: Rows, names: Sequence[str], densities: Mapping[str, str], amount: str = "", *, level: Level = "warning"
) -> Check:
    """Mass out over mass in lies in the band of the first row whose `names` fit; an empty cell fits all.

    Args:
        names: the first is a name of the first output's extension, the others of the record's.
        densities: kilograms a litre by the first name's value, where goods are measured by volume.
        amount: a decimal of the items' extension that counts instead of the mass: what of it is of worth.
    """
    band = _bands(rows, names)

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        inner: Mapping[str, Any] = record.get("extension", {})
        made = next((item for item in record["items"] if item["role"] == "output"), None)
        if made is None:
            return NONE
        limits = band(str(said(made, names[0]) or ""), *(str(inner.get(name, "")) for name in names[1:]))
        taken, given = (_amount_of(record, role, names[0], densities, amount) for role in ("input", "output"))
        if limits is None or not taken or not given or limits[0] <= given / taken <= limits[1]:
            return NONE
        params = {"value": f"{given / taken:.3f}", "low": str(limits[0]), "high": str(limits[1])}
        return [Finding(code, level, "items", params)]

    return check


def share_in_band(code: str, rows: Rows, names: Sequence[str], amount: str, *, level: Level = "warning") -> Check:
    """What an item's extension tells, over its mass, lies in the band of the first row whose `names` fit; an empty cell fits all.

    Args:
        names: names of the item's extension.
        amount: the decimal told: kilograms of what is of worth, of a purity or a conversion into another form.
    """
    band = _bands(rows, names)

    def check(record: Record, _facts: Facts) -> Iterable[Finding]:
        found: list[Finding] = []
        for item in record["items"]:
            told, mass, limits = said(item, amount), mass_of(item), band(*(str(said(item, name) or "") for name in names))
            if told and mass and mass > 0 and limits and not limits[0] <= Decimal(told) / mass <= limits[1]:
                params = {"value": f"{Decimal(told) / mass:.3f}", "low": str(limits[0]), "high": str(limits[1])}
                found.append(Finding(code, level, f"items.{item['line']}.extension.{amount}", params))
        return found

    return check


def _bands(rows: Rows, names: Sequence[str]) -> Callable[..., tuple[Decimal, Decimal] | None]:
    """The band of the first row that fits the values of some names."""

    @cache
    def band(*values: str) -> tuple[Decimal, Decimal] | None:
        fits = (row for row in rows if all(row[name] in ("", value) for name, value in zip(names, values, strict=True)))
        row = next(fits, None)
        return (Decimal(row["low"]), Decimal(row["high"])) if row else None

    return band


def _amount_of(record: Record, role: str, name: str, densities: Mapping[str, str], amount: str) -> Decimal | None:
    """Kilograms of all items of a role, or what they tell; None if one of them cannot be told."""
    total = Decimal()
    for item in record["items"]:
        if item["role"] == role:
            told = said(item, amount) if amount else mass_of(item, densities.get(str(said(item, name)), ""))
            if told is None:
                return None
            total += Decimal(told)
    return total


def mass_of(item: Mapping[str, Any], density: str = "") -> Decimal | None:
    """The kilograms of an item, from its weight or else from its volume and the density; None if neither is said."""
    by_volume: Decimal | None = None
    for quantity in item.get("quantities", ()):
        unit, value = quantity["unit"], quantity["value"]
        if unit in KILOGRAMS:
            return Decimal(value) * KILOGRAMS[unit]
        if unit in LITRES and density:
            by_volume = Decimal(value) * LITRES[unit] * Decimal(density)
    return by_volume
