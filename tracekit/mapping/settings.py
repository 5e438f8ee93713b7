"""A source in a few lines of TOML: which adapter reads it, what its rows become, and what all its records share."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracekit.errors import ConfigError
from tracekit.mapping.table import nearest
from tracekit.mapping.times import DEFAULT_OFFSET


class TableSettings(BaseModel):
    """A second table that `lookup` reads; its other keys are options of the source's adapter."""

    model_config = ConfigDict(extra="allow", frozen=True)

    key: list[str] = Field(min_length=1)


class SourceSettings(BaseModel):
    """The `[source]` table, without the options that belong to the adapter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adapter: str = "files"
    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    mapping: str = "mapping.csv"
    """File of the mapping table, beside the TOML."""
    group: list[str] = []
    """Columns whose equal values make rows into one record, one item a row."""
    action: Literal["new", "correct", "void"] = "new"
    origin: str = ""
    reporter: str = ""
    category: str = ""
    region: str = ""
    constants: dict[str, str | int] = {}
    """Any target and its one value."""
    offset: str = Field(default=DEFAULT_OFFSET, pattern=r"^[+-]\d{2}:\d{2}$")
    """Of times that state none."""
    empty: list[str] = []
    """Words that mean an empty cell (`无`, `/`)."""
    columns: Literal["fixed", "free"] = "free"
    """`fixed`: every row has every column (CSV, XLSX), so a missing one is an error; the adapter says which."""
    codes: dict[str, dict[str, str]] = {}
    """Code tables by name: what stands in the source → code."""
    tables: dict[str, TableSettings] = {}


def split_settings(source: Mapping[str, Any], options: type[BaseModel], place: str = "source.toml") -> tuple[SourceSettings, Any]:
    """Split a `[source]` table between the source and its adapter; keys that both declare go to both.

    Raises:
        ConfigError: naming the key; for an unknown one also the nearest known.
    """
    own, theirs = set(SourceSettings.model_fields), set(options.model_fields)
    refuse_unknown(source, own | theirs, place)
    config = _validated(options, {k: v for k, v in source.items() if k in theirs}, place)
    mine = {k: v for k, v in source.items() if k in own}
    columns = getattr(config, "columns_are", None)
    return _validated(SourceSettings, {**({"columns": columns} if columns else {}), **mine}, place), config


def refuse_unknown(given: Iterable[str], known: Iterable[str], place: str) -> None:
    """Refuse a key that nobody knows, with the nearest one that somebody does.

    Raises:
        ConfigError: for the first unknown key.
    """
    names = sorted(known)
    for name in given:
        if name not in names:
            hint = nearest(name, names)
            detail = f"{place}: unknown key {name!r}" + (f", nearest is {hint!r}" if hint else "")
            params = {"place": place, "key": name, "known": " ".join(names), "nearest": hint}
            raise ConfigError(detail, code="TK-MAP-010", params={k: v for k, v in params.items() if v})


def _validated(model: type[Any], values: Mapping[str, Any], place: str) -> Any:
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            refuse_unknown([key], _names_at(model, first["loc"][:-1]), place)
        message = f"{place}: {key}: {first['msg']}"
        raise ConfigError(message, code="TK-MAP-011", params={"place": place, "key": key, "detail": first["msg"]}) from None


def _names_at(model: type[Any], path: Iterable[str | int]) -> Iterable[str]:
    prefix = ""
    for part in path:
        prefix += f"{part}."
        model = model.model_fields[str(part)].annotation
    return [prefix + name for name in model.model_fields]
