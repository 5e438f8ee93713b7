"""A bundle: results, what is made from them, the plan, a manifest of all and its signature, as a folder and as one archive."""

import base64
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict

from tracekit.conformance.plan import Terms
from tracekit.conformance.report import CERTIFICATE, derived
from tracekit.conformance.report_lines import Header, Report, read_report
from tracekit.conformance.results import NOTICE, results_bytes
from tracekit.errors import ConfigError
from tracekit.sdk import Suite
from tracekit.suites import ED25519, key_id
from tracekit.trees import is_array, is_object

RESULTS, PLAN, MANIFEST, SIGNATURE, ARCHIVE = "results.jsonl", "plan.toml", "manifest.json", "manifest.sig", "report.zip"
MADE = ("report.html", "junit.xml", "summary.csv", CERTIFICATE)
NAMES = frozenset((RESULTS, PLAN, MANIFEST, SIGNATURE, *MADE))
"""Every name that a bundle may hold."""
KEY_FILE = "conform-key.pem"
_DAWN = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: it has no clock."""


class Listed(BaseModel):
    """A file of the bundle as the manifest knows it."""

    model_config = ConfigDict(frozen=True)
    sha256: str
    bytes: int


class SigningKey(BaseModel):
    """Whose signature it is: the public half, so that the bundle can be checked alone."""

    model_config = ConfigDict(frozen=True)
    suite: str
    id: str
    public: str


class Manifest(BaseModel):
    """What a bundle holds; the signature is over these very bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["tracekit-report-1"] = "tracekit-report-1"
    notice: str = NOTICE
    kit: str
    specs: str
    plan: str
    run: str
    started: str
    statement: str
    files: dict[str, Listed]
    key: SigningKey


@dataclass(frozen=True)
class Signer:
    """A private key and the suite that it is of."""

    suite: Suite
    private: str

    @property
    def key(self) -> SigningKey:
        """The public half."""
        public = self.suite.public(self.private)
        return SigningKey(suite=self.suite.id, id=key_id(public), public=public)


def open_signer(path: Path | None, beside: Path, suites: Mapping[str, Suite]) -> Signer:
    """The signer of a key file; without one, of `conform-key.pem` in a folder, which is made where it is not.

    Raises:
        ConfigError: no private key of an installed suite, or it cannot be read or written.
    """
    path = path or _own_key(beside / KEY_FILE)
    try:
        private = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, f"{error}") from None
    for suite in (ED25519, *(suites[name] for name in sorted(suites))):
        try:
            suite.public(private)
        except ConfigError:
            continue
        return Signer(suite, private)
    raise _unusable(path, f"no private key of the suites {', '.join(sorted(suites))}")


def _own_key(path: Path) -> Path:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    except OSError as error:
        raise _unusable(path, f"{error}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(ED25519.generate()[0])
    return path


def _unusable(path: Path, problem: str) -> ConfigError:
    return ConfigError(f"{path}: {problem}", code="TK-CONF-022", params={"file": str(path), "problem": problem})


def prepare(folder: Path) -> None:
    """Make the folder, before a run whose results would be lost without it.

    Raises:
        ConfigError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError as error:
        raise _no_folder(folder, f"{error}") from None
    if not writable:
        raise _no_folder(folder, "not writable")


def _no_folder(folder: Path, problem: str) -> ConfigError:
    return ConfigError(f"{folder}: {problem}", code="TK-CONF-021", params={"file": str(folder), "problem": problem})


def write_bundle(folder: Path, lines: Iterable[Mapping[str, Any]], plan: Terms, signer: Signer) -> None:
    """Write the bundle of a run; what an earlier run left in its place goes.

    Raises:
        ConfigError: the folder cannot be written.
    """
    data = results_bytes(lines)
    report = read_report(data, RESULTS)
    files = {RESULTS: data, **derived(report), PLAN: plan_text(plan).encode()}
    manifest = _manifest(report.header, report.footer.statement, files, signer)
    files |= {MANIFEST: manifest, SIGNATURE: base64.b64encode(signer.suite.sign(signer.private, manifest)) + b"\n"}
    _write(folder, {**files, ARCHIVE: archive(files)}, NAMES)


def write_derived(folder: Path, report: Report) -> list[str]:
    """Write what is made from results; the names.

    Raises:
        ConfigError: the folder cannot be written.
    """
    files = derived(report)
    _write(folder, files, MADE)
    return list(files)


def _write(folder: Path, files: Mapping[str, bytes], may_stand: Iterable[str]) -> None:
    prepare(folder)
    try:
        for name in set(may_stand) - files.keys():
            (folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise _no_folder(folder, f"{error}") from None


def _manifest(header: Header, statement: str, files: Mapping[str, bytes], signer: Signer) -> bytes:
    listed = {name: Listed(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data)) for name, data in sorted(files.items())}
    made = Manifest.model_validate({**facts(header, statement), "files": listed, "key": signer.key})
    return orjson.dumps(made.model_dump(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def facts(header: Header, statement: str) -> dict[str, str]:
    """What a manifest repeats of the results."""
    told = {name: getattr(header, name) for name in ("kit", "specs", "plan", "run", "started")}
    return {**told, "statement": statement}


def archive(files: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP archive; the same files make the same archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DAWN)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            zipped.writestr(entry, files[name])
    return made.getvalue()


def plan_text(plan: Terms) -> str:
    """A plan as TOML, as the run used it: what the command line changed is in it, secrets stay references."""
    told = plan.model_dump(mode="json", exclude_none=True)
    return f"# {NOTICE}\n" + "\n".join(_toml(told, "")) + "\n"


def _toml(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """A table's own values first, then the tables in it, as TOML wants them."""
    for name, value in table.items():
        if not _is_table(value):
            yield f"{name} = {_value(value)}"
    for name, value in table.items():
        inner = f"{path}.{name}" if path else name
        if is_object(value) and _is_table(value):
            yield f"\n[{inner}]"
            yield from _toml(value, inner)
        elif is_array(value) and _is_table(value):
            for each in value:
                yield f"\n[[{inner}]]"
                yield from _toml(each, inner)


def _is_table(value: Any) -> bool:
    return is_object(value) or (is_array(value) and bool(value) and is_object(value[0]))


def _value(value: Any) -> str:
    if is_array(value):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
