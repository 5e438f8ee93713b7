"""An opened platform: configuration, registry, compiled checks, store and clock in one value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tracekit.loader import load as load_registry
from tracekit.pipeline.check import Checks
from tracekit.platform.forwarding import Forwarding, forwarding_up, own_rows
from tracekit.platform.setup import Setup, load
from tracekit.platform.supplied import with_supplied
from tracekit.registry import Registry
from tracekit.store import Store

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


def clock_from(text: str) -> Clock:
    """A clock that stands at a time (ISO 8601, with its offset) now and goes on from there: for rehearsals."""
    ahead = datetime.fromisoformat(text).astimezone(UTC) - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead


@dataclass
class Office:
    """Everything that the operations of a platform work with."""

    setup: Setup
    registry: Registry
    store: Store
    clock: Clock = system_clock
    checks: Checks = field(init=False)
    forwarding: Forwarding = field(init=False)

    def __post_init__(self) -> None:
        self.checks = Checks(self.registry)
        self.forwarding = forwarding_up(self.registry, self.setup.config, own_rows(self.setup.folder, self.registry))

    @property
    def code(self) -> str:
        """The platform's code."""
        return self.setup.code

    @property
    def environment(self) -> str:
        """`test` or `production`."""
        return self.setup.config.platform.environment

    def now(self) -> int:
        """Epoch seconds of the clock."""
        return int(self.clock().timestamp())

    def close(self) -> None:
        """Let the store go."""
        self.store.close()


def open_office(file: Path, *, create: bool = True, clock: Clock = system_clock) -> Office:
    """Open a platform from its `platform.toml`: plugins that it requires must be good, its store at the newest revision.

    Raises:
        ConfigError, PluginError, StoreError: what stops the start.
    """
    setup = load(file)
    registry = with_supplied(load_registry(setup.config.plugins.required), setup.config, setup.folder)
    store = Store.open(setup.store_url, create=create)
    return Office(setup, registry, store, clock)
