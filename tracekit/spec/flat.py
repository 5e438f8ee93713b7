"""Between flat form (sensitive elements at their places) and the paths of group values."""

from collections.abc import Mapping
from typing import Any

from tracekit.spec.sets import Field, Kind
from tracekit.trees import is_array, is_object

Record = dict[str, Any]


def split_flat(flat: Mapping[str, Any], kind: Kind) -> tuple[Record, dict[str, Record]]:
    """The public part of a flat record, and for each group its values by path."""
    groups: dict[str, Record] = {}
    return _public(flat, kind.top, "", groups), groups


def _public(tree: Mapping[str, Any], fields: tuple[Field, ...], prefix: str, groups: dict[str, Record]) -> Record:
    left = dict(tree)
    for field in fields:
        if field.name not in left:
            continue
        path = prefix + field.name
        value = left[field.name]
        if field.group:
            groups.setdefault(field.group, {})[path] = left.pop(field.name)
        elif field.many and is_array(value):
            left[field.name] = [_entry(one, field, path, at, groups) for at, one in enumerate(value, 1)]
        elif is_object(value) and field.children:
            _keep(left, field.name, _public(value, field.children, f"{path}.", groups))
    return left


def _entry(one: Any, field: Field, path: str, at: int, groups: dict[str, Record]) -> Any:
    if not is_object(one) or not field.children:
        return one
    tree = one
    number = tree.get("line", at) if field.path == "items" else at
    return _public(tree, field.children, f"{path}.{number}.", groups)


def _keep(holder: Record, name: str, value: Record) -> None:
    """An object with nothing left may not stand on the wire."""
    if value:
        holder[name] = value
    else:
        del holder[name]


def join_flat(record: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]]) -> Record:
    """Put group values back to their places."""
    flat = _copy(record)
    for values in groups.values():
        for path, value in values.items():
            _set(flat, path.split("."), value)
    return flat


def _copy(tree: Any) -> Any:
    if is_object(tree):
        return {name: _copy(value) for name, value in tree.items()}
    return [_copy(one) for one in tree] if is_array(tree) else tree


def _set(tree: Record, names: list[str], value: Any) -> None:
    """A value whose place is not there (a malformed record) is left out."""
    here: Any = tree
    for at, name in enumerate(names[:-1]):
        if is_array(here):
            here = _numbered(here, name, by_line=names[0] == "items" and at == 1)
        elif is_object(here):
            here = here.setdefault(name, {})
    if is_object(here):
        here[names[-1]] = value


def _numbered(listed: list[Any], number: str, *, by_line: bool) -> Any:
    if by_line:
        return next((one for one in listed if is_object(one) and str(one.get("line")) == number), None)
    return listed[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(listed) else None
