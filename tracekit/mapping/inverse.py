"""The way back: flat records to rows of the source, where every column has a transform with an inverse."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tracekit.errors import MappingError
from tracekit.mapping.targets import ROW_LISTS, Segment

if TYPE_CHECKING:
    from tracekit.mapping.engine import Element


class Inverse:
    """A mapping turned round: one row per item of a record, or one row if it has none."""

    def __init__(self, elements: Sequence["Element"], group: Sequence[str]) -> None:
        self._way = {element.reads[0]: element for element in reversed(elements) if element.undo and len(element.reads) == 1}
        read = dict.fromkeys([*(name for element in elements for name in element.reads), *group])
        lost = [name for name in read if name not in self._way]
        if lost:
            detail = f"no inverse for the columns {'、'.join(lost)}"
            raise MappingError(detail, code="TK-MAP-012", params={"columns": "、".join(lost)})

    def apply(self, records: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Rows for the records; an absent element is an empty cell."""
        return [row for record in records for row in self._rows(record)]

    def _rows(self, record: Mapping[str, Any]) -> Iterable[dict[str, str]]:
        for index in range(len(record.get("items", ())) or 1):
            row: dict[str, str] = {}
            for column, element in self._way.items():
                value = find(record, element.path, index)
                row[column] = "" if value is None or element.undo is None else element.undo(value)
            yield row


def find(record: Mapping[str, Any], path: Sequence[Segment], index: int = 0) -> Any:
    """The value at a target's path, None if absent; `index` is the row of a group."""
    value: Any = record
    for segment in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(segment.name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]  a JSON tree
        if segment.entry and value is not None:
            value = _entry(value, segment, index)
    return value  # pyright: ignore[reportUnknownVariableType]


def _entry(entries: Any, segment: Segment, index: int) -> Any:
    if segment.type:
        return next((one for one in entries if one.get("type") == segment.type), None)
    at = index if segment.name == "items" and segment.name in ROW_LISTS and segment.entry == "1" else int(segment.entry) - 1
    return entries[at] if at < len(entries) else None
