"""How the demo speaks: progress on a terminal, plain lines elsewhere, one object for `--json`."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tracekit.testing.demo.figures import Outcome


class Teller:
    """Tells what is happening, step by step."""

    def __init__(self, language: str, *, quiet: bool) -> None:
        self._zh = language == "zh"
        self._quiet = quiet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """One step: named when it begins, timed when it ends."""
        begun = time.monotonic()
        yield
        sys.stderr.write(f"  {time.monotonic() - begun:5.1f} s  {zh if self._zh else en}\n")


def tell(outcome: Outcome, language: str, *, as_json: bool, kept: Mapping[str, Any], root: Path) -> None:
    """Tell what came of it."""
    sys.stdout.write(json.dumps(outcome.told(), ensure_ascii=False) + "\n")
