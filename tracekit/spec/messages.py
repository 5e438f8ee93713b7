"""Texts of findings and errors in Chinese and English, one row a code, from the tables of core, nation and plugins."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tracekit.errors import SpecError
from tracekit.spec.tables import read_optional, specs_root

TABLES = ("rules.csv", "errors.csv")


class Message(NamedTuple):
    """One row of a message table; `status` and `class_` are set for errors that travel over the wire."""

    code: str
    level: str
    rule: str
    clause: str
    grade: str
    title_zh: str
    title_en: str
    remedy_zh: str
    remedy_en: str
    status: str = ""
    class_: str = ""


class _Book:
    """The messages read so far and the folders still to read."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Message, Path]] = {}
        self.waiting: list[Path] = [specs_root() / "core" / "v1", specs_root() / "national" / "v1"]
        self.known: set[Path] = set(self.waiting)

    def read(self) -> dict[str, tuple[Message, Path]]:
        while self.waiting:
            for message, path in list(_messages(self.waiting[0])):
                self._put(message, path)
            self.waiting.pop(0)
        return self.rows

    def _put(self, message: Message, path: Path) -> None:
        first = self.rows.get(message.code)
        if first is not None and first[0] is not message:
            raise SpecError(
                f"{message.code} stands in {first[1]} and in {path}",
                code="TK-SPEC-004",
                params={"code": message.code, "first": str(first[1]), "second": str(path)},
            )
        self.rows[message.code] = (message, path)


def _messages(folder: Path) -> Iterator[tuple[Message, Path]]:
    for name in TABLES:
        path = folder / name
        for row in read_optional(path):
            yield Message(**{**{f: row.get(f, "") for f in Message._fields}, "class_": row.get("class", "")}), path


_book: list[_Book] = []


def _opened() -> _Book:
    if not _book:
        _book.append(_Book())
    return _book[0]


def add_messages(folder: Path) -> None:
    """Let `rules.csv` and `errors.csv` of a plugin's or adapter's specs folder be found too; read on first need."""
    book = _opened()
    if folder not in book.known:
        book.known.add(folder)
        book.waiting.append(folder)


def all_messages() -> dict[str, Message]:
    """Every known message by code.

    Raises:
        SpecError: a code stands in two tables.
    """
    return {code: message for code, (message, _) in _opened().read().items()}


def message(code: str) -> Message:
    """The row of a code; an unknown code gives a row whose titles are the code itself."""
    found = _opened().read().get(code)
    return found[0] if found else Message(code, "", "", "", "", code, code, "", "")


class _Params(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def fill(template: str, params: Mapping[str, str]) -> str:
    """Put parameters into a text; a name without a value stays as it stands, and a malformed text stays whole."""
    try:
        return template.format_map(_Params(params))
    except (ValueError, AttributeError, IndexError, LookupError):
        return template


def render(code: str, params: Mapping[str, str] | None = None, language: str = "zh") -> str:
    """The title of a code with its parameters, in Chinese (`zh`) or English (`en`)."""
    row = message(code)
    return fill(row.title_en if language.startswith("en") else row.title_zh, params or {})


def remedy(code: str, params: Mapping[str, str] | None = None, language: str = "zh") -> str:
    """What to do about a code, in Chinese (`zh`) or English (`en`)."""
    row = message(code)
    return fill(row.remedy_en if language.startswith("en") else row.remedy_zh, params or {})
