"""Opening a platform's folder: `platform.toml`, its peers, and its secrets from files or the environment."""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracekit.config import Peer, PlatformConfig, Secret, parse_peer, parse_platform
from tracekit.errors import ConfigError
from tracekit.loader import installed_suites, suite_of
from tracekit.platform.roles import suites_for
from tracekit.sdk import Suite
from tracekit.suites import key_id

LOGGER = logging.getLogger("tracekit.platform")
PEERS = "peers"
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Keys:
    """The platform's own keys, read from where the configuration says."""

    suite: Suite
    private_pem: str = field(repr=False)
    public_pem: str
    key_id: str
    origin_secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Setup:
    """A platform's configuration with its folder, peers and keys."""

    file: Path
    config: PlatformConfig
    peers: Mapping[str, Peer]
    keys: Keys
    environ: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.file.parent

    @property
    def code(self) -> str:
        """The platform's own code."""
        return self.config.platform.code

    @property
    def store_url(self) -> str:
        """The store's address, a relative SQLite path made absolute."""
        url = self.config.store.url
        text = url if isinstance(url, str) else read_secret(url, self.file, "store.url", self.environ)
        return absolute_store_url(text, self.folder)

    def suites_for(self, role: str) -> list[str]:
        """The suites that a role may sign with on this platform's links, the preferred first."""
        listed: dict[str, list[str]] = {**self.config.signing}
        return suites_for(role, self.config.platform.environment, installed_suites(), listed.get(role, ()))

    def above_secret(self) -> str:
        """The client secret for the platform above.

        Raises:
            ConfigError: no platform above, or no secret.
        """
        above = self.config.above
        if above is None or above.secret is None:
            raise _missing(self.file, "above.secret", "{file = …} or {env = …}")
        return read_secret(above.secret, self.file, "above.secret", self.environ)

    def above_key(self) -> str:
        """The public key of the platform above, or empty where none was installed."""
        above = self.config.above
        return read_file(self.folder / above.key, self.file, "above.key") if above and above.key else ""


def load(file: Path, environ: Mapping[str, str] | None = None) -> Setup:
    """Read a `platform.toml` (or the folder that holds one) with its peers and keys.

    Raises:
        ConfigError: a file, a key or a secret is missing or wrong.
    """
    file = (file / "platform.toml" if file.is_dir() else file).absolute()
    environ = os.environ if environ is None else environ
    config = parse_platform(read_file(file, file, ""), file)
    return Setup(file, config, Peers(file.parent), _keys(config, file, environ), environ)


class Peers(Mapping[str, Peer]):
    """The admitted senders by code, as `peers/` has them now: who was admitted, edited or removed counts at the next call.

    Raises:
        ConfigError: a peer's file is wrong, or two files carry one code. Later on such a file is logged, and its peer not admitted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PEERS
        self._stamps = self._look()
        self._peers = {peer.code: (path, peer) for path, peer in _without_doubles(map(_peer, self._stamps))}

    def __getitem__(self, code: str) -> Peer:
        found = self._peers.get(code)
        if found is None or _stamp(found[0]) != self._stamps.get(found[0]):
            self._reload()
            found = self._peers.get(code)
        if found is None:
            raise KeyError(code)
        return found[1]

    def __iter__(self) -> Iterator[str]:
        self._reload()
        return iter(self._peers)

    def __len__(self) -> int:
        self._reload()
        return len(self._peers)

    def _look(self) -> dict[Path, Stamp]:
        """Every file with what changes when it does."""
        found = ((path, _stamp(path)) for path in sorted(self._folder.glob("*.toml")))
        return {path: stamp for path, stamp in found if stamp is not None}

    def _reload(self) -> None:
        stamps = self._look()
        if stamps == self._stamps:
            return
        peers: dict[str, tuple[Path, Peer]] = {}
        for path in stamps:
            try:
                peer = _peer(path)[1]
            except ConfigError as error:
                LOGGER.error("peer not admitted: %s %s", path.name, error.code)  # noqa: TRY400  the text may show what is in the file
                continue
            peers.setdefault(peer.code, (path, peer))
        self._peers, self._stamps = peers, stamps


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _peer(path: Path) -> tuple[Path, Peer]:
    return path, parse_peer(read_file(path, path, ""), path)


def _without_doubles(peers: Iterable[tuple[Path, Peer]]) -> Iterator[tuple[Path, Peer]]:
    seen: set[str] = set()
    for path, peer in peers:
        if peer.code in seen:
            raise ConfigError(f"{path}: {peer.code}", code="TK-CFG-010", params={"file": str(path), "key": peer.code})
        seen.add(peer.code)
        yield path, peer


def read_file(path: Path, file: Path, key: str) -> str:
    """A text file that the configuration names.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        params = {"file": str(file), "key": key, "path": str(path), "reason": str(error)}
        raise ConfigError(f"{path}: {error}", code="TK-CFG-002", params=params) from error


def read_secret(secret: Secret, file: Path, key: str, environ: Mapping[str, str]) -> str:
    """A secret from its file or environment variable, without the line's end.

    Raises:
        ConfigError: it is not there, or empty.
    """
    text = environ.get(secret.env, "") if secret.env else read_file(file.parent / secret.file, file, key)
    if not text.strip():
        raise ConfigError(
            f"{file}: {key}: {secret.env or secret.file}",
            code="TK-CFG-007",
            params={"file": str(file), "key": key, "place": secret.env or secret.file},
        )
    return text.strip()


def absolute_store_url(url: str, folder: Path) -> str:
    """A SQLite address whose relative path starts at the folder; other addresses stay."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith("sqlite:////"):
        return url
    return prefix + str(folder / url.removeprefix(prefix))


def listen_url(config: PlatformConfig, port: int = 0) -> str:
    """The address that the server announces: what is configured, else scheme, host and port."""
    server = config.server
    if server.url and not port:
        return server.url.rstrip("/")
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{'https' if server.cert else 'http'}://{host}:{port or server.port}"


def _keys(config: PlatformConfig, file: Path, environ: Mapping[str, str]) -> Keys:
    private = read_secret(config.keys.signing, file, "keys.signing", environ) + "\n"
    suite = suite_of(config.keys.suite)
    public = suite.public(private)
    origin = read_secret(config.keys.origin, file, "keys.origin", environ)
    try:
        secret = bytes.fromhex(origin)
    except ValueError:
        secret = b""
    if len(secret) < 16:
        params = {"file": str(file), "key": "keys.origin", "expected": "32 hex digits or more"}
        raise ConfigError(f"{file}: keys.origin", code="TK-CFG-005", params=params)
    return Keys(suite, private, public, key_id(public), secret)


def _missing(file: Path, key: str, expected: str) -> ConfigError:
    params = {"file": str(file), "key": key, "expected": expected}
    return ConfigError(f"{file}: {key}: {expected}", code="TK-CFG-006", params=params)
