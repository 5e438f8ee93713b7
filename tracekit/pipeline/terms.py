"""Terms name parts of a record in tables (`business_key`, `links.csv`): compiled once, they give the texts that stand there."""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from tracekit.pipeline.times import business_day
from tracekit.sdk import Record
from tracekit.trees import is_array, is_object

Term = Callable[[Record], list[str]]

MAX_KEYS = 500
"""More keys than this from one record are cut off: a record that names so many papers is a finding elsewhere."""


def compile_term(term: str) -> Term:
    """Compile one term: a field, `extension.x`, `documents:<type>`, `items.<field>[@role]` or `time.day`."""
    head, _, rest = term.partition(":")
    if rest:
        return lambda record: _documents(record, rest)
    if term == "time.day":
        return lambda record: _texts([business_day(record.get("time", ""))])
    head, _, rest = term.partition(".")
    if head == "items" and rest:
        field, _, role = rest.partition("@")
        return lambda record: [text for _, text in item_texts(record, field, role)]
    if rest:
        return lambda record: _texts([_inner(record.get(head), rest)])
    return lambda record: _texts([record.get(head)])


def first_key(terms: Iterable[Term], record: Record) -> str:
    """The terms' first values joined, or empty if one is missing: a record without it has no such key."""
    values: list[str] = []
    for term in terms:
        found = term(record)
        if not found:
            return ""
        values.append(found[0])
    return "|".join(values)


def all_keys(terms: Iterable[Term], record: Record) -> list[str]:
    """Every combination of the terms' values, joined; empty if one is missing."""
    values = [term(record) for term in terms]
    if len(values) == 1:
        return values[0][:MAX_KEYS]
    return ["|".join(combination) for combination, _ in zip(product(*values), range(MAX_KEYS), strict=False)]


def item_texts(record: Record, field: str, role: str = "") -> list[tuple[int, str]]:
    """(line, text) of a field of each item, of one role if given."""
    items = record.get("items")
    if not is_array(items):
        return []
    return [
        (item.get("line", 0), item[field])
        for item in items
        if is_object(item) and isinstance(item.get(field), str) and (not role or item.get("role") == role)
    ]


def _documents(record: Record, kind: str) -> list[str]:
    documents = record.get("documents")
    if not is_array(documents):
        return []
    return _texts([one.get("ref") for one in documents if is_object(one) and one.get("type") == kind])


def _inner(value: Any, name: str) -> Any:
    return value.get(name) if is_object(value) else None


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values if value not in (None, "")]
