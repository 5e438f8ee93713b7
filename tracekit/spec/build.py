"""What `tracekit spec build` writes: models, JSON Schema, OpenAPI, XSD, WSDL and the dictionary, each a pure function of the tables."""

import json
from pathlib import Path
from typing import Any

from tracekit.errors import SpecError
from tracekit.spec.parts import actions, soap_path
from tracekit.spec.sets import SpecSet, core_set, load_set
from tracekit.spec.tables import core_folder, specs_root
from tracekit.spec.write_dictionary import dictionary
from tracekit.spec.write_models import COMMAND, core_models, plugin_models
from tracekit.spec.write_openapi import openapi
from tracekit.spec.write_overview import overview
from tracekit.spec.write_schema import kind_schema
from tracekit.spec.write_wsdl import wsdl
from tracekit.spec.write_xsd import records_xsd

Outputs = dict[Path, str]
LOCAL = "http://127.0.0.1"
"""The address in the shipped WSDL; a platform hands out its own."""


def find_specs(path: Path) -> Path:
    """The folder of tables that a path means: itself, its `specs`, or the `specs` of the one package in it.

    Raises:
        SpecError: there is none.
    """
    candidates = [path, path / "specs", *sorted(path.glob("*/specs"))]
    found = [one for one in candidates if (one / "kinds.csv").is_file()]
    if not found:
        params = {"file": str(path / "kinds.csv")}
        raise SpecError(f"{path}: no kinds.csv here, in specs/ or in */specs/", code="TK-SPEC-002", params=params)
    return found[0]


def outputs(path: Path | None = None) -> Outputs:
    """Every generated file with its content: of the core without a path, else of the category whose tables lie there."""
    folder = find_specs(path) if path else core_folder()
    return core_outputs() if folder.resolve() == core_folder().resolve() else plugin_outputs(folder)


def core_outputs() -> Outputs:
    """The files made from the core's and the national tables."""
    spec = core_set()
    generated = specs_root() / "generated"
    model = Path(__file__).resolve().parents[1] / "model" / "core.py"
    pages = dictionary(spec, "数据字典 / Data dictionary (core v1)", COMMAND, elements=spec.elements.values(), codesets=_shown(spec))
    return {
        model: core_models(spec),
        **_schemas(spec, generated / "schema"),
        generated / "openapi.json": to_json(openapi(specs_root() / "national" / "v1")),
        generated / "records.xsd": records_xsd(spec),
        generated / "interface.wsdl": wsdl(
            actions().values(), [kind for kind in spec.kinds.values() if kind.docked], f"{LOCAL}{soap_path()}"
        ),
        generated / "dictionary.md": pages,
    }


def plugin_outputs(folder: Path) -> Outputs:
    """The files made from a category's tables, laid over the core."""
    core = core_set()
    spec = load_set(folder, core)
    command = f"{COMMAND} {_short(folder)}"
    own = [element for id_, element in spec.elements.items() if id_ not in core.elements]
    codesets = [id_ for id_ in spec.codesets if spec.codesets[id_] != core.codesets.get(id_) and id_ in _shown(spec)]
    category = folder.parent.name.removeprefix("tracekit_")
    title = f"数据字典 / Data dictionary ({category})"
    return {
        folder.parent / "models.py": plugin_models(spec, core, category, command),
        **_schemas(spec, folder / "generated" / "schema"),
        folder / "generated" / "records.xsd": records_xsd(spec),
        folder / "generated" / "dictionary.md": dictionary(spec, title, command, elements=own, codesets=codesets),
        folder / "generated" / "overview.md": overview(spec, f"品类一览 / The category ({category})", command),
    }


def _short(folder: Path) -> str:
    """How the folder is named in a command: from `plugins/` on, if it lies there."""
    parts = folder.resolve().parts
    return "/".join(parts[parts.index("plugins") : -2]) if "plugins" in parts else folder.parent.name


LARGEST_SHOWN = 100


def _shown(spec: SpecSet) -> list[str]:
    """Code sets that fit on a page; longer ones are read in their tables."""
    return [id_ for id_, one in spec.codesets.items() if len(one.codes) <= LARGEST_SHOWN]


def _schemas(spec: SpecSet, folder: Path) -> Outputs:
    return {folder / f"{kind_id}.json": to_json(kind_schema(spec.kinds[kind_id])) for kind_id in spec.own_kinds}


def to_json(tree: Any) -> str:
    """JSON with two blanks of indent, keys in the order of the tables, a line end at the end."""
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def differing(files: Outputs) -> list[Path]:
    """The files that are missing or not byte for byte what the tables give, and generated files that no table gives."""
    wrong = [path for path, text in files.items() if not path.is_file() or path.read_bytes() != text.encode()]
    folders = {path.parent for path in files if path.parent.name == "schema"}
    return wrong + [path for folder in sorted(folders) for path in sorted(folder.glob("*.json")) if path not in files]


def write(files: Outputs) -> list[Path]:
    """Write what differs, remove what no table gives; tells which files changed."""
    changed = differing(files)
    for path in changed:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path].encode())
        else:
            path.unlink()
    return changed
