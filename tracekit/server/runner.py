"""Running the application: one listening socket, a graceful stop on SIGTERM or Ctrl-C."""

import contextlib
import socket
from collections.abc import Callable, Generator

import uvicorn

from tracekit.errors import ConfigError
from tracekit.platform.office import Office
from tracekit.platform.setup import listen_url
from tracekit.server.app import build_app

GRACE_SECONDS = 20


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        ConfigError: the port is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(256)
    except OSError as error:
        made.close()
        params = {"port": f"{host}:{port}", "reason": str(error)}
        raise ConfigError(f"{host}:{port}: {error}", code="TK-CLI-005", params=params) from error
    return made


def serve(office: Office, started: Callable[[str], None] | None = None, *, port: int | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; `started` is told the address once the socket listens."""
    with _server(office, port) as (server, listening, url):
        if started:
            started(url)
        server.run(sockets=[listening])


@contextlib.contextmanager
def _server(office: Office, port: int | None) -> Generator[tuple[uvicorn.Server, socket.socket, str]]:
    section = office.setup.config.server
    folder = office.setup.folder
    listening = listen(section.host, section.port if port is None else port)
    config = uvicorn.Config(
        build_app(office),
        ssl_certfile=str(folder / section.cert) if section.cert else None,
        ssl_keyfile=str(folder / section.key) if section.key else None,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        yield uvicorn.Server(config), listening, listen_url(office.setup.config, listening.getsockname()[1])
    finally:
        listening.close()
