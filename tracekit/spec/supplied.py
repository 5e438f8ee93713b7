"""Tables that the operator of a platform supplies, where no free copy can be shipped: catalogues, lists, quotas, code sets. Pure.

A category says in `supplied.csv` which columns such a table has; a column is an element, so that every cell is checked as in
a record. A note on top (`# document: …`) says what it is, and each row holds from `valid_from` to `valid_to`. Its rows count
as records of the kind `table.<name>` in the category's `marks.csv` and `balance.csv`. A table that is named like a code set
is laid over that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, Protocol

from tracekit.findings import Finding
from tracekit.spec.check import element_fault
from tracekit.spec.sets import Code, Codeset, Element, SpecSet
from tracekit.spec.tables import Row, read_optional

NOTED = ("publisher", "document", "edition", "date")
"""What the note must say."""
DATES = ("valid_from", "valid_to")


class Checked(Protocol):
    """A code scheme, as far as cells need it."""

    def check_batch(self, values: list[str]) -> list[str | None]:
        """Codes of findings, one a value."""
        ...


class Column(NamedTuple):
    """A column of a supplied table: the element that its cells are, and whether they may be empty."""

    name: str
    element: Element
    mandatory: bool
    note: str = ""


Columns = Sequence[Column]


def columns_of(sets: Iterable[SpecSet]) -> dict[str, Columns]:
    """The columns of every table that may be supplied: those of categories, and code sets."""
    found: dict[str, Columns] = {}
    for spec in sets:
        found |= {name: _codeset_columns(spec, codeset) for name, codeset in spec.codesets.items() if name not in found}
    for spec in sets:
        for row in read_optional(spec.folder / "supplied.csv"):
            column = Column(row["column"], spec.elements[row["element"]], row["obligation"] == "M", row.get("note", ""))
            found[row["table"]] = [*found.get(row["table"], _dates(spec)), column]
    return found


def _dates(spec: SpecSet) -> list[Column]:
    return [Column(name, spec.elements[name], name == "valid_from") for name in DATES]


def _codeset_columns(spec: SpecSet, codeset: Codeset) -> Columns:
    text = spec.elements["specification"]
    more = dict.fromkeys(name for code in codeset.codes.values() for name in code.row if name not in Code._fields)
    named = [Column(name, text, mandatory=True) for name in ("code", "name_zh", "name_en")]
    return [*named, *_dates(spec), *(Column(name, text, mandatory=False) for name in more)]


def supplied_findings(columns: Columns, notes: Sequence[str], rows: Sequence[Row], schemes: Mapping[str, Checked]) -> list[Finding]:
    """All that is wrong with a supplied table; a path is the number of a row below the header and a column."""
    said = {note.partition(":")[0].strip() for note in notes if note.partition(":")[2].strip()}
    known = {column.name: column for column in columns}
    there = {name for row in rows[:1] for name in row}
    found = [Finding("TK-TAB-001", params={"name": name}) for name in NOTED if name not in said]
    if not rows:
        return [*found, Finding("TK-TAB-006")]
    found += [Finding("TK-TAB-002", params={"column": one.name}) for one in columns if one.mandatory and one.name not in there]
    found += [Finding("TK-TAB-003", params={"column": name, "known": " ".join(known)}) for name in sorted(there - set(known))]
    cells = (_cell_findings(number, row, columns) for number, row in enumerate(rows, 1))
    return [*found, *chain.from_iterable(cells), *_row_findings(rows), *_code_findings(columns, rows, schemes)]


def _cell_findings(number: int, row: Row, columns: Columns) -> Iterator[Finding]:
    for column in columns:
        path, text = f"{number}.{column.name}", row.get(column.name, "")
        if text:
            fault = element_fault(column.element, _as_ref(column.element, text))
            if fault:
                yield Finding(fault[0], path=path, params=fault[1])
        elif column.mandatory and column.name in row:
            yield Finding("TK-REC-002", path=path, params={"path": path, "name": column.element.name_zh})


def _row_findings(rows: Sequence[Row]) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, 1):
        first = seen.setdefault(tuple(row.values()), number)
        if first != number:
            yield Finding("TK-TAB-004", path=str(number), params={"first": str(first)})
        if row.get("valid_to") and row["valid_to"] < row.get("valid_from", ""):
            yield Finding("TK-TAB-005", path=str(number), params={"first": row["valid_from"], "last": row["valid_to"]})


def _code_findings(columns: Columns, rows: Sequence[Row], schemes: Mapping[str, Checked]) -> Iterator[Finding]:
    """Refs, each scheme's in one call."""
    refs: dict[str, list[tuple[str, str]]] = {}
    for column in (one for one in columns if one.element.datatype == "ref"):
        for number, row in enumerate(rows, 1):
            if text := row.get(column.name):
                scheme, _, value = _as_ref(column.element, text).partition(":")
                refs.setdefault(scheme, []).append((f"{number}.{column.name}", value))
    for scheme, named in refs.items():
        if scheme in schemes:
            codes = schemes[scheme].check_batch([value for _, value in named])
            yield from (Finding(code, path=path, params={"value": value}) for (path, value), code in zip(named, codes, strict=True) if code)


def _as_ref(element: Element, text: str) -> str:
    """The ref that a cell means: in a column of one scheme its name need not be written."""
    alone = element.datatype == "ref" and len(element.schemes) == 1
    return f"{element.schemes[0]}:{text}" if alone and not text.startswith(f"{element.schemes[0]}:") else text


def as_supplied(columns: Columns, rows: Iterable[Row]) -> list[Row]:
    """The rows as records would write their cells; what is empty is not there."""
    return [{one.name: _as_ref(one.element, text) for one in columns if (text := row.get(one.name))} for row in rows]


def laid_over(spec: SpecSet, tables: Mapping[str, Sequence[Row]]) -> SpecSet:
    """A set whose code sets have the codes of supplied tables too; a code that stands in both is as the supplied one says."""
    named = {name: tables[name] for name in tables if name in spec.codesets}
    if not named:
        return spec
    codesets = {**spec.codesets, **{name: _with_codes(spec.codesets[name], rows) for name, rows in named.items()}}
    kinds = {id_: replace(kind, codesets=codesets) for id_, kind in spec.kinds.items()}
    return replace(spec, codesets=codesets, kinds=kinds)


def _with_codes(codeset: Codeset, rows: Iterable[Row]) -> Codeset:
    more = {row["code"]: Code(*(row.get(name, "") for name in Code._fields[:-1]), row=row) for row in rows}
    codes = {**codeset.codes, **more}
    timeless = frozenset(code for code, one in codes.items() if not one.valid_from and not one.valid_to)
    return Codeset(codeset.id, codes, timeless)
