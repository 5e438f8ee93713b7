"""The group objects of a record for the fast path: shape, digests' shape, and each value by its path."""

from collections.abc import Callable
from typing import Any

from tracekit.ids import GROUPS
from tracekit.spec import lexical
from tracekit.spec.paths import generic_path
from tracekit.spec.remember import LIMIT, form, memory, text_test
from tracekit.spec.sets import Field, Kind
from tracekit.trees import is_object

_bytes = bytes.fromhex
Answer = Callable[[dict[str, Any], Any], bool]
Test = Callable[[Any], object]


def group_answer(kind: Kind) -> Answer:
    """Whether the groups of a record are free of findings; may raise on wrong types, which means no."""
    finders = {name: _Finder(kind, name) for name in GROUPS}
    due = [field for field in kind.fields.values() if field.group and field.obligation == "M"]

    def answer(record: dict[str, Any], digests: Any) -> bool:
        if not is_object(digests) or not digests:
            return False
        for name, digest in digests.items():
            finder = finders[name]
            if not _is_hex(digest, 32) or (name in record and not _group_holds(record[name], finder)):
                return False
        for name in GROUPS:
            if name in record and name not in digests:
                return False
        return not due or all(_stands(field, record, digests) for field in due)

    return answer


def _is_hex(text: str, count: int) -> bool:
    """True for lower-case digits of so many bytes; digits without a letter are left to the reference validator."""
    return len(text) == 2 * count and text.islower() and len(_bytes(text)) == count


def _group_holds(group: Any, finder: "_Finder") -> bool:
    values, salt = group["values"], group["salt"]
    if len(group) != 2 or not _is_hex(salt, 16) or not is_object(values) or not values:
        return False
    seen = finder.seen
    for path, value in values.items():  # noqa: SIM110  a generator takes a third more
        if not (seen.get(path) or finder(path))(value):
            return False
    return True


class _Finder:
    """Finds the test of a group's path and remembers it, since line numbers come again."""

    def __init__(self, kind: Kind, group: str) -> None:
        self.tests = {path: scalar_test(kind.fields[path], kind) for path, name in kind.sensitive.items() if name == group}
        self.seen: dict[str, Test] = {}

    def __call__(self, path: str) -> Test:
        test = self.seen.get(path)
        if test is None:
            test = self.tests[generic_path(path)]
            if len(self.seen) < LIMIT:
                self.seen[path] = test
        return test


def scalar_test(field: Field, kind: Kind) -> Test:
    """The test of one scalar at a field; may raise on a wrong type."""
    element = field.element
    test = text_test(element)
    if element.codeset:
        codes = kind.codesets[element.codeset].timeless
        return lambda value: value in codes and test(value)
    if element.datatype == "boolean":
        return lambda value: type(value) is bool
    if element.datatype == "decimal" and not (element.format or element.max_length):
        return lexical.is_decimal
    if element.datatype == "integer":
        return lambda value: type(value) is int and -lexical.SAFE_INTEGER < value < lexical.SAFE_INTEGER and test(str(value))
    return memory(form(element)) if element.datatype != "time" else lambda value: type(value) is str and test(value)


def _stands(field: Field, record: dict[str, Any], digests: dict[str, Any]) -> bool:
    """A mandatory sensitive element is withheld with its group, or has its value there, of every line if it is in one."""
    if field.group not in record:
        return field.group in digests
    values = record[field.group]["values"]
    head, _, rest = field.path.partition(".")
    if head != "items":
        return field.path in values
    return all(f"items.{item['line']}.{rest}" in values for item in record["items"])
