"""Reads a folder of tables into a `SpecSet`; every fault names file and row."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tracekit.errors import SpecError
from tracekit.ids import GROUPS
from tracekit.spec.joining import read_balance, read_links, read_marks
from tracekit.spec.sets import (
    EVENT_PARTS,
    MANY,
    Code,
    Codeset,
    Condition,
    Element,
    Field,
    ForwardRow,
    Kind,
    Occurrence,
    SpecSet,
)
from tracekit.spec.tables import Row, read_optional, read_table, specs_root, tables_digest

DATATYPES = ("text", "code", "ref", "integer", "decimal", "time", "day", "boolean", "object")
RECORD_TYPES = ("subject", "node", "merchant", "product", "device", "asset", "event", "measurement")
CONDITION_TESTS = ("required", "forbidden", "pattern", "range", "compare", "sum", "any_of", "one_of", "ratio")
WHEN_TESTS = ("", "present", "absent", "in", "not_in")
LEVELS = ("", "error", "warning", "info")
FORMATLESS = ("time", "day", "decimal", "boolean", "object")


def fault(path: Path, row_id: str, problem: str) -> SpecError:
    """The error for one row of a table."""
    where = f"{path} [{row_id}]"
    return SpecError(f"{where}: {problem}", code="TK-SPEC-003", params={"file": where, "problem": problem})


def _need(path: Path, row_id: str, what: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise fault(path, row_id, f"{what} {value!r} is not one of: {', '.join(sorted(known))}")


def _number(path: Path, row: Row, column: str, default: int) -> int:
    text = row.get(column, "")
    if text in ("", "*"):
        return MANY if text else default
    if not (text.isascii() and text.isdigit()):
        raise fault(path, next(iter(row.values())), f"{column} must be a whole number, is {text!r}")
    return int(text)


def _element(path: Path, row: Row) -> Element:
    id_ = row["id"]
    _need(path, id_, "datatype", row["datatype"], DATATYPES)
    _need(path, id_, "sensitivity", row["sensitivity"], ("public", *GROUPS))
    try:
        re.compile(row.get("format", ""))
    except re.error as error:
        raise fault(path, id_, f"format is no regular expression: {error}") from error
    if row["sensitivity"] != "public" and row["datatype"] == "object":
        raise fault(path, id_, "an object cannot be sensitive as a whole; mark its elements")
    text = {name: row.get(name, "") for name in Element._fields if name not in ("max_length", "schemes")}
    return Element(**text, max_length=_number(path, row, "max_length", 0), schemes=tuple(row.get("scheme", "").split()))


def _elements(folder: Path, base: Mapping[str, Element]) -> dict[str, Element]:
    path = folder / "elements.csv"
    found = dict(base)
    for row in read_optional(path):
        element = _element(path, row)
        if found.get(element.id, element) != element or (element.id in found and element.id not in base):
            raise fault(path, element.id, "this element is defined twice with different content")
        found[element.id] = element
    return found


def _codeset(path: Path, base: Codeset | None) -> Codeset:
    codes = dict(base.codes) if base else {}
    for row in read_table(path):
        code, zh, en, first, last = (row.get(name, "") for name in Code._fields[:-1])
        codes[code] = Code(code, zh, en, first, last, row)
    timeless = frozenset(code for code, one in codes.items() if not one.valid_from and not one.valid_to)
    return Codeset(path.stem, codes, timeless)


def _codesets(folder: Path, base: Mapping[str, Codeset]) -> dict[str, Codeset]:
    found = dict(base)
    for path in sorted((folder / "codesets").glob("*.csv")):
        found[path.stem] = _codeset(path, base.get(path.stem))
    return found


def _conditions(folder: Path, base: Mapping[str, Condition]) -> dict[str, Condition]:
    path = folder / "conditions.csv"
    found = dict(base)
    for row in read_optional(path):
        condition = Condition(*(row.get(name, "") for name in Condition._fields))
        _need(path, condition.id, "test", condition.test, CONDITION_TESTS)
        _need(path, condition.id, "when_test", condition.when_test, WHEN_TESTS)
        _need(path, condition.id, "level", condition.level, LEVELS)
        found[condition.id] = condition
    return found


def read_forward(folder: Path) -> list[ForwardRow]:
    """The rows of a folder's `forward.csv`, none where there is no such table.

    Raises:
        SpecError: a row says what cannot be; file and row are named.
    """
    path = folder / "forward.csv"
    return [_forward_row(path, row) for row in read_optional(path)]


def _forward_row(path: Path, row: Row) -> ForwardRow:
    kind, group, to_level, forward = (row.get(name, "") for name in ForwardRow._fields)
    _need(path, kind, "group", group, ("record", *GROUPS, "*"))
    _need(path, kind, "to_level", to_level, ("*", *_levels()))
    _need(path, kind, "forward", forward, ("yes", "no"))
    return ForwardRow(kind, group, to_level, forward == "yes")


@cache
def _levels() -> frozenset[str]:
    return frozenset(row["level"] for row in read_table(specs_root() / "national" / "v1" / "roles.csv"))


def read_set(folder: Path, base: SpecSet | None, *, forward_folder: Path | None = None) -> SpecSet:
    """Read all tables of a folder and lay them over the base."""
    if not folder.is_dir():
        raise SpecError(f"{folder} is not a folder", code="TK-SPEC-002", params={"file": str(folder)})
    records = dict(base.records) if base else {}
    own = {path.stem: tuple(read_table(path)) for path in sorted((folder / "records").glob("*.csv"))}
    tables = _Tables(
        folder,
        _elements(folder, base.elements if base else {}),
        _codesets(folder, base.codesets if base else {}),
        _conditions(folder, base.conditions if base else {}),
        records,
        own,
    )
    kinds = {row["kind"]: tables.kind(row) for row in read_optional(folder / "kinds.csv")}
    digest = tables_digest(folder)
    return SpecSet(
        folder=folder,
        kinds={**(base.kinds if base else {}), **kinds},
        own_kinds=tuple(kinds),
        elements=tables.elements,
        codesets=tables.codesets,
        conditions=tables.conditions,
        links=(*(base.links if base else ()), *read_links(folder)),
        forward=(*(base.forward if base else ()), *read_forward(forward_folder or folder)),
        records={**records, **own},
        marks=(*(base.marks if base else ()), *read_marks(folder)),
        balance=(*(base.balance if base else ()), *read_balance(folder)),
        hash=hashlib.sha256(f"{base.hash}\n{digest}".encode()).hexdigest() if base else digest,
    )


@dataclass
class _Tables:
    """What is needed to put a kind together from its rows."""

    folder: Path
    elements: dict[str, Element]
    codesets: dict[str, Codeset]
    conditions: dict[str, Condition]
    base_records: Mapping[str, tuple[Row, ...]]
    own_records: Mapping[str, tuple[Row, ...]]

    def kind(self, row: Row) -> Kind:
        """Build one kind from its row of `kinds.csv` and the record tables."""
        path = self.folder / "kinds.csv"
        _need(path, row["kind"], "record_type", row["record_type"], RECORD_TYPES)
        if department := row.get("department", ""):
            _need(path, row["kind"], "department", department, self.codesets["department"].codes)
        rows, occurrence_rows = self._rows(row)
        table = self.folder / "records" / f"{row['kind'].partition('.')[2]}.csv"
        fields = {path_: self._field(table, one) for path_, one in rows.items()}
        below: dict[str, list[Field]] = {}
        for one in fields.values():
            below.setdefault(one.path.rpartition(".")[0], []).append(one)
        top = tuple(_grown(one, below) for one in below.get("", ()))
        flat = {one.path: one for root in top for one in root.walk()}
        named = [(path_, one.conditions) for path_, one in flat.items()]
        named += [(one["path"], tuple(one.get("condition", "").split())) for one in occurrence_rows]
        return Kind(
            id=row["kind"],
            record_type=row["record_type"],
            shape=row.get("shape", ""),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            business_key=tuple(row.get("business_key", "").split()),
            window_hours=_number(path, row, "window_hours", 0),
            grade=row.get("grade", ""),
            source=row.get("source", ""),
            top=top,
            occurrences=tuple(_occurrence(table, one) for one in occurrence_rows),
            conditions=tuple(self._conditions(named)),
            rules=tuple(dict.fromkeys(name for _, names in named for name in names if name not in self.conditions)),
            codesets=self.codesets,
            fields=flat,
            sensitive={one.path: one.group for one in flat.values() if one.group},
            department=row.get("department", ""),
        )

    def _rows(self, kind: Row) -> tuple[dict[str, Row], list[Row]]:
        """All rows of a kind by path; a later table's row replaces an earlier one of the same path."""
        found: dict[str, Row] = {}
        occurrences: dict[str, Row] = {}
        for prefix, name, rows in self._layers(kind):
            for row in rows:
                path = f"{prefix}.{row['path']}" if prefix else row["path"]
                if ":" in path or "@" in path:
                    occurrences[path] = {**row, "path": path}
                else:
                    merged = {**row, "path": path, "element": row["element"] or found.get(path, row)["element"]}
                    found[path] = {**merged, "envelope": "1" if name == "envelope" or found.get(path, {}).get("envelope") else ""}
        return found, list(occurrences.values())

    def _layers(self, kind: Row) -> Iterator[tuple[str, str, Iterable[Row]]]:
        """The tables that make a kind, each later one over the earlier: envelope, parts, its templates, its own."""
        parts = [("", "envelope"), *(EVENT_PARTS.items() if kind["record_type"] == "event" else ())]
        for prefix, name in parts:
            for records in (self.base_records, self.own_records):
                yield prefix, name, records.get(name, ())
        for name in kind.get("template", "").split():
            _need(self.folder / "kinds.csv", kind["kind"], "template", name, {*self.base_records, *self.own_records})
            yield "", name, self.base_records.get(name) or self.own_records[name]
        own = kind["kind"].partition(".")[2]
        yield "", own, self.own_records.get(own, ())

    def _field(self, path: Path, row: Row) -> Field:
        _need(path, row["path"], "obligation", row["obligation"], ("M", "O", "C"))
        element = self.elements.get(row["element"])
        if element is None:
            raise fault(path, row["path"], f"element {row['element']!r} does not stand in elements.csv")
        if element.codeset and element.codeset not in self.codesets:
            raise fault(path, row["path"], f"code set {element.codeset!r} has no table")
        high = _number(path, row, "max", 1)
        low = _number(path, row, "min", 1 if row["obligation"] == "M" else 0)
        many = bool(row.get("max", "")) and high != 1
        if many and element.sensitivity != "public":
            raise fault(path, row["path"], "a sensitive element cannot occur more than once")
        return Field(
            path=row["path"],
            name=row["path"].rpartition(".")[2],
            element=element,
            obligation=row["obligation"],
            low=low,
            high=high,
            many=many,
            conditions=tuple(row.get("condition", "").split()),
            note=row.get("note", ""),
            envelope=bool(row["envelope"]),
        )

    def _conditions(self, named: list[tuple[str, tuple[str, ...]]]) -> Iterable[Condition]:
        """The table conditions that this kind's rows name, once each; an empty path means the row's own."""
        seen: set[tuple[str, str]] = set()
        for row_path, names in named:
            for name in names:
                condition = self.conditions.get(name)
                path = (condition.path or row_path) if condition else ""
                if condition and (name, path) not in seen:
                    seen.add((name, path))
                    yield condition._replace(path=path)


