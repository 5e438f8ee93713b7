"""Whether an answer is what a case expects. Pure.

An expected mapping names some members of the found one, deeper ones with dots; an operator stands alone in a mapping:

* `{$in: [a, b]}`, `{$not: x}`, `{$pattern: '[0-9a-f]{64}'}` (the whole text), `{$type: text | integer | boolean | list | map}`;
* `{$at_least: 1}`, `{$size: 2}` of a list, `{$has: x}` one entry fits, `{$each: x}` all entries fit;
* `{$sum: [a, b]}`, the digest that two add up to;
* `{$present: true}` or `false`: there or not.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tracekit.ids import add_leaves
from tracekit.trees import is_array, is_object

ABSENT = object()
"""What stands where nothing stands."""
_TYPES: Mapping[str, Any] = {"text": str, "integer": int, "boolean": bool, "list": list, "map": dict}


class Difference(NamedTuple):
    """Where an answer is not what was expected; both sides as JSON trees or, for an operator, as it was written."""

    path: str
    expected: Any
    found: Any


def differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Every place at which an answer differs from what is expected of it."""
    if is_object(expected) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        name, value = next(iter(expected.items()))
        yield from _OPERATORS[name](value, found, path)
    elif is_object(expected):
        for key, value in expected.items():
            yield from differences(value, _at(found, key), f"{path}.{key}" if path else key)
    elif is_array(expected):
        if not is_array(found) or len(found) != len(expected):
            yield Difference(path, expected, _shown(found))
            return
        for at, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}.{at}")
    elif type(expected) is not type(found) or expected != found:
        yield Difference(path, expected, _shown(found))


def unknown_operators(expected: Any) -> Iterator[str]:
    """Names that look like operators and are none, so that a slip in a case is told when it is read."""
    if is_object(expected):
        yield from (name for name in expected if name.startswith("$") and name not in _OPERATORS)
    for one in expected.values() if is_object(expected) else expected if is_array(expected) else ():
        yield from unknown_operators(one)


def _at(found: Any, key: str) -> Any:
    """What stands at a name with dots; whole names go first, so that a key may hold a dot itself."""
    if is_object(found):
        if key in found:
            return found[key]
        head, _, rest = key.partition(".")
        return _at(found[head], rest) if rest and head in found else ABSENT
    if is_array(found):
        head, _, rest = key.partition(".")
        if head.isdecimal() and int(head) < len(found):
            return _at(found[int(head)], rest) if rest else found[int(head)]
    return ABSENT


def _shown(found: Any) -> Any:
    return None if found is ABSENT else found


def _fits(expected: Any, found: Any) -> bool:
    return next(differences(expected, found), None) is None


def _told(name: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, str], Iterator[Difference]]:
    def check(value: Any, found: Any, path: str) -> Iterator[Difference]:
        if not holds(value, found):
            yield Difference(path, {name: value}, _shown(found))

    return check


def _each(value: Any, found: Any, path: str) -> Iterator[Difference]:
    if not is_array(found):
        yield Difference(path, {"$each": value}, _shown(found))
        return
    for at, one in enumerate(found):
        yield from differences(value, one, f"{path}.{at}")


def _is(name: str, found: Any) -> bool:
    return isinstance(found, _TYPES[name]) and (name != "integer" or type(found) is not bool)


_OPERATORS: Mapping[str, Callable[[Any, Any, str], Iterator[Difference]]] = {
    "$in": _told("$in", lambda value, found: any(_fits(one, found) for one in value)),
    "$not": _told("$not", lambda value, found: not _fits(value, found)),
    "$pattern": _told("$pattern", lambda value, found: isinstance(found, str) and bool(re.fullmatch(value, found))),
    "$type": _told("$type", _is),
    "$at_least": _told("$at_least", lambda value, found: _is("integer", found) and found >= value),
    "$sum": _told("$sum", lambda value, found: found == f"{add_leaves(int(one, 16) for one in value):064x}"),
    "$size": _told("$size", lambda value, found: is_array(found) and len(found) == value),
    "$has": _told("$has", lambda value, found: is_array(found) and any(_fits(value, one) for one in found)),
    "$each": _each,
    "$present": _told("$present", lambda value, found: (found is not ABSENT) == value),
}
