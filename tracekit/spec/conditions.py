"""Conditions of the tables, compiled into small functions: required-if, range, pattern, compare, sum, any-of, ratio."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tracekit.findings import Finding, Level
from tracekit.spec import lexical
from tracekit.spec.sets import Condition, Kind
from tracekit.spec.units import KILOGRAMS
from tracekit.trees import is_array, is_object

Record = dict[str, Any]

DEFAULT_CODES = {
    "required": "TK-REC-029",
    "forbidden": "TK-REC-030",
    "pattern": "TK-REC-031",
    "range": "TK-REC-032",
    "compare": "TK-REC-033",
    "sum": "TK-REC-034",
    "any_of": "TK-REC-035",
    "one_of": "TK-REC-036",
    "ratio": "TK-REC-040",
}
LEVELS: Mapping[str, Level] = {"error": "error", "warning": "warning", "info": "info"}


def level_of(condition: Condition) -> Level:
    """What a condition's finding is: what its row says, else a warning for a ratio and an error for all others."""
    return LEVELS.get(condition.level) or ("warning" if condition.test == "ratio" else "error")


class Withheld:
    """Stands for a value that is there but was withheld with its group."""


WITHHELD = Withheld()


def evaluate(kind: Kind, record: Record, values: Mapping[str, Any], withheld: frozenset[str]) -> list[Finding]:
    """All findings of a kind's table conditions on a record whose elements already have their right types."""
    found: list[Finding] = []
    for condition in kind.conditions:
        found += _evaluate(kind, condition, record, values, withheld)
    return found


def _evaluate(kind: Kind, condition: Condition, record: Record, values: Mapping[str, Any], withheld: frozenset[str]) -> "Iterator[Finding]":
    for prefix, scope in _scopes(kind, record, condition.path, values, withheld):
        finding = _one(condition, scope, kind, prefix)
        if finding is not None:
            yield finding


def condition_answer(kind: Kind, condition: Condition) -> Callable[[Record], bool]:
    """Whether one condition holds on a record whose elements and groups have their right form."""

    def answer(record: Record) -> bool:
        digests: Record = record.get("groups", {})
        values = {path: value for name in digests if name in record for path, value in record[name]["values"].items()}
        withheld = frozenset(name for name in digests if name not in record)
        return not any(_evaluate(kind, condition, record, values, withheld))

    return answer


def _scopes(kind: Kind, record: Record, path: str, values: Mapping[str, Any], withheld: frozenset[str]) -> "Iterator[tuple[str, Scope]]":
    """The record itself, or each entry of the list that the condition's path goes through."""
    head = path.partition(".")[0]
    root = kind.fields.get(head)
    if root is None or not (root.many and root.children) or ":" in path or path == head:
        yield "", Scope(kind, record, "", "", values, withheld)
        return
    for at, entry in enumerate(_entries(record, head), 1):
        line = entry.get("line", at) if head == "items" else at
        yield f"{head}.{line}.", Scope(kind, record, head, f"{line}", values, withheld, entry)


def _entries(record: Record, name: str) -> list[Record]:
    listed: Any = record.get(name)
    return [one for one in listed if is_object(one)] if is_array(listed) else []


class Scope:
    """Where a condition is evaluated: looks a path up in the entry it goes through, in the record, or in the groups."""

    def __init__(
        self,
        kind: Kind,
        record: Record,
        head: str,
        line: str,
        values: Mapping[str, Any],
        withheld: frozenset[str],
        entry: Record | None = None,
    ) -> None:
        self.kind, self.record, self.head, self.line = kind, record, head, line
        self.values, self.withheld, self.entry = values, withheld, entry

    def get(self, path: str) -> Any:
        """What stands at a path: a value, None, or `WITHHELD`."""
        if path.startswith("documents:"):
            wanted, _, direction = path.partition(":")[2].partition("@")
            fitting = (one for one in _entries(self.record, "documents") if one.get("type") == wanted)
            return next((one for one in fitting if not direction or one.get("direction") == direction), None)
        inside = bool(self.head) and path.startswith(self.head + ".")
        group = self.kind.sensitive.get(path)
        if group:
            if group in self.withheld:
                return WITHHELD
            return self.values.get(f"{self.head}.{self.line}.{path.partition('.')[2]}" if inside else path)
        here: Any = self.entry if inside else self.record
        for name in (path.partition(".")[2] if inside else path).split("."):
            here = here.get(name) if is_object(here) else None
        return here


def _one(condition: Condition, scope: "Scope", kind: Kind, prefix: str) -> Finding | None:
    if not _applies(condition, scope):
        return None
    problem = TESTS[condition.test](condition, scope, kind)
    if problem is None:
        return None
    path = prefix + condition.path[len(prefix.split(".", 1)[0]) + 1 :] if prefix else condition.path
    field = kind.fields.get(condition.path)
    params = {"path": path, "name": field.element.name_zh if field else path, "note": condition.note, **problem}
    code = condition.code or DEFAULT_CODES[condition.test]
    return Finding(code, level_of(condition), path, params)


