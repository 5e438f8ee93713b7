"""Keys that tables name: the terms of a row compiled into what a record offers, seeks, marks or moves. Pure.

Terms of one list go entry by entry: each key knows its line and the entry it was made from.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple

from tracekit.pipeline.times import business_day, interval
from tracekit.sdk import Record
from tracekit.spec.conditions import told
from tracekit.spec.joining import When
from tracekit.trees import is_array, is_object

MAX_KEYS = 500
"""More keys than this from one record are cut off: a record that names so many papers is a finding elsewhere."""

_DAY = 86_400
_TIMES = {"time.day": 10, "time.month": 7, "time.year": 4}
"""How much of the business day each term takes."""
FOREVER = (1 << 62) - 1


class Key(NamedTuple):
    """The values of a row's terms, joined; the line they come from (0: the record), and by list the entry."""

    text: str
    line: int
    entries: Mapping[str, Any]


Keys = Callable[[Record], Sequence[Key]]
NO_ENTRIES: Mapping[str, Any] = {}


class _Found(NamedTuple):
    text: str
    line: int = 0
    head: str = ""
    entry: Any = None


def compile_keys(terms: Sequence[str], when: When | None = None) -> Keys:
    """Compile the terms of a row; a record (or an entry) of which `when` does not hold gives no key."""
    made = [_term(term) for term in terms]
    fits = _compile_when(when, terms) if when else None

    if len(made) == 1 and fits is None:  # most rows, and the hot path
        return lambda record, only=made[0]: [_alike(one) for one in only(record)]

    def keys(record: Record) -> Sequence[Key]:
        values = [term(record) for term in made]
        if not all(values):
            return ()
        found = (_joined(parts) for parts in islice(product(*values), MAX_KEYS))
        return [key for key in found if fits(record, key)] if fits else list(found)

    return keys


def _alike(one: _Found) -> Key:
    return Key(one.text, one.line, {one.head: one.entry} if one.head else NO_ENTRIES)


def _joined(parts: Sequence[_Found]) -> Key:
    entries = {part.head: part.entry for part in parts if part.head}
    return Key("|".join(part.text for part in parts), max(part.line for part in parts), entries)


def _term(term: str) -> Callable[[Record], list[_Found]]:
    head, _, wanted = term.partition(":")
    if wanted:
        return lambda record: [
            _Found(one["ref"], 0, head, one) for one in _entries(record, head) if one.get("type") == wanted and one.get("ref")
        ]
    if term in _TIMES:
        return lambda record, length=_TIMES[term]: _alone(business_day(record.get("time", ""))[:length])
    head, _, rest = term.partition(".")
    if head == "extension" or not rest:
        return lambda record: _alone(_inner(record, term))
    field, _, role = rest.partition("@")
    return lambda record: [
        _Found(str(value), entry.get("line", 0) if head == "items" else 0, head, entry)
        for entry in _entries(record, head)
        if (not role or entry.get("role") == role) and (value := _inner(entry, field)) not in (None, "")
    ]


def _alone(value: Any) -> list[_Found]:
    return [_Found(str(value))] if value not in (None, "") else []


def _entries(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    listed = record.get(name)
    return [one for one in listed if is_object(one)] if is_array(listed) else []


def _inner(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = tree.get(name) if is_object(tree) else None
    return tree


Fits = Callable[[Record, Key], bool]


def _compile_when(when: When, terms: Sequence[str]) -> Fits:
    head, _, rest = when.path.partition(".")
    if any(term.startswith((f"{head}.", f"{head}:")) for term in terms) and head != "extension":
        return lambda _record, key: _holds(when, [_inner(key.entries[head], rest)])
    if head == "measurements":
        return lambda record, key: _holds(
            when, [_inner(one, rest) for one in _entries(record, head) if one.get("item", key.line) == key.line]
        )
    return lambda record, _key: _holds(when, list(_values(record, when.path)))


def _values(tree: Any, path: str) -> Iterable[Any]:
    """What stands at a path; through a list, at each of its entries."""
    head, _, rest = path.partition(".")
    found = tree.get(head) if is_object(tree) else None
    if not rest:
        yield found
    elif is_array(found):
        for one in found:
            yield from _values(one, rest)
    else:
        yield from _values(found, rest)


def _holds(when: When, values: Sequence[Any]) -> bool:
    there = [value for value in values if value is not None]
    if when.test in ("present", "absent"):
        return bool(there) == (when.test == "present")
    if when.test == "in":
        return any(told(value) in when.values for value in there)
    return all(told(value) not in when.values for value in there)


def compile_until(until: str) -> Callable[[Record, Key, int], int]:
    """The last second (epoch) of a mark: for good, so many days after the event's end, or what stands at a path."""
    if not until:
        return lambda _record, _key, _end: FOREVER
    if until.startswith("+"):
        seconds = int(until.removeprefix("+").removesuffix("d")) * _DAY
        return lambda _record, _key, end: end + seconds
    head, _, rest = until.partition(".")

    def last(record: Record, key: Key, _end: int) -> int:
        entry = key.entries.get(head)
        value = _inner(record, until) if entry is None else _inner(entry, rest)
        return interval(value)[1] if isinstance(value, str) else FOREVER

    return last


def first_key(keys: Keys, record: Record) -> str:
    """The first key, or empty if a term is missing: a record without it has no such key."""
    found = keys(record)
    return found[0].text if found else ""
