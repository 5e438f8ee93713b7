"""Making a platform's folder, admitting a peer to it, and installing the credentials that a peer was given."""

import hashlib
import json
import os
import re
import secrets
import socket
from pathlib import Path
from typing import Any, cast

from tracekit.config import Credentials, Environment, Identity, Peer, Role, covers, read_table
from tracekit.errors import ConfigError
from tracekit.loader import installed_suites, suite_of
from tracekit.platform.roles import role_row, roles, suites_for
from tracekit.platform.setup import PEERS, Setup, listen_url, load, read_file
from tracekit.suites import ED25519

SIGNING_KEY = "keys/signing.pem"
ORIGIN_SECRET = "keys/origin.secret"  # noqa: S105  a path
ABOVE_SECRET = "keys/above.secret"  # noqa: S105  a path
ABOVE_KEY = "keys/above.pem"


def create(
    folder: Path,
    role: Role,
    code: str,
    name: str,
    regions: list[str],
    *,
    port: int = 0,
    environment: Environment = "test",
    suite: str = ED25519.id,
) -> Path:  # fmt: skip  who it is, then how it runs
    """Write `platform.toml`, the keys (mode 0600) and `identity.json` into a folder; gives the configuration's path.

    Args:
        suite: what it signs with; empty: what policy prefers for the role.

    Raises:
        ConfigError: the folder has a configuration already, or a value is wrong.
    """
    file = folder / "platform.toml"
    if file.exists():
        raise ConfigError(str(file), code="TK-CFG-011", params={"file": str(file)})
    signing = suite_of(suite or _preferred(role, environment))
    private, public = signing.generate()
    identity = {
        "code": code,
        "name": name,
        "role": role,
        "environment": environment,
        "regions": regions,
        "public_key": public,
        "suite": signing.id,
    }  # fmt: skip  one line a table row
    checked = read_table(Identity, identity, folder / "identity.json")
    folder.mkdir(parents=True, exist_ok=True)
    write_secret(folder / SIGNING_KEY, private)
    write_secret(folder / ORIGIN_SECRET, secrets.token_hex(32) + "\n")
    (folder / PEERS).mkdir(exist_ok=True)
    (folder / "identity.json").write_text(checked.model_dump_json(indent=2) + "\n", "utf-8")
    file.write_text(_platform_toml(checked, port or free_port()), "utf-8")
    return file


def free_port() -> int:
    """A port on loopback that nobody listens on now; written down, so that peers find the platform there again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_identity(path: Path) -> Identity:
    """The identity that an applicant handed in (`identity.json`, or the folder that holds it)."""
    path = path / "identity.json" if path.is_dir() else path
    return read_table(Identity, _json(path), path)


def admit(setup: Setup, identity: Identity, *, url: str = "") -> Path:
    """Write the peer's file and the credentials that it installs; gives the credentials' path.

    Admitting again renews the secret and keeps what was edited by hand.

    Raises:
        ConfigError: another environment, a role that is not accepted here, or a region outside ours.
    """
    own = setup.config.platform
    _refuse_unfit(setup, identity)
    secret = secrets.token_urlsafe(32)
    known = setup.peers.get(identity.code)
    update = {"public_key": identity.public_key, "suite": identity.suite, "secret_hash": secret_hash(secret)}
    peer = known.model_copy(update=update) if known else _new_peer(identity, secret)
    path = setup.folder / PEERS / f"{identity.code}.toml"
    path.parent.mkdir(exist_ok=True)
    waiting = path.with_name(path.name + ".new")
    waiting.write_text(peer_toml(peer), "utf-8")
    # a server that runs reads the folder meanwhile: the file is there whole or not at all
    waiting.replace(path)
    credentials = Credentials(
        code=own.code,
        name=own.name,
        role=own.role,
        environment=own.environment,
        url=url or listen_url(setup.config),
        public_key=setup.keys.public_pem,
        client=identity.code,
        client_secret=secret,
    )  # fmt: skip  one line a table row
    target = setup.folder / "credentials" / f"{identity.code}.json"
    write_secret(target, credentials.model_dump_json(indent=2) + "\n")
    return target


def install(folder: Path, credentials_file: Path) -> Credentials:
    """Point a platform at the one above: `[above]` in its configuration, secret and key beside its own.

    Raises:
        ConfigError: the credentials are for another platform or another environment.
    """
    setup = load(folder)
    credentials = read_table(Credentials, _json(credentials_file), credentials_file)
    own = setup.config.platform
    for key, ours, theirs in (("environment", own.environment, credentials.environment), ("client", own.code, credentials.client)):
        if ours != theirs:
            params = {"file": str(credentials_file), "key": key, "expected": ours, "found": theirs}
            raise ConfigError(f"{credentials_file}: {key}: {theirs}", code="TK-CFG-014", params=params)
    write_secret(folder / ABOVE_SECRET, credentials.client_secret + "\n")
    (folder / ABOVE_KEY).write_text(credentials.public_key, "utf-8")
    above = {"url": credentials.url, "code": credentials.code, "role": credentials.role, "key": ABOVE_KEY, "client": credentials.client}
    set_above(setup.file, above)
    return credentials


def set_above(file: Path, values: dict[str, str]) -> None:
    """Replace the `[above]` table of a configuration, leaving every other line as it stands."""
    text = re.sub(r"(?ms)^\[above\][^\n]*\n.*?(?=^\[|\Z)", "", file.read_text("utf-8"))
    lines = ["[above]", *(f"{key} = {quote(value)}" for key, value in values.items())]
    if "key" in values:
        lines.append(f'secret = {{ file = "{ABOVE_SECRET}" }}')
    file.write_text(text.rstrip() + "\n\n" + "\n".join(lines) + "\n", "utf-8")


def secret_hash(secret: str) -> str:
    """How a client secret is kept: it has 256 random bits, so one SHA-256 is enough."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, replacing one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(path.name + ".new")
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    waiting.replace(path)