def _occurrence(path: Path, row: Row) -> Occurrence:
    listed, _, type_ = row["path"].partition("@")[0].partition(":")
    sort = row["path"].partition("@")[2]
    where = [("type", type_)] if type_ else []
    if sort:
        where.append(("role" if listed == "items" else "direction", sort))
    low = _number(path, row, "min", 1 if row["obligation"] == "M" else 0)
    return Occurrence(listed, tuple(where), low, _number(path, row, "max", MANY), row["path"])


def _grown(root: Field, below: Mapping[str, Sequence[Field]]) -> Field:
    """A field with the fields under it."""
    children = tuple(_grown(one, below) for one in below.get(root.path, ()))
    return _demanded(replace(root, children=children)) if children else root


def _demanded(grown: Field) -> Field:
    """An `extension` must stand where a public element in it must; its sensitive elements stand in groups and need no `extension`."""
    due = [child for child in grown.children if child.obligation == "M"]
    if grown.element.id != "extension" or not due:
        return grown
    stands = any(not child.group for child in due)
    return replace(grown, obligation="M" if stands else "O", low=int(stands))


def event_kind(spec: SpecSet) -> Kind:
    """A kind with what every event has and nothing more; it is no kind that a record may have."""
    tables = _Tables(spec.folder, dict(spec.elements), dict(spec.codesets), dict(spec.conditions), {}, {**spec.records, "any_event": ()})
    return tables.kind({"kind": "core.any_event", "record_type": "event", "name_zh": "追溯事件", "name_en": "event"})
