"""Opening a platform for one command."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracekit.platform.office import Office

HELP = "platform.toml or its folder."


@contextmanager
def opened(config: Path, *, create: bool = False) -> Generator[Office]:
    """An opened platform, closed at the end."""
    from tracekit.platform.office import open_office

    office = open_office(config, create=create)
    try:
        yield office
    finally:
        office.close()
