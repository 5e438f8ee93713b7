"""The transforms of mapping tables: each maker turns a row's arguments into one function from cell to value."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fnmatch import translate
from typing import Any, NamedTuple

from tracekit.errors import MappingError
from tracekit.mapping import numbers, times
from tracekit.mapping.cells import BadCell, Memo, cell_text, code_text, half_width, one_line, shown
from tracekit.mapping.table import Args, Column, Field, fail, parse_args

Cell = Any
Row = Mapping[str, Any]
LookupTable = Mapping[tuple[str, ...], Row]

MULTILINE = frozenset({"note", "notes", "remark"})
SHOWN_CODES = 12

_YES = "是|有|合格|true|yes|y|1"
_NO = "否|无|不合格|false|no|n|0"


@dataclass(frozen=True)
class Context:
    """What transforms may know beside their cell: code tables, lookup tables, compact forms of code schemes."""

    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    tables: Mapping[str, LookupTable] = field(default_factory=dict[str, LookupTable])
    compact: Mapping[str, Callable[[str], str]] = field(default_factory=dict[str, Callable[[str], str]])
    offset: str = times.DEFAULT_OFFSET
    empty: frozenset[str] = frozenset()
    fixed: bool = False

    def cell(self, row: Row, column: Column) -> Cell:
        """A row's cell; a missing column is a `KeyError` where the source has fixed columns."""
        value = row[column.name] if self.fixed and not column.optional else row.get(column.name)
        return None if self.empty and isinstance(value, str) and value.strip() in self.empty else value

    def text(self, row: Row, column: Column) -> str:
        """A row's cell as clean text; a bad cell names its column."""
        try:
            return one_line(self.cell(row, column))
        except BadCell as bad:
            raise bad.at(column.name) from None


class Step(NamedTuple):
    """One compiled transform: `run` takes a cell, or with `whole` a row and its place; `undo` is its inverse if it has one."""

    run: Callable[..., Any]
    undo: Callable[[Any], Any] | None = None
    whole: bool = False
    reads: tuple[Column, ...] = ()


class Words(Memo):
    """What stands in a source → what it means: exactly, without blanks and full width, or by a pattern (`*/个*`)."""

    def __init__(self, meanings: Mapping[str, Any]) -> None:
        super().__init__(self._find)
        self._exact = meanings
        self._loose = {code_text(words): meaning for words, meaning in meanings.items()}
        self._patterns = [(re.compile(translate(words)), meaning) for words, meaning in meanings.items() if "*" in words]

    def _find(self, words: str) -> Any:
        found = self._exact.get(words) or self._loose.get(code_text(words))
        return found or next((meaning for pattern, meaning in self._patterns if pattern.fullmatch(words)), None)


Maker = Callable[[Args, Field, Context], Step]


def build_step(name: str, text: str, field_: Field, context: Context) -> Step:
    """Compile one transform of a row; an argument nobody takes is an error."""
    args = parse_args(text)
    try:
        step = TRANSFORMS[name](args, field_, context)
    except MappingError:
        raise
    except (ValueError, InvalidOperation, re.error) as error:
        fail("TK-MAP-004", field_.place, text, detail=str(error))
    left = [*args.named, *args.positional]
    if left:
        fail("TK-MAP-004", field_.place, left[0], detail=f"{name} does not take it")
    return step


def _copy(_args: Args, field_: Field, _context: Context) -> Step:
    keep_lines = field_.target.rpartition(".")[2] in MULTILINE
    return Step(cell_text if keep_lines else one_line, undo=str)


def _text(_args: Args, _field: Field, _context: Context) -> Step:
    def run(cell: Cell) -> str:
        return " ".join(half_width(one_line(cell)).split())

    return Step(run, undo=str)


