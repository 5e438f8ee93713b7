"""The mapping engine: a table compiled once, then batches of raw rows in, flat records, findings and bad rows out."""

from collections import abc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from tracekit.errors import MappingError
from tracekit.findings import Finding
from tracekit.mapping.cells import BROKEN, BadCell, Memo, cell_text, one_line
from tracekit.mapping.generate import Const, Made, head_function, rows_function
from tracekit.mapping.inverse import Inverse
from tracekit.mapping.numbers import integer_of
from tracekit.mapping.settings import SourceSettings
from tracekit.mapping.table import Field, fail, nearest, read_fields
from tracekit.mapping.targets import INTEGERS, ROW_LISTS, Segment, build_tree, parse_target, shown_path, split_tree
from tracekit.mapping.transforms import TRANSFORMS, WHOLE_ROW, Context, LookupTable, Step, build_step

SourceRow = tuple[abc.Mapping[str, Any], str]
"""A raw row and its place; `tracekit.sdk.Raw` is one."""

FLAT = dict[str, Any]
ENVELOPE_ORDER = ("kind", "origin", "reporter", "category", "region")


class BadRow(NamedTuple):
    """Rows that could not become a record, as they came, with what is wrong: the quarantine keeps both."""

    rows: tuple[SourceRow, ...]
    where: str
    findings: list[Finding]


class Mapped(NamedTuple):
    """A batch after mapping: flat records with their places, all findings, and the rows given up."""

    records: list[tuple[FLAT, str]]
    findings: list[Finding]
    bad: list[BadRow]


@dataclass(frozen=True)
class Element:
    """One compiled row of the table."""

    field: Field
    path: tuple[Segment, ...]
    leaf: Const | Made
    undo: Callable[[Any], Any] | None
    reads: tuple[str, ...]
    """Columns that must exist in a source of fixed columns."""

    def value(self, row: abc.Mapping[str, Any], where: str) -> Any:
        """What the row gives for this element."""
        if isinstance(self.leaf, Const):
            return self.leaf.value
        return self.leaf.run(row.get(self.leaf.column)) if self.leaf.column else self.leaf.run(row, where)


class Mapping:
    """A compiled mapping: `apply` batches, `invert` where the transforms can."""

    def __init__(self, elements: Sequence[Element], settings: SourceSettings) -> None:
        self.elements = tuple(elements)
        self.settings = settings
        self._fixed = settings.columns == "fixed"
        own, rows = split_tree(build_tree((element.path, element.leaf) for element in elements))
        self._head = head_function(own, self._fixed)
        self._add = rows_function(rows, self._fixed)
        self._columns = tuple(dict.fromkeys(name for element in elements for name in element.reads))
        self._head_columns = _head_columns(elements, settings.group)
        self._heads = _cells_of(self._head_columns)

    def apply(self, batch: Iterable[SourceRow]) -> Mapped:
        """Map a batch; with `group` rows of one group stand together and never across two batches."""
        out = Mapped([], [], [])
        group = self.settings.group
        batch = list(batch)
        if batch and not self._fixed:
            out.findings.extend(self._never_seen(batch))
        if not group:
            for row in batch:
                self._single(row, out)
            return out
        for key, members in groupby(batch, key=_key_of(group)):
            rows = list(members)
            if key == "" or key == ("",) * len(group):
                for row in rows:
                    self._single(row, out)
            else:
                self._group(rows, out)
        return out

    def invert(self) -> Inverse:
        """The way back from flat records to rows.

        Raises:
            MappingError: a column is only read by transforms that have no inverse; all such are named.
        """
        return Inverse(self.elements, self.settings.group)

    def _single(self, row: SourceRow, out: Mapped) -> None:
        value, where = row
        if BROKEN in value:
            self._give_up((row,), out)
            return
        try:
            record = self._head(value, where)
            self._add(value, where, record)
        except (BadCell, KeyError):
            self._give_up((row,), out)
        else:
            out.records.append((record, where))

    def _group(self, rows: list[SourceRow], out: Mapped) -> None:
        first, where = rows[0]
        if any(BROKEN in value for value, _ in rows):
            self._give_up(tuple(rows), out)
            return
        try:
            record = self._head(first, where)
            for value, place in rows:
                self._add(value, place, record)
        except (BadCell, KeyError):
            self._give_up(tuple(rows), out)
            return
        out.records.append((record, where))
        if len(rows) > 1 and self._head_columns:
            self._compare_heads(rows, out)

    def _compare_heads(self, rows: list[SourceRow], out: Mapped) -> None:
        first = rows[0][0]
        heads = self._heads(first)
        for value, place in rows:
            if self._heads(value) != heads:
                out.findings.extend(self._disagreements(first, value, place))

    def _disagreements(self, first: abc.Mapping[str, Any], value: abc.Mapping[str, Any], where: str) -> Iterable[Finding]:
        for column in self._head_columns:
            cell = value.get(column)
            if cell != first.get(column) and cell is not None and cell != "":
                yield Finding("TK-MAP-110", "warning", "", {"column": column}, f"{where}:{column}")

    def _never_seen(self, batch: list[SourceRow]) -> Iterable[Finding]:
        """Columns of the table that no row of a batch has: most often a misspelt name."""
        for column in self._columns:
            if not any(column in value for value, _ in batch):
                yield _missing(column, batch[0][0], "", batch[0][1])._replace(level="warning")

    def _give_up(self, rows: tuple[SourceRow, ...], out: Mapped) -> None:
        findings = [finding for line, row in enumerate(rows, start=1) for finding in self._explain(row, line)]
        if not findings:
            raise MappingError(f"{rows[0][1]}: refused without a reason", code="TK-MAP-009", params={"place": rows[0][1]})
        out.findings.extend(findings)
        out.bad.append(BadRow(rows, rows[0][1], findings))

    def _explain(self, row: SourceRow, line: int) -> Iterable[Finding]:
        """Every bad cell of a row, one finding each: the slow way, taken only for rows that failed."""
        value, where = row
        if BROKEN in value:
            yield Finding(value[BROKEN]["code"], "error", "", value[BROKEN]["params"], where)
            return
        for element in self.elements:
            in_rows = element.path[0].name in ROW_LISTS
            if line > 1 and not in_rows:
                continue
            path = shown_path(element.path, line)
            missing = [name for name in element.reads if name not in value] if self._fixed else []
            if missing:
                yield _missing(missing[0], value, path, where)
                continue
            try:
                element.value(value, where)
            except BadCell as bad:
                if bad.code == "TK-MAP-106" and element.reads and element.reads[0] not in value:
                    yield _missing(element.reads[0], value, path, where)
                    continue
                column = bad.column or ("|".join(element.reads) or element.field.place)
                yield Finding(bad.code, "error", path, bad.params, f"{where}:{column}")


