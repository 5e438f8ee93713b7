"""Tables that turn one shape into another: rows of any source into flat records, and back where that is possible."""

from tracekit.mapping.cells import BROKEN, broken_row
from tracekit.mapping.engine import BadRow, Mapped, Mapping, compile_mapping
from tracekit.mapping.inverse import Inverse
from tracekit.mapping.settings import SourceSettings, TableSettings, refuse_unknown, split_settings
from tracekit.mapping.source import Source, open_source
from tracekit.mapping.table import read_mapping
from tracekit.mapping.transforms import index_rows

__all__ = [
    "BROKEN",
    "BadRow",
    "Inverse",
    "Mapped",
    "Mapping",
    "Source",
    "SourceSettings",
    "TableSettings",
    "broken_row",
    "compile_mapping",
    "index_rows",
    "open_source",
    "read_mapping",
    "refuse_unknown",
    "split_settings",
]
