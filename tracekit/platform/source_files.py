"""Opening a source from its settings file: through a mapping table, or as it comes where the adapter makes records itself."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from tracekit.config import parse_toml
from tracekit.errors import ConfigError
from tracekit.mapping import open_source, refuse_unknown
from tracekit.mapping.engine import Mapped
from tracekit.platform.setup import read_file
from tracekit.sdk import Adapter, RawBatch, SourceAdapter


class OpenedSource(NamedTuple):
    """An adapter, what makes flat records of its batches, and what all records of the source share."""

    adapter: SourceAdapter
    to_records: Callable[[RawBatch], Mapped]
    shared: Mapping[str, Any]


def open_settings(file: Path, adapters: Mapping[str, Adapter], origin: str) -> OpenedSource:
    """Open a source's settings file; records without an origin of their own get the given one.

    Raises:
        ConfigError, MappingError, SourceError: what is wrong with it.
    """
    text = read_file(file, file, "")
    source = cast("dict[str, Any]", parse_toml(text, file).get("source", {}))
    if "kind" not in source and "mapping" not in source and source.get("adapter"):
        return _as_it_comes(file, source, adapters)
    opened = open_source(text, file.parent, adapters, _reader(file.parent), defaults={"origin": origin})
    settings = opened.settings
    names = ("kind", "origin", "reporter", "category", "region")
    shared = {name: value for name in names if (value := getattr(settings, name))}
    shared |= {name: value for name, value in settings.constants.items() if "." not in name}

    def mapped(batch: RawBatch) -> Mapped:
        return opened.mapping.apply(batch.rows)

    return OpenedSource(opened.adapter, mapped, shared)


def _as_it_comes(file: Path, source: Mapping[str, Any], adapters: Mapping[str, Adapter]) -> OpenedSource:
    name = str(source["adapter"])
    refuse_unknown([name], adapters, f"{file}: adapter")
    options = {key: value for key, value in source.items() if key != "adapter"}
    refuse_unknown(options, adapters[name].config.model_fields, str(file))
    try:
        config = adapters[name].config.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = "source." + ".".join(map(str, first["loc"]))
        params = {"file": str(file), "key": key, "expected": first["msg"]}
        raise ConfigError(f"{file}: {key}: {first['msg']}", code="TK-CFG-005", params=params) from None
    shared = {key: options[key] for key in ("origin", "reporter", "category", "region") if key in options}
    return OpenedSource(adapters[name].open(config, file.parent), _unchanged, shared)


def _unchanged(batch: RawBatch) -> Mapped:
    return Mapped([(dict(raw.value), raw.where) for raw in batch.rows], [], [])


def _reader(folder: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        path = folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            params = {"file": str(path), "key": "mapping", "path": str(path), "reason": str(error)}
            raise ConfigError(f"{path}: {error}", code="TK-CFG-002", params=params) from error

    return read
