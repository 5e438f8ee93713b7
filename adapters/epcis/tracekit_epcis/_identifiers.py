"""EPC URIs, EPC classes and GS1 Digital Links become refs; both spellings of one thing become the same ref.

Reading them is the code scheme `digital-link` of the core; here a lot or serial number makes a ref;
a class alone is a product and never a ref of a chain. What is no GS1 key is kept as `local:uri/...`.
"""

import hashlib
from typing import NamedTuple
from urllib.parse import quote

from tracekit.codes.digital_link import Key, parse_key


class Thing(NamedTuple):
    """What an identifier names: a ref (lot or single thing), a product (class), or both."""

    ref: str = ""
    product: str = ""


_NAMES = {"8003": "grai", "8004": "giai", "8006": "itip", "8010": "cpi", "8017": "gsrnp", "8018": "gsrn", "253": "gdti", "255": "sgcn"} | {
    "401": "ginc", "402": "gsin", "21": "sgtin", "10": "lgtin", "235": "upui",
}  # fmt: skip
# these hold the serial in the value itself: at this length they are a class
_CLASS_LENGTH = {"8003": 14, "253": 13, "255": 13}


def _text(value: str) -> str:
    """A value that can stand in a local ref."""
    return quote(value, safe="!\"%&'()*+,-./:;<=>?_") if not (value.isascii() and value.isprintable()) or " " in value else value


def name_thing(uri: str) -> Thing:
    """The ref and product of an identifier; never fails.

    >>> name_thing("urn:epc:class:lgtin:4012345.012345.998877")
    Thing(ref='local:gs1/lgtin/04012345123456/998877', product='gtin:04012345123456')
    >>> name_thing("urn:epc:idpat:sgtin:4012345.012345.*")
    Thing(ref='', product='gtin:04012345123456')
    >>> name_thing("https://example.org/thing/7").ref
    'local:uri/id/https://example.org/thing/7'
    """
    key = parse_key(uri)
    if key is None:
        return Thing(_of_uri(uri))
    if key.ai == "01":
        product = f"gtin:{key.value}"
        return Thing(_local(_NAMES[key.qualifier], f"{key.value}/{key.qualifier_value}"), product) if key.qualifier else Thing("", product)
    if key.ai in {"00", "414", "417"}:
        return Thing(_party_or_unit(key))
    name = _NAMES[key.ai]
    if len(key.value) == _CLASS_LENGTH.get(key.ai) or (key.ai in {"8006", "8010"} and not key.qualifier):
        return Thing("", _local(name, key.value))
    return Thing(_local(name, f"{key.value}/{key.qualifier_value}" if key.qualifier else key.value))


def _party_or_unit(key: Key) -> str:
    if key.qualifier:
        return _local("sgln", f"{key.value}/{key.qualifier_value}")
    return f"sscc:{key.value}" if key.ai == "00" else f"gln:{key.value}"


def _local(name: str, value: str) -> str:
    text = _text(value)
    return f"local:gs1/{name}/{text}" if len(text) <= 128 else _of_uri(value)


def _of_uri(uri: str) -> str:
    text = _text(uri)
    return f"local:uri/id/{text}" if 0 < len(text) <= 128 else f"local:uri/sha256/{hashlib.sha256(uri.encode()).hexdigest()}"
