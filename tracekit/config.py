"""`platform.toml` and `peers/*.toml` as typed values: pure, texts in and values out.

Reading files and resolving secrets is `tracekit.platform.setup`; relative paths start at the file's folder.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from tracekit.errors import ConfigError

Role = Literal["county", "city", "province", "nation", "township", "park", "separate_plan_city", "xpcc", "enterprise"]
Environment = Literal["test", "production"]
Binding = Literal["rest", "soap"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
CODE = r"^[A-Za-z0-9._-]{1,64}$"
TableT = TypeVar("TableT", bound=BaseModel)

_PASSWORD_IN_URL = re.compile(r"://[^/@:]*:[^/@]+@")


class _Table(BaseModel):
    """A TOML table: unknown keys refused, values never converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Secret(_Table):
    """Where a secret stands: an environment variable or a file, never the value itself."""

    env: str = ""
    file: str = ""

    @model_validator(mode="before")
    @classmethod
    def _never_plain(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise PydanticCustomError("plain_secret", "a secret never stands in a configuration file")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if bool(self.env) == bool(self.file):
            raise PydanticCustomError("one_place", "exactly one of env and file")
        return self


def _region(value: str) -> str:
    """A GB/T 2260 code as the prefix it covers: `370200` and `3702` are the same city.

    >>> _region("370200"), _region("37"), _region("370202"), _region("*")
    ('3702', '37', '370202', '*')
    """
    if value == "*" or re.fullmatch(r"[A-Z]{2}", value):
        return value
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", value):
        raise PydanticCustomError("region", "2, 4 or 6 digits of GB/T 2260, two capital letters of a country, or *")
    while len(value) > 2 and value.endswith("00"):
        value = value[:-2]
    return value


Region = Annotated[str, AfterValidator(_region)]


class PlatformSection(_Table):
    """Who this platform is."""

    code: str = Field(pattern=CODE)
    name: str = Field(min_length=1, max_length=128)
    role: Role
    region: Region | list[Region]
    environment: Environment

    @property
    def regions(self) -> list[str]:
        """The prefixes it answers for."""
        return [self.region] if isinstance(self.region, str) else self.region


def _plain_url(value: Any) -> Any:
    if isinstance(value, str) and _PASSWORD_IN_URL.search(value):
        raise PydanticCustomError("plain_secret", "a secret never stands in a configuration file")
    return value


class StoreSection(_Table):
    """Where records are kept: an address, or a secret that holds one (PostgreSQL with a password)."""

    url: Annotated[str, AfterValidator(_plain_url)] | Secret


class ServerSection(_Table):
    """Where it listens; without a certificate only on loopback."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    cert: str = ""
    key: str = ""
    url: str = ""
    """The address that peers are told, where it differs from host and port."""

    @model_validator(mode="after")
    def _plain_http_stays_home(self) -> "ServerSection":
        if bool(self.cert) != bool(self.key):
            raise PydanticCustomError("cert_and_key", "cert and key together")
        if not self.cert and self.host not in LOOPBACK:
            raise PydanticCustomError("plain_http", "plain HTTP only on loopback")
        return self


class KeysSection(_Table):
    """The signing key (PEM) and the secret from which group salts are derived."""

    signing: Secret
    origin: Secret
    suite: str = "ed25519"


class AboveSection(_Table):
    """The platform that this one docks to."""

    url: str = Field(pattern=r"^https?://")
    binding: Binding = "rest"
    code: str = ""
    role: Role | Literal[""] = ""
    """Decides which groups go up; empty: the first that our own role forwards to."""
    key: str = ""
    """Its public key, a PEM file."""
    ca: str = ""
    """A PEM file of certificate authorities, where the system's do not know that platform."""
    client: str = ""
    """The name given at admission; empty: our own code."""
    secret: Secret | None = None

    @model_validator(mode="after")
    def _plain_http_stays_home(self) -> "AboveSection":
        if not is_safe_url(self.url):
            raise PydanticCustomError("plain_http", "plain HTTP only on loopback")
        return self


class SourceSection(_Table):
    """A source: its name and its settings file (adapter and mapping)."""

    name: str = Field(pattern=CODE)
    settings: str = Field(min_length=1)


class PluginsSection(_Table):
    """Categories, adapters and suites without which the platform must not start."""

    required: list[str] = []


class ReviewSection(_Table):
    """How filings are decided: by hand, or approved at once where the checks are good."""

    filing: Literal["manual", "auto"] = "manual"


class PlatformConfig(_Table):
    """One `platform.toml`."""

    platform: PlatformSection
    store: StoreSection
    server: ServerSection = ServerSection()
    keys: KeysSection
    above: AboveSection | None = None
    sources: list[SourceSection] = []
    plugins: PluginsSection = PluginsSection()
    tables: dict[str, str | list[str]] = {}
    """Table → file, or the files of its editions: what the operator supplies because no free copy can be shipped."""
    review: ReviewSection = ReviewSection()
    signing: dict[Role, list[str]] = {}
    """Role → the suites that it may sign with on the links of this platform, instead of its row in `roles.csv`."""


class Contact(_Table):
    """Whom to call about a peer's data."""

    name: str = ""
    phone: str = ""
    email: str = ""


class Peer(_Table):
    """A sender that was admitted, and what it may report for; what is not listed is refused."""

    code: str = Field(pattern=CODE)
    name: str
    role: Role
    environment: Environment
    public_key: str = Field(pattern="BEGIN PUBLIC KEY")
    secret_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    suite: str = "ed25519"
    origins: list[str] = []
    """Codes of systems, exact or with `*` at the end."""
    regions: list[Region] = []
    nodes: list[str] = []
    """Where given, only these places."""
    suspended: bool = False
    contact: Contact = Contact()


class Identity(_Table):
    """`identity.json`: what an applicant hands to the platform that admits it."""

    code: str = Field(pattern=CODE)
    name: str
    role: Role
    environment: Environment
    regions: list[Region] = Field(min_length=1)
    public_key: str = Field(pattern="BEGIN PUBLIC KEY")
    suite: str = "ed25519"


class Credentials(_Table):
    """What an admitted peer installs: whom it docks to and the client secret; kept with mode 0600."""

    code: str
    name: str
    role: Role
    environment: Environment
    url: str
    public_key: str
    client: str
    client_secret: str


def is_safe_url(url: str) -> bool:
    """True for HTTPS, and for plain HTTP to loopback.

    >>> is_safe_url("http://127.0.0.1:8037"), is_safe_url("http://example.org"), is_safe_url("http://[::1]/")
    (True, False, True)
    """
    if url.startswith("https://"):
        return True
    host = url.removeprefix("http://").partition("/")[0]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return url.startswith("http://") and host in LOOPBACK


def covers(regions: list[str], region: str) -> bool:
    """True if one of the prefixes covers the region.

    >>> covers(["3702"], "370202"), covers(["3702"], "371302"), covers(["*"], "US")
    (True, False, True)
    """
    return any(one == "*" or region.startswith(one) for one in regions)


def parse_toml(text: str, file: Path) -> dict[str, Any]:
    """Read TOML or say which file and line is wrong.

    Raises:
        ConfigError: not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}", code="TK-CFG-003", params={"file": str(file), "reason": str(error)}) from error


def read_table(model: type[TableT], tree: Mapping[str, Any], file: Path) -> TableT:
    """Check a tree against a model; the first fault is raised with file, key and what was expected.

    Raises:
        ConfigError: unknown key (with the nearest name), missing key, or a wrong value.
    """
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise _fault(model, _gravest(faults), file) from None


def parse_platform(text: str, file: Path) -> PlatformConfig:
    """A `platform.toml` from its text."""
    return read_table(PlatformConfig, parse_toml(text, file), file)


def parse_peer(text: str, file: Path) -> Peer:
    """A `peers/<code>.toml` from its text."""
    return read_table(Peer, parse_toml(text, file), file)


# an unknown key explains a missing one, and a secret in plain text outweighs its table's other faults
_GRAVITY = {"plain_secret": 0, "extra_forbidden": 1, "missing": 3}

_CODES = {
    "extra_forbidden": "TK-CFG-004",
    "missing": "TK-CFG-006",
    "plain_http": "TK-CFG-008",
    "plain_secret": "TK-CFG-009",
}


def _gravest(faults: list[ErrorDetails]) -> ErrorDetails:
    return min(faults, key=lambda fault: _GRAVITY.get(fault["type"], 2))


def _fault(model: type[BaseModel], fault: ErrorDetails, file: Path) -> ConfigError:
    # a union shows its branches as path parts that are no key of the file
    path = [str(part) for part in fault["loc"] if not re.search(r"[\[\]()-]|^[A-Z]|^str$", str(part))]
    key = ".".join(path)
    params = {"file": str(file), "key": key, "expected": fault["msg"]}
    if fault["type"] == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        near = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.4)
        params["expected"] = ", ".join(near or sorted(known))
    elif fault["type"] == "missing":
        params["expected"] = path[-1]
    code = _CODES.get(fault["type"], "TK-CFG-005")
    return ConfigError(f"{file}: {key}: {params['expected']}", code=code, params=params)


def _known_keys(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        if part.isdigit():
            continue
        annotation = str(model.model_fields[part].annotation)
        names = [one for one in _tables() if re.search(rf"\b{one.__name__}\b", annotation)]
        if not names:
            return []
        model = names[0]
    return list(model.model_fields)


def _tables() -> list[type[BaseModel]]:
    return [one for one in globals().values() if isinstance(one, type) and issubclass(one, _Table)]
