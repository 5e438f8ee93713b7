"""The cursor: per file a digest of its head and the mark behind the last record, as opaque JSON text.

A file is known by its head, not by its name: renamed it goes on where it was, replaced it starts anew.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import orjson

from tracekit.errors import SourceError
from tracekit_files._stream import Mark

HEAD = 1 << 16
VERSION = 1

Head = tuple[str, int]
"""Digest of the first bytes, and how many they are."""


def head_of(path: Path, size: int, length: int = HEAD, *, from_end: bool = False) -> Head:
    """The head of a file; of a workbook its end instead, where the checksums of all its parts stand."""
    length = min(size, length)
    with path.open("rb") as handle:
        if from_end:
            handle.seek(size - length)
        return hashlib.sha256(handle.read(length)).hexdigest()[:32], length


class Cursor:
    """Marks of the files seen, found again by their heads."""

    def __init__(self, text: str | None) -> None:
        self._marks: dict[Head, Mark] = {}
        for entry in _parsed(text) if text else ():
            head, length, *mark, done = entry
            self._marks[(head, length)] = Mark(*mark, done=tuple(done))
        self._claimed: dict[Head, Head] = {}

    def find(self, path: Path, size: int, *, grows: bool) -> tuple[Head, Mark]:
        """The head under which a file is known, and its mark; a new file begins at its start."""
        head = head_of(path, size, from_end=not grows)
        if head in self._marks:
            return head, self._marks[head]
        for known in sorted(self._marks, key=lambda one: -one[1]) if grows else ():
            if known[1] < head[1] and head_of(path, size, known[1]) == known:
                return head, self._marks.pop(known)
        return head, Mark()

    def heads(self, keep: Iterable[Head]) -> None:
        """Forget files that are there no more."""
        kept = set(keep)
        self._marks = {head: mark for head, mark in self._marks.items() if head in kept}

    def text_with(self, head: Head, mark: Mark) -> str:
        """Set one file's mark and write the cursor."""
        self._marks[head] = mark
        entries = [[*head, *mark] for head, mark in self._marks.items()]
        return orjson.dumps({"v": VERSION, "files": entries}).decode()


def _parsed(text: str) -> list[list[Any]]:
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or cast("dict[str, Any]", document).get("v") != VERSION:
        raise SourceError("the cursor is not one of this adapter", code="TK-SRC-002", params={"cursor": text[:80]})
    return cast("dict[str, Any]", document)["files"]