def quote(value: str) -> str:
    """A TOML basic string; its escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def peer_toml(peer: Peer) -> str:
    """The text of a `peers/<code>.toml`."""
    lines = [
        "# 接入方。未列出的来源系统、地区一律拒收。 What is not listed here is refused.",
        f"code = {quote(peer.code)}",
        f"name = {quote(peer.name)}",
        f"role = {quote(peer.role)}",
        f"environment = {quote(peer.environment)}",
        f"suite = {quote(peer.suite)}",
        f"secret_hash = {quote(peer.secret_hash)}",
        f"public_key = '''\n{peer.public_key.strip()}\n'''",
        f"origins = {_list(peer.origins)}",
        f"regions = {_list(peer.regions)}",
        f"nodes = {_list(peer.nodes)}",
        f"suspended = {'true' if peer.suspended else 'false'}",
        "",
        "[contact]",
        *(f"{key} = {quote(value)}" for key, value in peer.contact.model_dump().items()),
    ]
    return "\n".join(lines) + "\n"


def _refuse_unfit(setup: Setup, identity: Identity) -> None:
    own = setup.config.platform
    where = {"file": str(setup.file), "peer": identity.code}
    if identity.environment != own.environment:
        params = {**where, "key": "environment", "expected": own.environment, "found": identity.environment}
        raise ConfigError(f"{identity.code}: {identity.environment}", code="TK-CFG-014", params=params)
    if identity.role not in (accepted := role_row(own.role).accepts_from):
        params = {**where, "key": "role", "expected": ", ".join(accepted), "found": identity.role}
        raise ConfigError(f"{identity.code}: {identity.role}", code="TK-CFG-012", params=params)
    if identity.suite not in (allowed := setup.suites_for(identity.role)):
        params = {**where, "key": "suite", "role": identity.role, "found": identity.suite, "expected": ", ".join(allowed)}
        raise ConfigError(f"{identity.code}: {identity.suite}", code="TK-CFG-018", params=params)
    outside = [one for one in identity.regions if not covers(own.regions, one)]
    if outside:
        params = {**where, "key": "regions", "expected": ", ".join(own.regions), "found": ", ".join(outside)}
        raise ConfigError(f"{identity.code}: {outside}", code="TK-CFG-013", params=params)


def _preferred(role: str, environment: str) -> str:
    """What policy lets the role sign with, the first that is installed."""
    found = suites_for(role, environment, installed_suites())
    if not found and role in roles():
        params = {"role": role, "environment": environment, "suites": ", ".join(role_row(role).signs_with)}
        raise ConfigError(f"{role}: {params['suites']}", code="TK-CFG-017", params=params)
    # a role that is none is refused with the other values
    return found[0] if found else ED25519.id


def _new_peer(identity: Identity, secret: str) -> Peer:
    # a platform forwards what many systems reported; an enterprise reports for itself
    origins = [identity.code] if identity.role == "enterprise" else ["*"]
    return Peer(
        code=identity.code,
        name=identity.name,
        role=identity.role,
        environment=identity.environment,
        public_key=identity.public_key,
        secret_hash=secret_hash(secret),
        suite=identity.suite,
        origins=origins,
        regions=identity.regions,
    )  # fmt: skip  one line a table row


def _json(path: Path) -> dict[str, object]:
    try:
        value: Any = json.loads(read_file(path, path, ""))
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", code="TK-CFG-015", params={"file": str(path), "reason": str(error)}) from error
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(values: list[str]) -> str:
    return "[" + ", ".join(quote(value) for value in values) + "]"


def _platform_toml(identity: Identity, port: int) -> str:
    region = quote(identity.regions[0]) if len(identity.regions) == 1 else _list(identity.regions)
    return f"""\
# 平台配置。相对路径从本目录算起；密钥只写来源（file 或 env）。
# A platform's configuration. Relative paths start here; secrets are named by file or env, never written.

[platform]
code = {quote(identity.code)}
name = {quote(identity.name)}
role = {quote(identity.role)}
region = {region}
environment = {quote(identity.environment)}

[store]
url = "sqlite:///store.db"

[server]
host = "127.0.0.1"
port = {port}

[keys]
signing = {{ file = "{SIGNING_KEY}" }}
suite = {quote(identity.suite)}
origin = {{ file = "{ORIGIN_SECRET}" }}

[plugins]
required = []

[review]
filing = "manual"
"""