def _date(args: Args, field_: Field, context: Context) -> Step:
    forms = tuple(form for form in args.first("formats").split("|") if form)
    offset = args.take("offset", context.offset)
    default = "day" if field_.target.endswith("issued") else ""
    precision = args.take("precision", default)
    if precision and precision not in times.PRECISIONS:
        fail("TK-MAP-004", field_.place, precision, times.PRECISIONS)
    read = times.time_reader(forms, offset=offset, precision=precision, serial=args.take("serial", "1900"))

    def undo(value: str) -> str:
        fitting = (form for form in forms if ("ss" in form) == (value.count(":") > 2) and ("H" in form) == ("T" in value))
        return times.write_time(value, next(fitting, ""), offset)

    # A stated format that cannot hold the time would not be read back, so only free forms are written without one.
    return Step(read, undo=undo if not precision else None)


def _number_options(args: Args) -> dict[str, Any]:
    places = args.take("places")
    options = {name: args.named.pop(name) for name in ("thousands", "point", "strip") if name in args.named}
    return {**options, "places": int(places) if places else None}


def _decimal(args: Args, _field: Field, _context: Context) -> Step:
    options = _number_options(args)
    point = options.get("point", ".")

    def run(cell: Cell) -> str:
        return numbers.decimal_text(cell, **options)

    def undo(value: str) -> str:
        return value.replace(".", point)

    return Step(numbers.decimal_text if options == {"places": None} else run, undo=undo)


def _scale(args: Args, field_: Field, context: Context) -> Step:
    options = _number_options(args)
    places = options.pop("places")
    by = args.take("by")
    if by:
        return _scale_by(Column(by), args.rest(), options, field_, context)
    factor = Decimal(args.first("factor"))
    point = options.get("point", ".")
    scale = numbers.scaler(factor, places)

    def run(cell: Cell) -> str:
        number = numbers.decimal_text(cell, **options)
        return scale(number) if number else ""

    def undo(value: str) -> str:
        return numbers.unscaled(value, factor).replace(".", point)

    return Step(run, undo=undo if places is None else None)


def _scale_by(by: Column, words: Mapping[str, str], options: dict[str, Any], field_: Field, context: Context) -> Step:
    column, units = _only(field_), tuple(Column(name.strip()) for name in by.name.split("|"))
    factors = Words({unit: numbers.scaler(Decimal(factor)) for unit, factor in words.items()})

    def run(row: Row, _where: str) -> str:
        try:
            number = numbers.decimal_text(context.cell(row, column), **options)
        except BadCell as bad:
            raise bad.at(column.name) from None
        if not number:
            return ""
        unit = " ".join([context.text(row, one) for one in units])
        scale = factors[unit]
        if scale is None:
            raise BadCell("TK-MAP-104", units[-1].name, value=shown(unit), known=_listed(words))
        return scale(number)

    return Step(run, whole=True, reads=(column, *units))


def _codeset(args: Args, field_: Field, context: Context) -> Step:
    name, other = args.first("set"), args.take("other")
    if name and name not in context.codes:
        fail("TK-MAP-005", field_.place, name, list(context.codes))
    codes = {**(context.codes[name] if name else {}), **args.rest()}
    back = {code: words for words, code in reversed(codes.items()) if "*" not in words}
    known = Words(codes)

    def run(cell: Cell) -> str:
        words = one_line(cell)
        code = known[words] or (words if words in back else other)
        if words and not code:
            raise BadCell("TK-MAP-104", value=shown(words), known=_listed(codes))
        return code if words else ""

    def undo(code: str) -> str:
        return back.get(code, code)

    return Step(run, undo=undo)


def _lookup(args: Args, field_: Field, context: Context) -> Step:
    name, column = args.first("table"), args.first("column")
    if name not in context.tables:
        fail("TK-MAP-006", field_.place, name, list(context.tables))
    table, columns, optional = context.tables[name], field_.columns, args.take("missing") == "skip"
    heads = next(iter(table.values()), {column: ""})
    if column not in heads:
        fail("TK-MAP-006", field_.place, column, list(heads))

    def run(row: Row, _where: str) -> Any:
        key = tuple(context.text(row, one) for one in columns)
        found = table.get(key)
        if found is None and any(key) and not optional:
            raise BadCell("TK-MAP-105", columns[0].name, value=shown(" ".join(key)), table=name)
        return found.get(column) if found else None

    return Step(run, whole=True, reads=columns)


