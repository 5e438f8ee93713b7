"""Where a demo works: a folder that is swept again, and a signal that ends it as Ctrl-C does."""

import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

MARK = ".tracekit-demo"
OURS = ("files", "platforms", "enterprises", "feeds")


@contextmanager
def workplace(folder: Path | None, *, keep: bool) -> Generator[Path]:
    """The folder to work in; what an earlier demo left there is cleared away, nothing else. A temporary one does not stay."""
    root = _made(folder)
    try:
        yield root
    except BaseException:
        if folder is None:
            shutil.rmtree(root, ignore_errors=True)
        raise
    if folder is None and not keep:
        _sweep(root)


def _made(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="tracekit-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MARK).exists():
        _sweep(folder)
    (folder / MARK).touch()
    return folder.absolute()


def _sweep(root: Path) -> None:
    for name in OURS:
        shutil.rmtree(root / name, ignore_errors=True)


@contextmanager
def stopped_by_sigterm() -> Generator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that its servers are stopped."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
