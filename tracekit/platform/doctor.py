"""Looking at everything that could fail, each with its own code, before it does."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tracekit.dock.session import Session
from tracekit.errors import DockingError, TracekitError
from tracekit.loader import installed_suites
from tracekit.platform.link_up import session_above
from tracekit.platform.office import Office, system_clock
from tracekit.platform.setup import Setup, load
from tracekit.platform.supplied import with_supplied
from tracekit.suites import key_id

if TYPE_CHECKING:
    from tracekit.registry import Registry

CLOCK_LIMIT = 60
"""Seconds; project-defined: tokens live 900 s and reporting windows count hours."""

State = Literal["good", "bad", "skipped"]


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    code: str
    state: State
    detail: str = ""
    cause: str = ""
    params: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class _Found:
    """What the checks so far have opened."""

    file: Path
    setup: Setup | None = None
    registry: Registry | None = None
    session: Session | None = None
    described: Mapping[str, Any] | None = None
    answered_at: datetime | None = None
    certificate: DockingError | None = None
    """What the line said, if it broke for the certificate."""


def examine(file: Path) -> Iterator[Check]:
    """Every check in the order in which things depend on one another; what cannot be looked at is skipped."""
    found = _Found(file)
    try:
        for code, look in _CHECKS:
            yield _looked_at(code, look, found)
    finally:
        if found.session is not None:
            found.session.line.close()


def _looked_at(code: str, look: Callable[[str, _Found], Check], found: _Found) -> Check:
    try:
        return look(code, found)
    except TracekitError as error:
        detail = error.detail or ", ".join(f"{name}={value}" for name, value in error.params.items())
        return Check(code, "bad", detail, error.code, {**error.params, **_PARAMS.get(code, {})})


def _configuration(code: str, found: _Found) -> Check:
    found.setup = load(found.file)
    return Check(code, "good", str(found.setup.file))


def _key_files(code: str, found: _Found) -> Check:
    if found.setup is None:
        return Check(code, "skipped")
    secrets = [found.setup.config.keys.signing, found.setup.config.keys.origin]
    secrets += [found.setup.config.above.secret] if found.setup.config.above and found.setup.config.above.secret else []
    for secret in secrets:
        path = found.setup.folder / secret.file
        if secret.file and stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Check(code, "bad", str(path), params={"path": str(path)})
    return Check(code, "good")


def _plugins(code: str, found: _Found) -> Check:
    from tracekit.loader import load as load_registry

    if found.setup is None:
        return Check(code, "skipped")
    found.registry = with_supplied(load_registry(found.setup.config.plugins.required), found.setup.config, found.setup.folder)
    broken = ", ".join(f"{one.distribution} {one.version}: {one.cause}" for one in found.registry.broken)
    return Check(code, "good", f"broken, not required: {broken}" if broken else ", ".join(found.registry.categories))


def _store(code: str, found: _Found) -> Check:
    from tracekit.store import Store

    if found.setup is None:
        return Check(code, "skipped")
    with Store.open(found.setup.store_url) as store:
        held = store.status()
    return Check(code, "good", f"{held.backend}, {held.records} records")


def _address(code: str, found: _Found) -> Check:
    if found.setup is None or found.registry is None or found.setup.config.above is None:
        return Check(code, "skipped")
    office = Office(found.setup, found.registry, None)  # pyright: ignore[reportArgumentType]  the link needs no store
    found.session = session_above(office)
    try:
        found.described = found.session.line.call("GET", "/v1/describe").tree()
    except DockingError as error:
        if "CERTIFICATE" not in error.detail.upper():
            raise
        found.certificate = error
        return Check(code, "good", f"{found.setup.config.above.url} answers")
    found.answered_at = system_clock()
    return Check(code, "good", f"{found.setup.config.above.url} {found.described.get('platform')} {found.described.get('name', '')}")


def _certificate(code: str, found: _Found) -> Check:
    above = found.setup.config.above if found.setup else None
    if found.certificate is not None:
        return Check(code, "bad", found.certificate.detail)
    if above is None or found.described is None:
        return Check(code, "skipped")
    # the call before would not have answered over a line whose certificate is not good
    return Check(code, "good", "verified" if above.url.startswith("https") else "plain HTTP on loopback, no certificate")


def _clock(code: str, found: _Found) -> Check:
    if found.described is None or found.answered_at is None:
        return Check(code, "skipped")
    theirs = datetime.fromisoformat(str(found.described.get("server_time", "")))
    apart = abs((theirs - found.answered_at).total_seconds())
    return Check(code, "good" if apart <= CLOCK_LIMIT else "bad", f"{apart:.0f} s apart", params=_PARAMS[code])


def _environment(code: str, found: _Found) -> Check:
    if found.described is None or found.setup is None:
        return Check(code, "skipped")
    own, theirs = found.setup.config.platform.environment, str(found.described.get("environment"))
    return Check(code, "good" if own == theirs else "bad", own if own == theirs else f"{own} / {theirs}")


def _key_above(code: str, found: _Found) -> Check:
    if found.described is None or found.setup is None:
        return Check(code, "skipped")
    installed = found.setup.above_key()
    if not installed:
        return Check(code, "skipped", "above.key")
    known = [str(one.get("key")) for one in found.described.get("keys", ())]
    return Check(code, "good" if key_id(installed) in known else "bad", f"{key_id(installed)} / {', '.join(known)}")


def _suites(code: str, found: _Found) -> Check:
    """Our own suite by our policy and by what the platform above takes; the peers' by ours."""
    if found.setup is None:
        return Check(code, "skipped")
    setup, own = found.setup, found.setup.config.platform.role
    above: Sequence[str] = found.described.get("suites", ()) if found.described else ()
    bad = [f"{own} {setup.keys.suite.id}"] if _is_refused(setup.keys.suite.id, setup.suites_for(own), above) else []
    bad += [f"{peer.code} {peer.suite}" for peer in setup.peers.values() if _is_refused(peer.suite, setup.suites_for(peer.role), ())]
    detail = f"{', '.join(installed_suites())}; {own} {setup.keys.suite.id} / {', '.join(setup.suites_for(own))}"
    return Check(code, "bad" if bad else "good", "; ".join((detail, *bad)))


