"""What the generated models stand on: lexical types that keep the text of the wire, and the frozen record."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from tracekit.findings import Finding
from tracekit.spec import conditions, lexical
from tracekit.spec.check import element_fault
from tracekit.spec.entries import line_findings, occurrence_findings
from tracekit.spec.flat import split_flat
from tracekit.spec.messages import remedy, render
from tracekit.spec.sets import Element, Kind, SpecSet, core_set, load_set

__all__ = ["FlatRecord", "Part", "boolean", "day", "decimal", "findings", "integer", "kind_name", "many", "ref", "text", "time"]

PYDANTIC_CODES = {
    "missing": "TK-REC-002",
    "extra_forbidden": "TK-REC-003",
    "literal_error": "TK-REC-016",
}


def _refuse(code: str, params: dict[str, str] | None = None) -> NoReturn:
    said = f"{render(code, params, 'en')}: {remedy(code, params, 'en')}".replace("{", "(").replace("}", ")")
    raise PydanticCustomError(code, said, dict(params or {}))  # pyright: ignore[reportArgumentType]  the text is no literal


def _texts(datatype: str, pattern: str = "", limit: int = 0, schemes: Iterable[str] = ()) -> Element:
    return Element("", "", "", "", "", datatype, pattern, limit, "", "", tuple(schemes), "public", "", "")


def _checked(element: Element, to_text: Callable[[Any], Any] = lambda value: value) -> BeforeValidator:
    def check(value: Any) -> Any:
        given = to_text(value)
        if type(given) is not str:
            _refuse("TK-REC-001", {"expected": element.datatype, "found": type(value).__name__})
        finding = element_fault(element, given)
        if finding:
            _refuse(*finding)
        return given

    return BeforeValidator(check)


def text(limit: int = 0, pattern: str = "") -> BeforeValidator:
    """A text of at most `limit` characters, of a pattern if one is given."""
    return _checked(_texts("text", pattern, limit))


def ref(*schemes: str) -> BeforeValidator:
    """An identifier `scheme:value` of one of the schemes, of any if none is given."""
    return _checked(_texts("ref", schemes=schemes))


def decimal(pattern: str = "") -> BeforeValidator:
    """A number given as `Decimal`, `int` or text; the one decimal form is stored."""

    def to_text(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return value
        try:
            return lexical.decimal_text(value)
        except ValueError:
            _refuse("TK-REC-008", {"value": str(value)[:60] if isinstance(value, Decimal) else "int"})

    return _checked(_texts("decimal", pattern), to_text)


def time(pattern: str = "") -> BeforeValidator:
    """A time given as text in one of the three forms, as an aware `datetime` (second form) or as a `date` (day form)."""
    return _checked(_texts("time", pattern), _time_text)


def _time_text(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            _refuse("TK-REC-009", {"value": value.isoformat()})
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def day() -> BeforeValidator:
    """A day given as text or as a `date`."""
    return _checked(_texts("day"), lambda value: value.isoformat() if type(value) is date else value)


def integer(low: int = 1 - lexical.SAFE_INTEGER) -> BeforeValidator:
    """A whole number from `low` to 2^53-1, never a boolean."""

    def check(value: Any) -> int:
        if type(value) is not int:
            _refuse("TK-REC-001", {"expected": "integer", "found": type(value).__name__})
        if not low <= value < lexical.SAFE_INTEGER:
            _refuse("TK-REC-007", {"low": str(low), "high": "2^53-1"})
        return value

    return BeforeValidator(check)


def boolean() -> BeforeValidator:
    """True or false and nothing that looks like it."""

    def check(value: Any) -> bool:
        if type(value) is not bool:
            _refuse("TK-REC-001", {"expected": "boolean", "found": type(value).__name__})
        return value

    return BeforeValidator(check)


def many(low: int, high: int) -> BeforeValidator:
    """A list or tuple of `low` to `high` entries."""

    def check(value: Any) -> Any:
        if type(value) not in (list, tuple):
            _refuse("TK-REC-001", {"expected": "array", "found": type(value).__name__})
        entries: Sequence[Any] = value
        if not low <= len(entries) <= high:
            _refuse("TK-REC-020", {"count": str(len(entries)), "low": str(low), "high": str(high)})
        return entries

    return BeforeValidator(check)


def kind_name() -> BeforeValidator:
    """The name of a kind, for records that may be of any."""
    return text(64, r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Part(BaseModel):
    """A part of a record: an item, a document, a quantity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            _refuse("TK-REC-006")
        return self


class FlatRecord(BaseModel):
    """A record in flat form: what a program builds, before groups and salts are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind_id: ClassVar[str] = ""
    specs: ClassVar[Path | None] = None

    @classmethod
    def table(cls) -> Kind:
        """The kind as its tables say it."""
        return _set(cls.specs).kind(cls.kind_id)

    def to_flat(self) -> dict[str, Any]:
        """The flat JSON tree: absent where there is nothing, every number and time as its text."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind_id:
            for finding in _whole_findings(self.table(), self.to_flat()):
                _refuse(finding.code, {**finding.params, "path": finding.path})
        return self


@cache
def _set(folder: Path | None) -> SpecSet:
    return load_set(folder, core_set()) if folder else core_set()


def _whole_findings(kind: Kind, flat: dict[str, Any]) -> list[Finding]:
    """What only the whole record shows: line numbers, occurrences, conditions of the tables."""
    public, groups = split_flat(flat, kind)
    values = {path: value for group in groups.values() for path, value in group.items()}
    found = [*line_findings(kind, public), *occurrence_findings(kind, public)]
    found += conditions.evaluate(kind, public, values, frozenset())
    return [one for one in found if one.level == "error"]


def findings(error: ValidationError) -> list[Finding]:
    """The findings of a model's error, with the codes and paths of the wire."""
    found: list[Finding] = []
    for one in error.errors(include_url=False, include_input=False):
        code = PYDANTIC_CODES.get(one["type"], one["type"] if one["type"].startswith("TK-") else "TK-REC-001")
        context = {str(name): str(value) for name, value in one.get("ctx", {}).items()}
        path = context.get("path") or ".".join(str(name + 1) if isinstance(name, int) else name for name in one["loc"])
        found.append(Finding(code, path=path, params=context))
    return found