def compile_mapping(
    table: Iterable[abc.Mapping[str, str]],
    settings: SourceSettings,
    *,
    codes: abc.Mapping[str, abc.Mapping[str, str]] | None = None,
    tables: abc.Mapping[str, LookupTable] | None = None,
    compact: abc.Mapping[str, Callable[[str], str]] | None = None,
    known: Iterable[str] = (),
) -> Mapping:
    """Compile the rows of a mapping table for one source.

    Args:
        codes: code tables by name, beside those of the settings: what stands in the source → code.
        tables: lookup tables by name (`index_rows`).
        compact: the compact form of each code scheme, used by `ref`.
        known: paths of the kind; a target that is none of them is refused with the nearest.

    Raises:
        MappingError: names row, target and what was expected.
    """
    context = Context(
        codes={**(codes or {}), **settings.codes},
        tables=tables or {},
        compact=compact or {},
        offset=settings.offset,
        empty=frozenset(settings.empty),
        fixed=settings.columns == "fixed",
    )
    fields = [*read_fields(table, TRANSFORMS), *_constants(settings)]
    elements = [_element(field, context) for field in _defaults(fields, settings)]
    _check(elements, tuple(known))
    return Mapping(elements, settings)


def _constants(settings: SourceSettings) -> list[Field]:
    given = {name: getattr(settings, name) for name in ENVELOPE_ORDER}
    values = {**{name: value for name, value in given.items() if value}, **settings.constants}
    return [Field(target, (), ("const",), (str(value),), "", 0) for target, value in values.items()]


def _defaults(fields: list[Field], settings: SourceSettings) -> list[Field]:
    """Action and revision unless the table says them; a row of the table beats a constant of the source."""
    mapped = {field.target for field in fields if field.row}
    usual = {"action": settings.action, "revision": "1"}
    fields = [field for field in fields if field.row or field.target not in mapped]
    present = {field.target for field in fields}
    return fields + [Field(target, (), ("const",), (value,), "", 0) for target, value in usual.items() if target not in present]


def _element(field: Field, context: Context) -> Element:
    path = parse_target(field.target, field.place)
    integer = bool(INTEGERS.fullmatch(field.target))
    if "const" in field.steps:
        value = field.args[0] or field.default
        if field.steps != ("const",) or field.columns or not value:
            fail("TK-MAP-004", field.place, value, detail="const stands alone, without a source, its value in args")
        return Element(field, path, Const(integer_of(value) if integer else value.removeprefix('"').removesuffix('"')), None, ())
    required, empty, field = _common(field)
    context = replace(context, empty=context.empty | empty)
    steps = [build_step(name, text, field, context) for name, text in zip(field.steps, field.args, strict=True)]
    if integer and field.steps[-1] != "integer":
        steps.append(Step(integer_of, undo=str))
    return _made(field, path, steps, context, required or field.target == "key")