def _is_refused(suite: str, allowed: Sequence[str], above: Sequence[str]) -> bool:
    return suite not in allowed or bool(above and suite not in above)


def _credentials(code: str, found: _Found) -> Check:
    if found.session is None or found.described is None:
        return Check(code, "skipped")
    try:
        found.session.get("register", cursor="0")
    except DockingError as error:
        if error.params.get("status") not in ("401", "403"):
            raise
        return Check(code, "bad", error.detail, error.params.get("code", error.code))
    return Check(code, "good")


def _harmless(code: str, found: _Found) -> Check:
    if found.session is None or found.described is None:
        return Check(code, "skipped")
    answer = found.session.get("codesets")
    return Check(code, "good", f"codesets: {len(answer.get('codesets', ()))}")


_PARAMS: Mapping[str, Mapping[str, str]] = {"TK-DOC-004": {"limit": str(CLOCK_LIMIT)}}

_CHECKS: tuple[tuple[str, Callable[[str, _Found], Check]], ...] = (
    ("TK-DOC-001", _configuration),
    ("TK-DOC-011", _key_files),
    ("TK-DOC-007", _plugins),
    ("TK-DOC-008", _store),
    ("TK-DOC-002", _address),
    ("TK-DOC-003", _certificate),
    ("TK-DOC-006", _environment),
    ("TK-DOC-004", _clock),
    ("TK-DOC-010", _key_above),
    ("TK-DOC-012", _suites),
    ("TK-DOC-005", _credentials),
    ("TK-DOC-009", _harmless),
)