def _split(args: Args, _field: Field, _context: Context) -> Step:
    pattern = args.take("pattern")
    if pattern:
        return _split_by(re.compile(pattern))
    separator, part = args.first("sep", "/"), int(args.first("part", "1"))
    at = part - 1 if part > 0 else part

    def run(cell: Cell) -> str:
        parts = one_line(cell).split(separator)
        return parts[at].strip() if -len(parts) <= at < len(parts) else ""

    return Step(run)


def _split_by(pattern: re.Pattern[str]) -> Step:
    def run(cell: Cell) -> str:
        match = pattern.search(one_line(cell))
        return (match[1] if pattern.groups else match[0]).strip() if match else ""

    return Step(run)


def _join(args: Args, field_: Field, context: Context) -> Step:
    separator = args.first("sep", " ")

    def run(row: Row, _where: str) -> str:
        return separator.join(filter(None, [context.text(row, column) for column in field_.columns]))

    return Step(run, whole=True, reads=field_.columns)


def _template(args: Args, field_: Field, context: Context) -> Step:
    from tracekit.mapping.templates import template_of

    text = args.first("text") or fail("TK-MAP-004", field_.place, "", detail="template needs its text")
    run, columns = template_of(text, context.text, quick=not context.empty)
    return Step(run, whole=True, reads=columns)


def _ref(args: Args, field_: Field, context: Context) -> Step:
    scheme, prefix = args.first("scheme"), args.take("prefix")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", scheme):
        fail("TK-MAP-004", field_.place, scheme, detail="ref needs a scheme")
    compact = context.compact.get(scheme) if not prefix else None
    own, head = f"{scheme}:", f"{scheme}:{prefix}"

    def run(cell: Cell) -> str:
        if compact is None and cell.__class__ is str and cell.isascii() and cell.isalnum():
            return head + cell
        value = code_text(cell)
        if not value or value.startswith(own):
            return value
        return head + (compact(value) if compact else value)

    def undo(ref: str) -> str:
        return ref.removeprefix(head)

    return Step(run, undo=undo)


def _integer(_args: Args, _field: Field, _context: Context) -> Step:
    return Step(numbers.integer_of, undo=str)


def _boolean(args: Args, _field: Field, _context: Context) -> Step:
    words = {True: args.take("true", _YES).split("|"), False: args.take("false", _NO).split("|")}
    values = {word.lower(): value for value, listed in words.items() for word in listed}

    def run(cell: Cell) -> bool | None:
        text = code_text(cell).lower()
        if text and text not in values:
            raise BadCell("TK-MAP-115", value=shown(text), known=_listed(values))
        return values.get(text)

    def undo(value: bool) -> str:
        return words[value][0]

    return Step(run, undo=undo)


def _const(_args: Args, field_: Field, _context: Context) -> Step:
    raise ValueError(f"const stands alone in {field_.target}")


def _only(field_: Field) -> Column:
    if len(field_.columns) != 1:
        fail("TK-MAP-004", field_.place, field_.steps[0], detail="needs exactly one source column")
    return field_.columns[0]


def _listed(known: Iterable[str]) -> str:
    names = list(known)
    return "、".join(names[:SHOWN_CODES]) + ("…" if len(names) > SHOWN_CODES else "")


def index_rows(rows: Iterable[Row], key: Sequence[str]) -> LookupTable:
    """Rows of a second table by the text of their key columns; the first of equal keys counts."""
    index: dict[tuple[str, ...], Row] = {}
    for row in rows:
        index.setdefault(tuple(one_line(row.get(column)) for column in key), row)
    return index


TRANSFORMS: dict[str, Maker] = {
    "copy": _copy,
    "text": _text,
    "const": _const,
    "date": _date,
    "decimal": _decimal,
    "scale": _scale,
    "codeset": _codeset,
    "lookup": _lookup,
    "split": _split,
    "join": _join,
    "template": _template,
    "ref": _ref,
    "integer": _integer,
    "boolean": _boolean,
}
WHOLE_ROW = frozenset({"lookup", "join", "template"})