def _common(field: Field) -> tuple[bool, frozenset[str], Field]:
    """Take the arguments that every transform knows: `required` and `empty=无|/`."""
    kept: list[str] = []
    required, empty = False, frozenset[str]()
    for part in field.args[0].split(";"):
        name, _, value = part.strip().partition("=")
        if name.strip() == "required":
            required = value.strip() in ("", "yes", "1")
        elif name.strip() == "empty":
            empty = frozenset(word.strip() for word in value.split("|"))
        else:
            kept.append(part)
    return required, empty, field._replace(args=(";".join(kept), *field.args[1:]))


def _made(field: Field, path: tuple[Segment, ...], steps: list[Step], context: Context, required: bool) -> Element:
    first = steps[0]
    if any(step.whole for step in steps[1:]):
        fail("TK-MAP-004", field.place, field.steps[-1], sorted(WHOLE_ROW), detail="reads whole rows, so it must come first")
    if not first.whole and len(field.columns) != 1:
        fail("TK-MAP-004", field.place, "|".join(c.name for c in field.columns), detail="needs exactly one source column")
    columns = first.reads if first.whole else field.columns
    default = integer_of(field.default) if INTEGERS.fullmatch(field.target) else field.default or None
    run = _compose(steps, default, required, context.empty)
    certain = required or default is not None
    undone = [step.undo for step in reversed(steps)]
    undo = _chain([one for one in undone if one]) if all(undone) and not first.whole else None
    column = "" if first.whole else columns[0].name
    optional = not first.whole and columns[0].optional
    # Keys hardly repeat, so remembering them costs more than it saves.
    memo = None if first.whole or field.target == "key" else Memo(run)
    plain = first.run in (one_line, cell_text) and len(steps) == 1 and not context.empty
    leaf = Made(run, memo, column, optional, certain, plain)
    return Element(field, path, leaf, undo, tuple(one.name for one in columns if not one.optional))


def _compose(steps: Sequence[Step], default: Any, required: bool, empty: frozenset[str]) -> Callable[..., Any]:
    first, rest = steps[0].run, [step.run for step in steps[1:]]
    whole = steps[0].whole
    if not rest and not empty and not whole and not required and default is None:
        return _present(first)

    def run(*cell: Any) -> Any:
        value = first(*cell) if whole or not empty or not _is_empty(cell[0], empty) else None
        for step in rest:
            if value is None or value == "":
                break
            value = step(value)
        if value is None or value == "":
            if default is None and required:
                raise BadCell("TK-MAP-106")
            return default
        return value

    return run


def _present(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def present(cell: Any) -> Any:
        value = run(cell)
        return None if value == "" else value

    return present


def _is_empty(cell: Any, empty: frozenset[str]) -> bool:
    return cell.__class__ is str and cell.strip() in empty


def _chain(undos: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def undo(value: Any) -> Any:
        for one in undos:
            value = one(value)
        return value

    return undo


def _check(elements: Sequence[Element], known: tuple[str, ...]) -> None:
    seen: dict[tuple[Segment, ...], Field] = {}
    for element in elements:
        if element.path in seen:
            fail("TK-MAP-007", element.field.place, element.field.target, detail=f"also row {seen[element.path].row}")
        seen[element.path] = element.field
        plain = ".".join(segment.name for segment in element.path)
        if known and element.path[0].name != "extension" and plain not in known:
            fail("TK-MAP-001", element.field.place, element.field.target, known)
    if (Segment("key"),) not in seen:
        fail("TK-MAP-008", "mapping", "key", detail="no row makes the record's key")


def _head_columns(elements: Sequence[Element], group: Sequence[str]) -> tuple[str, ...]:
    heads = (name for element in elements if element.path[0].name not in ROW_LISTS for name in element.reads)
    return tuple(dict.fromkeys(name for name in heads if name not in group))


def _cells_of(columns: Sequence[str]) -> Callable[[abc.Mapping[str, Any]], Any]:
    quick: Callable[[Any], Any] = itemgetter(*columns) if columns else lambda _row: ()

    def cells(row: abc.Mapping[str, Any]) -> Any:
        try:
            return quick(row)
        except KeyError:
            return tuple(row.get(column, "") for column in columns)

    return cells


def _key_of(columns: Sequence[str]) -> Callable[[SourceRow], Any]:
    if len(columns) == 1:
        column = columns[0]
        return lambda row: "" if (cell := row[0].get(column)) is None else cell
    return lambda row: tuple("" if (cell := row[0].get(column)) is None else cell for column in columns)


def _missing(name: str, row: abc.Mapping[str, Any], path: str, where: str) -> Finding:
    hint = nearest(name, row)
    params = {"column": name, "columns": "、".join(list(row)[:12])} | ({"nearest": hint} if hint else {})
    return Finding("TK-MAP-107", "error", path, params, f"{where}:{name}")
