"""Is a bundle whole and true? Offline, from its own bytes: names, sizes, signature, hashes, results, and every file made again."""

import base64
import hashlib
import io
import tomllib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from tracekit.conformance.bundle import ARCHIVE, MADE, MANIFEST, NAMES, PLAN, RESULTS, SIGNATURE, Manifest, facts
from tracekit.conformance.plan import Plan, SenderTest
from tracekit.conformance.report import derived
from tracekit.conformance.report_lines import Report, read_report
from tracekit.conformance.results import plan_digest
from tracekit.errors import ConfigError, TracekitError
from tracekit.findings import Finding
from tracekit.sdk import Suite
from tracekit.suites import key_id

LARGEST = 64 * 1024 * 1024
"""Bytes of all files of a bundle together."""
LARGEST_ARCHIVE = 16 * 1024 * 1024
Files = dict[str, bytes]
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, LookupError)
"""What reading a damaged, cut or locked archive may raise."""


def read_bundle(path: Path) -> tuple[Files, list[Finding]]:
    """The files of a folder or an archive, and what is wrong with it as such; nothing is unpacked to the disk."""
    if not path.is_dir():
        return unpacked(_read(path, LARGEST_ARCHIVE), path.name) if _fits([path], LARGEST_ARCHIVE) else ({}, [_too_large(path.name)])
    entries = sorted(path.iterdir())
    plain = [one for one in entries if one.name in {*NAMES, ARCHIVE} and one.is_file() and not one.is_symlink()]
    found = [_odd(one.name) for one in entries if one not in plain]
    if not _fits(plain, LARGEST + LARGEST_ARCHIVE):
        return {}, [*found, _too_large(path.name)]
    files = {one.name: _read(one, LARGEST) for one in plain}
    packed = files.pop(ARCHIVE, None)
    return files, [*found, *(_same_archive(packed, files) if packed is not None else ())]


def _fits(paths: Iterable[Path], limit: int) -> bool:
    return sum(one.stat().st_size for one in paths) <= limit


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)


def _same_archive(packed: bytes, files: Files) -> Iterator[Finding]:
    inside, found = unpacked(packed, ARCHIVE)
    yield from found
    if not found:
        yield from (_differs(f"{ARCHIVE}:{name}") for name in sorted({*inside, *files}) if inside.get(name) != files.get(name))


def unpacked(data: bytes, name: str) -> tuple[Files, list[Finding]]:
    """The files of an archive; none if anything of it is not as it must be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            entries = zipped.infolist()
            names = [one.filename for one in entries]
            odd = sorted({one for one in names if one not in NAMES or names.count(one) > 1})[:9] if len(names) <= len(NAMES) else names[:1]
            if odd:
                return {}, [_odd(one, name) for one in odd]
            if sum(one.file_size for one in entries) > LARGEST:
                return {}, [_too_large(name)]
            return {one.filename: zipped.read(one) for one in entries}, []
    except _BROKEN as error:
        return {}, [Finding("TK-CONF-023", params={"file": name, "problem": f"{error}"}, where=name)]


def verify(files: Mapping[str, bytes], suites: Mapping[str, Suite], public: str = "") -> tuple[Report | None, list[Finding]]:
    """The report that a bundle holds, if it can be read, and everything that is wrong with it.

    Args:
        files: the bundle's files by name.
        suites: the installed signature suites by id.
        public: PEM of the key that must have signed; without it any key will do, and the signature shows no more than wholeness.

    Raises:
        ConfigError: `public` is no public key.
    """
    wanted = key_id(public) if public else ""
    found = [Finding("TK-CONF-024", params={"file": name}, where=name) for name in (MANIFEST, SIGNATURE, RESULTS) if name not in files]
    if found:
        return None, found
    manifest = _manifest(files[MANIFEST])
    if isinstance(manifest, Finding):
        return None, [manifest]
    found = [*_signed(files, manifest, suites, wanted), *_hashes(files, manifest)]
    try:
        report = read_report(files[RESULTS], RESULTS)
    except TracekitError as error:
        return None, [*found, Finding(error.code, params=error.params, where=RESULTS)]
    return report, [*found, *_made_again(files, manifest, report)]


def _manifest(data: bytes) -> Manifest | Finding:
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return Finding("TK-CONF-023", params={"file": MANIFEST, "problem": problem}, where=MANIFEST)


def _signed(files: Mapping[str, bytes], manifest: Manifest, suites: Mapping[str, Suite], wanted: str) -> Iterator[Finding]:
    key, suite = manifest.key, suites.get(manifest.key.suite)
    if suite is None:
        yield Finding("TK-PLG-007", params={"suite": key.suite, "known": ", ".join(sorted(suites)), "cause": ""}, where=MANIFEST)
        return
    try:
        known, signature = key_id(key.public), base64.b64decode(files[SIGNATURE].removesuffix(b"\n"), validate=True)
        good = known == key.id and suite.verify(key.public, files[MANIFEST], signature)
    except (ConfigError, ValueError):
        known, good = "", False
    if not good:
        yield Finding("TK-CONF-026", params={"key": key.id}, where=SIGNATURE)
    elif wanted and wanted != known:
        yield Finding("TK-CONF-027", params={"key": known, "expected": wanted}, where=SIGNATURE)


def _hashes(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[Finding]:
    listed = manifest.files
    for name in sorted({*listed, *files} - {MANIFEST, SIGNATURE}):
        if name not in NAMES or name not in listed:
            yield _odd(name)
        elif name not in files:
            yield Finding("TK-CONF-024", params={"file": name}, where=name)
        elif (len(files[name]), hashlib.sha256(files[name]).hexdigest()) != (listed[name].bytes, listed[name].sha256):
            yield _differs(name)


def _made_again(files: Mapping[str, bytes], manifest: Manifest, report: Report) -> Iterator[Finding]:
    """Whatever is not what the results make, however it was signed."""
    from importlib.metadata import version

    told = facts(report.header, report.footer.statement)
    wrong = [MANIFEST] if any(getattr(manifest, name) != value for name, value in told.items()) else []
    wrong += [PLAN] if _digest(files.get(PLAN, b""), report) != report.header.plan else []
    made = derived(report)
    wrong += [name for name in MADE if made.get(name) != files.get(name)]
    params = {"made": report.header.kit, "kit": version("tracekit")}
    yield from (Finding("TK-CONF-028", params={"file": name, **params}, where=name) for name in wrong)


def _digest(data: bytes, report: Report) -> str:
    model = Plan if "url" in report.header.target else SenderTest
    try:
        return plan_digest(model.model_validate(tomllib.loads(data.decode())))
    except ValueError:
        return ""


def _odd(name: str, inside: str = "") -> Finding:
    shown = name[:80].encode("ascii", "backslashreplace").decode()
    return Finding("TK-CONF-025", params={"name": shown}, where=inside or shown)


def _differs(name: str) -> Finding:
    return Finding("TK-CONF-029", params={"file": name}, where=name)


def _too_large(name: str) -> Finding:
    return Finding("TK-CONF-030", params={"file": name, "limit": f"{LARGEST}", "archive": f"{LARGEST_ARCHIVE}"}, where=name)
