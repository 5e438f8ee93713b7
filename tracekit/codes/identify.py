r"""Which schemes a value may be, best first: somebody who holds a label does not know its scheme.

Nothing is known of a scheme but what every scheme offers, so those of plugins take part. How much a fit says is found
by changing the value: if a change breaks the check character, it held; if a change leads out of the known list, the
list says something; if most changes keep a value valid, it has the right length and no more. A scheme that reads a
whole label comes before what fits a piece of it. Schemes that take any text are only answered where the value names
them, and those that take any word where it is the whole value.

>>> schemes = {name: codes.get(name) for name in codes.schemes()}
>>> [(one.scheme, one.why[0]) for one in identify("6921168509256", schemes)][:2]
[('gtin', 'checksum'), ('gln', 'checksum')]
>>> [one.scheme for one in identify("http://t.example/?c=91350100M000100Y43", schemes)]
['uscc']
>>> identify("Hello World!", schemes)
[]
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tracekit import codes
from tracekit.codes._form import CHECKSUM, FORMAT
from tracekit.codes._payload import PLACES, Fragment, fragments
from tracekit.codes._schemes import CodeScheme

WHY = ("named", "checksum", "registry", "format", "length", "unlisted")
"""What speaks for a scheme, the strongest first; the last two say little: only the length fits, and no list has it."""

_PART_OF = {"gtin": "gtin", "content_gtin": "gtin", "sscc": "sscc", "location": "gln", "party": "gln", "ship_to": "gln"}
_CONTAINERS = ("digital-link", "gs1")
_USUAL = ("uscc", "digital-link", "gs1", "gtin", "sscc", "tran")
"""Of equal fits these come first: goods are scanned more often than places."""
_ANYTHING = [char * length for char in "~\u4e00" for length in (1, 8, 16)]
_WORDS = [char * length for char in "7A" for length in (1, 8, 16)]
_APART = ("named", "whole", "label")
"""Where a value stands for itself."""
_LONGEST_PROBED = 96
_DISTINCTIVE = 2
"""So many places of a value must be bound to few characters of their kind to call its form distinctive."""


class Match(NamedTuple):
    """A scheme that a value may be: the compact value, its parts, what speaks for it, where in the text it stood."""

    scheme: str
    value: str
    parts: dict[str, str]
    why: tuple[str, ...]
    place: str
    bound: int = 0


def identify(text: str, schemes: Mapping[str, CodeScheme]) -> list[Match]:
    """The schemes that a value, or a code inside it, may be, best first."""
    closed = [one for one in schemes.values() if not _takes_anything(one)]
    loose = {one.SCHEME for one in closed if set(one.check_batch(_WORDS)) == {None}}
    strict = [one for one in closed if one.SCHEME not in loose]
    pieces = fragments(text)
    tried = [(scheme, piece) for piece in pieces for scheme in (closed if piece.place in _APART else strict)]
    found = _matches([*_named(text.strip(), schemes), *(one for one in tried if one[1].place != "run")], schemes)
    if not any(_says_something(one) for one in found):
        runs = _matches([one for one in tried if one[1].place == "run"], schemes)
        found += [one for one in runs if _says_something(one)]
    return sorted(_worth_telling(found), key=lambda one: (one.scheme in loose and not _says_something(one), *_rank(one)))


def _matches(tried: Iterable[tuple[CodeScheme, Fragment]], schemes: Mapping[str, CodeScheme]) -> list[Match]:
    found: dict[tuple[str, str], Match] = {}
    for scheme, piece in tried:
        match = _match(scheme, piece)
        for one in (match, *_parts(match, schemes)) if match else ():
            found.setdefault((one.scheme, one.value), one)
    return list(found.values())


def _says_something(one: Match) -> bool:
    return "length" not in one.why or one.place == "named"


def _named(text: str, schemes: Mapping[str, CodeScheme]) -> Iterator[tuple[CodeScheme, Fragment]]:
    name, colon, value = text.partition(":")
    if colon and name in schemes:
        yield schemes[name], Fragment("named", value)


def _takes_anything(scheme: CodeScheme) -> bool:
    return None in scheme.check_batch(_ANYTHING)


def _match(scheme: CodeScheme, piece: Fragment) -> Match | None:
    value = scheme.compact(piece.text)
    if not value or scheme.check_batch([value]) != [None]:
        return None
    why, bound = _weigh(scheme, value, marked=_signs(piece.text) > _signs(value))
    why = ("named", *why) if piece.place == "named" else why
    return Match(scheme.SCHEME, value, scheme.parse(piece.text), why, piece.place, bound)


def _signs(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _weigh(scheme: CodeScheme, value: str, *, marked: bool) -> tuple[tuple[str, ...], int]:
    """What speaks for a fit, and how many places are bound; a mark that the scheme took off, such as `UN`, is form."""
    changed = [_changes(value, at) for at in range(min(len(value), _LONGEST_PROBED))]
    flat = [one for group in changed for one in group]
    verdict = dict(zip(flat, scheme.check_batch(flat), strict=True))
    hints = codes.registry_batch(scheme, [value, *(one for one in flat if verdict[one] is None)])
    bound = sum(2 * sum(verdict[one] == FORMAT for one in group) > len(group) for group in changed)
    held = {
        "checksum": CHECKSUM in verdict.values(),
        "registry": hints[0] is None and any(hints),
        "format": marked or bound >= _DISTINCTIVE,
    }
    why = tuple(reason for reason, speaks in held.items() if speaks)
    return why or (("length", "unlisted") if hints[0] else ("length",)), bound


def _changes(value: str, at: int) -> list[str]:
    """The value with one character changed into others of its kind."""
    char = value[at]
    for kind in ("0123456789", "ABCDEFGHJKLMNPQRTUWXY", "abcdefghijklmnopqrstuvwxyz"):
        if char in kind:
            others = [kind[(kind.index(char) + step) % len(kind)] for step in (1, 5, 7)]
            break
    else:
        others = ["\u4e00"] if ord(char) > 0x7F else ["~"]
    return [value[:at] + other + value[at + 1 :] for other in others if other != char]


def _parts(match: Match, schemes: Mapping[str, CodeScheme]) -> Iterator[Match]:
    """The keys inside an element string or a link."""
    if match.scheme not in _CONTAINERS:
        return
    for name, value in match.parts.items():
        scheme = schemes.get(_PART_OF.get(name, ""))
        inside = _match(scheme, Fragment("part", value)) if scheme else None
        if inside:
            yield inside


def _worth_telling(found: list[Match]) -> list[Match]:
    """Without what is said better elsewhere: pieces of a link that was read, lengths inside a text with a real code."""
    read = any(one.scheme in _CONTAINERS for one in found)
    told = [one for one in found if not (read and one.place == "address" and one.scheme not in _CONTAINERS)]
    plain = [one for one in told if _says_something(one) or one.place in ("whole", "label")]
    return plain if any(_says_something(one) for one in told) else told


def _rank(one: Match) -> tuple[bool, int, int, int, int, int, str]:
    usual = _USUAL.index(one.scheme) if one.scheme in _USUAL else len(_USUAL)
    less = len(one.why) if "unlisted" in one.why else -len(one.why)
    inside = one.place not in ("named", "whole") or not _says_something(one)
    return inside, WHY.index(one.why[0]), less, -one.bound, PLACES.index(one.place), usual, one.scheme