def _applies(condition: Condition, scope: "Scope") -> bool:
    if not condition.when_test:
        return True
    value = scope.get(condition.when_path)
    if value is WITHHELD:
        return False
    if condition.when_test in ("present", "absent"):
        return (value is not None) == (condition.when_test == "present")
    return (told(value) in condition.when_value.split()) == (condition.when_test == "in")


def told(value: Any) -> str:
    """A scalar as tables write it: a boolean is `true` or `false`."""
    return str(value).lower() if type(value) is bool else str(value)


def _required(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    return {} if scope.get(condition.path) is None else None


def _forbidden(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    return None if scope.get(condition.path) in (None, WITHHELD) else {}


def _pattern(condition: Condition, scope: "Scope", kind: Kind) -> dict[str, str] | None:
    value = scope.get(condition.path)
    if type(value) not in (str, bool) or re.fullmatch(condition.value, told(value), re.ASCII):
        return None
    return {"value": shown(told(value), condition.path, kind)}


def _range(condition: Condition, scope: "Scope", kind: Kind) -> dict[str, str] | None:
    number = _decimal(scope.get(condition.path))
    low, _, high = condition.value.partition("..")
    if number is None or ((not low or number >= Decimal(low)) and (not high or number <= Decimal(high))):
        return None
    return {"value": shown(str(number), condition.path, kind), "low": low or "-∞", "high": high or "∞"}


def _compare(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    operator, _, other = condition.value.partition(" ")
    left, right = scope.get(condition.path), scope.get(other)
    if left is None or right is None or WITHHELD in (left, right):
        return None
    return None if _holds(operator, left, right) else {"other": other}


def _holds(operator: str, left: Any, right: Any) -> bool:
    """Times compare by interval, numbers as decimals, all else as text; what cannot be compared holds."""
    if isinstance(left, str) and isinstance(right, str) and not lexical.time_fault(left) and not lexical.time_fault(right):
        (left_start, left_end), (right_start, right_end) = lexical.interval(left), lexical.interval(right)
        if operator in ("ge", "gt"):
            return left_end > right_start
        if operator in ("le", "lt"):
            return left_start < right_end
        return (left_start < right_end and right_start < left_end) == (operator == "eq")
    a, b = _decimal(left), _decimal(right)
    if a is None or b is None:
        return operator in ("ge", "le", "gt", "lt") or (left == right) == (operator == "eq")
    return {"ge": a >= b, "gt": a > b, "le": a <= b, "lt": a < b, "eq": a == b, "ne": a != b}[operator]


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, str):
        return None if lexical.decimal_fault(value) else Decimal(value)
    return Decimal(value) if type(value) is int else None


def _sum(condition: Condition, scope: "Scope", kind: Kind) -> dict[str, str] | None:
    expected = _decimal(scope.get(condition.path))
    parts = [_decimal(one) for one in _listed(scope, condition.value)]
    known = [one for one in parts if one is not None]
    if expected is None or not known or len(known) != len(parts) or sum(known) == expected:
        return None
    return {"total": str(sum(known)), "value": shown(str(expected), condition.path, kind)}


def _listed(scope: Scope, path: str) -> list[Any]:
    head, _, rest = path.partition(".")
    return [one.get(rest) for one in _entries(scope.record, head)]


def _present(condition: Condition, scope: "Scope") -> int:
    return sum(scope.get(path) is not None for path in condition.value.split())


def _any_of(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    return None if _present(condition, scope) else {"paths": condition.value}


def _one_of(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    unknown = any(scope.get(path) is WITHHELD for path in condition.value.split())
    return None if unknown or _present(condition, scope) == 1 else {"paths": condition.value}


def _ratio(condition: Condition, scope: "Scope", _kind: Kind) -> dict[str, str] | None:
    weights = {role: _weight(scope.record, role) for role in ("input", "output")}
    if not weights["input"] or not weights["output"]:
        return None
    value = weights["output"] / weights["input"]
    low, _, high = condition.value.partition("..")
    if (not low or value >= Decimal(low)) and (not high or value <= Decimal(high)):
        return None
    return {"value": f"{value:.4f}", "low": low, "high": high}


def _weight(record: Record, role: str) -> Decimal:
    total = Decimal(0)
    for item in _entries(record, "items"):
        if item.get("role") == role:
            for quantity in _entries(item, "quantities"):
                total += (_decimal(quantity.get("value")) or 0) * KILOGRAMS.get(quantity.get("unit", ""), Decimal(0))
    return total


TESTS: Mapping[str, Callable[[Condition, Scope, Kind], dict[str, str] | None]] = {
    "required": _required,
    "forbidden": _forbidden,
    "pattern": _pattern,
    "range": _range,
    "compare": _compare,
    "sum": _sum,
    "any_of": _any_of,
    "one_of": _one_of,
    "ratio": _ratio,
}


def shown(value: str, path: str, kind: Kind) -> str:
    """A value as a finding may show it: shortened, and masked where its element is sensitive."""
    if path in kind.sensitive:
        return "***"
    return value[:60].encode("utf-8", "backslashreplace").decode()
