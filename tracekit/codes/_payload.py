r"""What a label or QR code holds, taken apart: the whole, its lines and fields, what stands after a label or in an address.

>>> [one.text for one in fragments("追溯码：151227\n追溯网址：http://t.example/c?id=151227") if one.place == "line"]
['151227', 'http://t.example/c?id=151227']
>>> [one.text for one in fragments("http://t.example/p/1512?c=A-1") if one.place == "address"]
['p', '1512', 'A-1']
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST = 4096
MOST = 64
"""No QR code holds more characters; more fragments than these are not looked at."""

PLACES = ("named", "whole", "label", "line", "field", "address", "run", "part")
"""Where a code can stand, the plainest first; a `part` is one inside another code."""


class Fragment(NamedTuple):
    """A piece of a payload and where it stood."""

    place: str
    text: str


_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。；、“”\"<>]+", re.IGNORECASE)
_LABEL = re.compile(r"(?:【[^】]{1,24}】|(?!https?:|urn:)[^:：/()\[\]]{1,24}[:：])\s*(.+)", re.IGNORECASE | re.DOTALL)
_FIELDS = re.compile("[,，;；|\t]")
_RUN = re.compile(r"[0-9A-Za-z]{8,}")
_DIGITS = re.compile(r"[0-9]{16,}")
_BREAK = re.compile(r"\\r\\n|\\n|\r\n?")


def fragments(text: str) -> list[Fragment]:
    """The pieces of a payload, the whole first, each once."""
    found: dict[str, str] = {}
    for one in islice(_pieces(joined(text)), MOST):
        found.setdefault(one.text, one.place)
    return [Fragment(place, piece) for piece, place in found.items()]


def joined(text: str) -> str:
    r"""The text as one payload, line ends of one sort and none at the ends; `\n` written as two characters is a line end too."""
    return _BREAK.sub("\n", text[:LONGEST]).strip(" \n\t\ufeff")


def unlabelled(text: str) -> str:
    """What stands after a label and its colon; the text itself if there is none."""
    labelled = _LABEL.fullmatch(text)
    return labelled[1].strip() if labelled else text


def _pieces(text: str) -> Iterator[Fragment]:
    if not text:
        return
    yield Fragment("whole", text)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    fields = [field.strip() for line in lines for field in _FIELDS.split(line) if field.strip()]
    many = "line" if len(lines) > 1 else "label"
    yield from (Fragment(many, unlabelled(line)) for line in lines)
    yield from (Fragment("field", unlabelled(field)) for field in fields if len(fields) > len(lines))
    for address in _ADDRESS.findall(text):
        yield from (Fragment("address", piece) for piece in _of_address(address))
    yield from (Fragment("run", run) for form in (_RUN, _DIGITS) for run in form.findall(text))


def _of_address(address: str) -> Iterator[str]:
    yield address
    try:
        split = urlsplit(address)
        asked = parse_qsl(split.query, keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        return
    yield from (unquote(part) for part in split.path.split("/") if part)
    yield from (value or name for name, value in asked if value or name)
    yield from [split.fragment] * bool(split.fragment)
