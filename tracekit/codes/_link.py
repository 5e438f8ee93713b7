"""GS1 Digital Links read: which key stands in the path, which qualifiers follow it, which attributes are asked for."""

from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tracekit.codes._ai import known
from tracekit.codes._epc import Key, read_epc

_NAMES = {
    "gtin": "01", "sscc": "00", "gln": "414", "party": "417", "grai": "8003", "giai": "8004", "itip": "8006",
    "gsrn": "8018", "gsrnp": "8017", "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "cpid": "8010",
    "cpv": "22", "lot": "10", "ser": "21", "glnx": "254", "cpsn": "8011",
}  # fmt: skip
"""The convenience names of the first edition."""
_QUALIFIERS: dict[str, tuple[str, ...]] = {
    "01": ("22", "10", "21", "235"),
    "8006": ("22", "10", "21"),
    "414": ("254",),
    "417": ("7040",),
    "8010": ("8011",),
    "8017": ("8019",),
    "8018": ("8019",),
    **dict.fromkeys(("00", "8003", "8004", "253", "255", "401", "402"), ()),
}
"""The qualifiers of each key, in the order in which they must stand."""
TELLING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_QUALIFIERS, ()),
    "01": ("21", "235", "10"),
    "8006": ("21",),
    "414": ("254",),
    "8010": ("8011",),
}
"""The qualifiers that tell a single thing or lot apart, the finest first; only that one is canonical."""
_GTIN_LENGTHS = (8, 12, 13, 14)
_SCHEMES = ("http://", "https://")


class Read(NamedTuple):
    """What a Digital Link or EPC URI holds: the key, and every element in its order, attributes last."""

    key: Key
    elements: list[tuple[str, str]]


def read_link(uri: str) -> Read | None:
    """Read a Digital Link or EPC URI, or None if it is neither; check digits and character sets are not looked at."""
    if uri.startswith("urn:"):
        key = read_epc(uri)
        return Read(key, _elements_of(key)) if key else None
    return _read_path(uri) if uri[:8].lower().startswith(_SCHEMES) else None


def _elements_of(key: Key) -> list[tuple[str, str]]:
    return [(key.ai, key.value), *([(key.qualifier, key.qualifier_value)] if key.qualifier else [])]


def _read_path(uri: str) -> Read | None:
    try:
        split = urlsplit(uri)
    except ValueError:
        return None
    segments = [unquote(part) for part in split.path.strip("/").split("/")]
    names = [_NAMES.get(part, part) for part in segments]
    for at in range(len(names) - 2, -1, -2):
        if names[at] in _QUALIFIERS:
            pairs = list(zip(names[at::2], segments[at + 1 :: 2], strict=True))
            return _read_pairs(pairs, split.query)
    return None


def _read_pairs(pairs: list[tuple[str, str]], query: str) -> Read | None:
    (ai, value), *qualifiers = pairs
    order = _QUALIFIERS[ai]
    places = [order.index(name) for name, _ in qualifiers if name in order]
    if len(places) < len(qualifiers) or places != sorted(set(places)):
        return None
    value = value.zfill(14) if ai == "01" and len(value) in _GTIN_LENGTHS else value
    if not all(text for _, text in ((ai, value), *qualifiers)):
        return None
    held = dict(qualifiers)
    finest = next((one for one in TELLING[ai] if one in held), "")
    attributes = [(name, text) for name, text in _asked(query) if name in known() and name not in held and name != ai]
    return Read(Key(ai, value, finest, held.get(finest, "")), [(ai, value), *qualifiers, *attributes])


def _asked(query: str) -> list[tuple[str, str]]:
    try:
        found = dict(parse_qsl(query.replace(";", "&"), max_num_fields=64))
    except ValueError:
        return []
    return list(found.items())
