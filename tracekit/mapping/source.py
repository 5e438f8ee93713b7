"""A whole source from its folder's texts: settings, compiled mapping and opened adapter in one call."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tracekit.errors import ConfigError
from tracekit.mapping.cells import BROKEN
from tracekit.mapping.engine import Mapping as CompiledMapping
from tracekit.mapping.engine import compile_mapping
from tracekit.mapping.settings import SourceSettings, TableSettings, refuse_unknown, split_settings
from tracekit.mapping.table import read_mapping
from tracekit.mapping.transforms import LookupTable, index_rows


class OpenAdapter(Protocol):
    """What of an adapter is needed here; `tracekit.sdk.Adapter` is one."""

    @property
    def config(self) -> type[Any]:
        """The model of its options."""
        ...

    @property
    def open(self) -> Callable[[Any, Path], Any]:
        """Make the adapter from its options and the folder of relative paths."""
        ...


class Source(NamedTuple):
    """A source ready to be fetched and mapped."""

    settings: SourceSettings
    mapping: CompiledMapping
    adapter: Any


def open_source(
    text: str,
    folder: Path,
    adapters: Mapping[str, OpenAdapter],
    read: Callable[[str], bytes],
    *,
    defaults: Mapping[str, Any] | None = None,
    **compile_options: Any,
) -> Source:
    """Open the source that a `source.toml` describes.

    Args:
        read: gives the bytes of a file beside the TOML (the mapping table).
        defaults: keys of `[source]` that the platform knows (origin, region …) where the file is silent.
        compile_options: handed on to `compile_mapping` (codes, compact, known).

    Raises:
        ConfigError: the TOML is wrong.
        MappingError: the mapping table is wrong.
        SourceError: a lookup table cannot be read.
    """
    document = _parsed(text)
    refuse_unknown(document, ["source"], "source.toml")
    given = {**(defaults or {}), **document.get("source", {})}
    name = str(given.get("adapter", "files"))
    refuse_unknown([name], adapters, "source.toml: adapter")
    adapter = adapters[name]
    settings, config = split_settings(given, adapter.config)
    tables = {table: _lookup_table(one, given, adapter, folder) for table, one in settings.tables.items()}
    mapping = compile_mapping(read_mapping(read(settings.mapping)), settings, tables=tables, **compile_options)
    return Source(settings, mapping, adapter.open(config, folder))


def _lookup_table(table: TableSettings, given: Mapping[str, Any], adapter: OpenAdapter, folder: Path) -> LookupTable:
    """A second table is read with the source's own options, changed by those that stand in its settings."""
    shared = {k: v for k, v in given.items() if k in adapter.config.model_fields and k != "group"}
    config = adapter.config.model_validate({**shared, **(table.model_extra or {})})
    return index_rows(_rows(adapter.open(config, folder).fetch(None)), table.key)


def _rows(batches: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    return (raw.value for batch in batches for raw in batch.rows if BROKEN not in raw.value)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"source.toml: {error}", code="TK-MAP-011", params={"place": "source.toml", "key": "", "detail": str(error)}
        ) from None
