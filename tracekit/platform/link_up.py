"""The way up from an opened platform: session, outbox and statement of the link to the platform above."""

from typing import Any

from tracekit.config import AboveSection
from tracekit.dock.counting import Counting
from tracekit.dock.outbox import Outbox
from tracekit.dock.sealing import Signer
from tracekit.dock.session import Session
from tracekit.errors import ConfigError
from tracekit.platform.office import Office
from tracekit.platform.quality import refused_above
from tracekit.transport import Transport, open_line


def above_of(office: Office) -> AboveSection:
    """The configured platform above.

    Raises:
        ConfigError: there is none.
    """
    above = office.setup.config.above
    if above is None:
        raise ConfigError(str(office.setup.file), code="TK-CFG-016", params={"file": str(office.setup.file)})
    return above


def session_above(office: Office, transport: Transport | None = None) -> Session:
    """A session with the platform above, as configured.

    Args:
        office: the platform that docks.
        transport: what carries its requests in place of sockets: for tests.

    Raises:
        ConfigError: there is none, or its secret is missing.
    """
    above = above_of(office)
    secret = office.setup.above_secret()
    ca = str(office.setup.folder / above.ca) if above.ca else ""
    return Session(
        open_line(above.binding, above.url, lambda: office.registry.kinds, ca=ca, transport=transport),
        above.client or office.code,
        secret,
        environment=office.environment,
        receiver=above.code,
        clock=lambda: office.clock().timestamp(),
    )


def outbox_up(office: Office, transport: Transport | None = None, **options: Any) -> Outbox:
    """The outbox to the platform above.

    Args:
        office: the platform that docks.
        transport: as for `session_above`.
        options: as for `Outbox`: `retry`, `wait` …

    Raises:
        ConfigError: there is none, or its code or secret is missing.
    """
    session = session_above(office, transport)
    above = above_of(office)
    keys = office.setup.keys
    return Outbox(
        office.store,
        session,
        Signer(keys.suite, keys.private_pem, keys.key_id),
        code=office.code,
        peer=above.code,
        withheld=office.forwarding.withheld,
        counting=Counting(
            office.store,
            above.code,
            code=office.code,
            kept=office.forwarding.counted_only(),
            regions=office.setup.config.platform.regions,
        ),
        platform_key=office.setup.above_key(),
        suites=office.registry.suites,
        clock=lambda: office.clock().timestamp(),
        refused=lambda refusals: refused_above(office, refusals),
        **options,
    )
