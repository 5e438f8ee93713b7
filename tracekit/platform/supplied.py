"""The operator's tables of a platform: read where `platform.toml` names them, checked, and laid over what is installed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tracekit.config import PlatformConfig
from tracekit.errors import ConfigError
from tracekit.findings import Finding
from tracekit.registry import Registry
from tracekit.spec.supplied import Columns, as_supplied, columns_of, laid_over, supplied_findings
from tracekit.spec.tables import Row, read_table, table_note


def with_supplied(registry: Registry, config: PlatformConfig, folder: Path) -> Registry:
    """The registry with the tables of the configuration laid over it.

    Raises:
        ConfigError: there is no table of that name, or its file has faults; all are counted, the first is told.
        SpecError: a file cannot be read as a table.
    """
    tables: dict[str, list[Row]] = {}
    for name, files in config.tables.items():
        for file in [files] if isinstance(files, str) else files:
            rows, findings = read_supplied(registry, name, folder / file)
            if findings:
                raise _fault(name, folder / file, findings)
            tables.setdefault(name, []).extend(rows)
    return lay(registry, tables)


def read_supplied(registry: Registry, name: str, file: Path) -> tuple[list[Row], list[Finding]]:
    """The rows of a supplied table, as records write them, and all that is wrong with it.

    Raises:
        ConfigError: there is no such table.
        SpecError: the file cannot be read as a table.
    """
    asked, rows = columns(registry, name)[name], read_table(file)
    return as_supplied(asked, rows), supplied_findings(asked, table_note(file), rows, registry.schemes)


def columns(registry: Registry, name: str = "") -> dict[str, Columns]:
    """The columns of a table that may be supplied, or without a name those of all that are no code set.

    Raises:
        ConfigError: there is no such table; those that there are are named.
    """
    every = columns_of(registry.sets.values())
    own = {table: listed for table, listed in every.items() if not any(table in spec.codesets for spec in registry.sets.values())}
    if name and name not in every:
        known = ", ".join(sorted(own))
        raise ConfigError(f"{name}: {known}", code="TK-CFG-019", params={"table": name, "known": known})
    return {name: every[name]} if name else own


def lay(registry: Registry, tables: Mapping[str, Sequence[Row]]) -> Registry:
    """A registry with tables whose cells are good: code sets grow, all else is kept for the rules; its hash covers them."""
    if not tables:
        return registry
    sets = {id_: laid_over(spec, tables) for id_, spec in registry.sets.items()}
    kinds = {id_: spec.kinds[id_] for spec in sets.values() for id_ in spec.own_kinds}
    told = repr([(name, sorted(sorted(row.items()) for row in tables[name])) for name in sorted(tables)])
    digest = hashlib.sha256(f"{registry.hash}\n{told}".encode()).hexdigest()
    return replace(registry, core=sets["core"], sets=sets, kinds=kinds, supplied={**registry.supplied, **tables}, hash=digest)


def _fault(name: str, file: Path, findings: Sequence[Finding]) -> ConfigError:
    first = findings[0]
    place = f"{first.path} {first.code} {' '.join(first.params.values())}".strip()
    params = {"table": name, "file": str(file), "count": str(len(findings)), "first": place}
    return ConfigError(f"tables.{name}: {file}: {len(findings)}: {place}", code="TK-CFG-020", params=params)
