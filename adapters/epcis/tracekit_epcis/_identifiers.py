"""EPC URIs, EPC classes and GS1 Digital Links become refs; both spellings of one thing become the same ref.

Source: GS1 EPC Tag Data Standard 2.0 section 6 and GS1 Digital Link URI Syntax 1.3. A lot or serial number makes a ref;
a class alone is a product and never a ref of a chain. What is no GS1 key is kept as `local:uri/...`.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit


class Key(NamedTuple):
    """A GS1 key by its application identifier, with the qualifier that tells the single thing or lot apart."""

    ai: str
    value: str
    qualifier: str = ""
    qualifier_value: str = ""

    @property
    def link(self) -> str:
        """The canonical GS1 Digital Link."""
        tail = f"/{self.qualifier}/{quote(self.qualifier_value, safe='')}" if self.qualifier else ""
        return f"https://id.gs1.org/{self.ai}/{quote(self.value, safe='')}{tail}"


class Thing(NamedTuple):
    """What an identifier names: a ref (lot or single thing), a product (class), or both."""

    ref: str = ""
    product: str = ""


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it.

    >>> check_digit("061414100000")
    '5'
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _with_check(digits: str, length: int) -> str:
    if not digits.isdigit() or not digits.isascii() or len(digits) != length:
        raise ValueError(digits)
    return digits + check_digit(digits)


def _gtin(prefix: str, item: str) -> str:
    return _with_check(item[:1] + prefix + item[1:], 13)


def _two(ai: str, qualifier: str) -> Callable[[list[str]], Key]:
    """Prefix and item make a GTIN, the rest is the serial or lot (a star: any, so the class)."""

    def read(parts: list[str]) -> Key:
        prefix, item, rest = parts
        return Key(ai, _gtin(prefix, item)) if rest == "*" else Key(ai, _gtin(prefix, item), qualifier, rest)

    return read


def _asset(ai: str, zero: str) -> Callable[[list[str]], Key]:
    """Prefix and type with check digit, and the serial written behind (GRAI, GDTI, GCN)."""

    def read(parts: list[str]) -> Key:
        prefix, type_, serial = parts
        return Key(ai, zero + _with_check(prefix + type_, 12) + ("" if serial == "*" else serial))

    return read


def _checked(ai: str, length: int) -> Callable[[list[str]], Key]:
    def read(parts: list[str]) -> Key:
        prefix, rest = parts
        return Key(ai, _with_check(prefix + rest, length))

    return read


def _sscc(parts: list[str]) -> Key:
    prefix, serial = parts
    return Key("00", _with_check(serial[:1] + prefix + serial[1:], 17))


def _sgln(parts: list[str]) -> Key:
    prefix, location, extension = parts
    gln = _with_check(prefix + location, 12)
    return Key("414", gln) if extension in {"0", "*"} else Key("414", gln, "254", extension)


def _joined(ai: str) -> Callable[[list[str]], Key]:
    def read(parts: list[str]) -> Key:
        prefix, rest = parts
        return Key(ai, prefix + rest)

    return read


def _cpi(parts: list[str]) -> Key:
    prefix, part, serial = parts
    return Key("8010", prefix + part) if serial == "*" else Key("8010", prefix + part, "8011", serial)


def _itip(parts: list[str]) -> Key:
    prefix, item, piece, total, serial = parts
    value = _gtin(prefix, item) + piece + total
    return Key("8006", value) if serial == "*" else Key("8006", value, "21", serial)


_URN: dict[str, Callable[[list[str]], Key]] = {
    "sgtin": _two("01", "21"),
    "lgtin": _two("01", "10"),
    "upui": _two("01", "235"),
    "sscc": _sscc,
    "sgln": _sgln,
    "pgln": _checked("417", 12),
    "grai": _asset("8003", "0"),
    "gdti": _asset("253", ""),
    "sgcn": _asset("255", ""),
    "giai": _joined("8004"),
    "ginc": _joined("401"),
    "gsrn": _checked("8018", 17),
    "gsrnp": _checked("8017", 17),
    "gsin": _checked("402", 16),
    "cpi": _cpi,
    "itip": _itip,
}
_URN_FORM = re.compile(r"urn:epc:(?:id|class|idpat):([a-z]+):(.+)")
_LINK_NAMES = {"gtin": "01", "sscc": "00", "gln": "414", "party": "417", "grai": "8003", "giai": "8004", "itip": "8006"} | {
    "gsrn": "8018", "gsrnp": "8017", "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "cpid": "8010",
    "cpv": "22", "lot": "10", "ser": "21", "glnx": "254", "cpsn": "8011",
}  # fmt: skip
# key → its shape, and the qualifiers that single things or lots apart, the finest first
_LINK: dict[str, tuple[str, tuple[str, ...]]] = {
    "01": (r"[0-9]{8}|[0-9]{12,14}", ("21", "235", "10")),
    "00": (r"[0-9]{18}", ()),
    "414": (r"[0-9]{13}", ("254",)),
    "417": (r"[0-9]{13}", ()),
    "8003": (r"0[0-9]{13}.{0,16}", ()),
    "8004": (r".{5,30}", ()),
    "8006": (r"[0-9]{18}", ("21",)),
    "8010": (r"[0-9]{6}.{1,24}", ("8011",)),
    "8017": (r"[0-9]{18}", ()),
    "8018": (r"[0-9]{18}", ()),
    "253": (r"[0-9]{13}.{0,17}", ()),
    "255": (r"[0-9]{13}[0-9]{0,12}", ()),
    "401": (r".{5,30}", ()),
    "402": (r"[0-9]{17}", ()),
}
_CHECKED_AT = {"01": 14, "00": 18, "414": 13, "417": 13, "8003": 14, "8006": 14, "8017": 18, "8018": 18, "253": 13, "255": 13, "402": 17}
_NAMES = {"8003": "grai", "8004": "giai", "8006": "itip", "8010": "cpi", "8017": "gsrnp", "8018": "gsrn", "253": "gdti", "255": "sgcn"} | {
    "401": "ginc", "402": "gsin", "21": "sgtin", "10": "lgtin", "235": "upui",
}  # fmt: skip
# these hold the serial in the value itself: at this length they are a class
_CLASS_LENGTH = {"8003": 14, "253": 13, "255": 13}


def parse_key(uri: str) -> Key | None:
    """The GS1 key of an EPC URI or Digital Link, or None if it is neither.

    >>> parse_key("urn:epc:id:sgtin:4012345.011111.98%22").link
    'https://id.gs1.org/01/04012345111118/21/98%22'
    """
    if found := _URN_FORM.fullmatch(uri):
        read = _URN.get(found[1])
        try:
            parts = [unquote(part) for part in found[2].split(".", 2 if found[1] != "itip" else 4)]
            return read(parts) if read else None
        except ValueError:
            return None
    return _parse_link(uri) if uri.startswith(("http://", "https://")) else None


def _parse_link(uri: str) -> Key | None:
    try:
        segments = [unquote(part) for part in urlsplit(uri).path.strip("/").split("/")]
    except ValueError:
        return None
    names = [_LINK_NAMES.get(part, part) for part in segments]
    for at in range(len(names) - 2, -1, -1):
        if names[at] in _LINK and (len(names) - at) % 2 == 0:
            return _key_of_link(names[at], segments[at + 1], dict(zip(names[at + 2 :: 2], segments[at + 3 :: 2], strict=True)))
    return None


def _key_of_link(ai: str, value: str, qualifiers: dict[str, str]) -> Key | None:
    form, telling = _LINK[ai]
    known = {*telling, "22", "10", "21"}
    if not re.fullmatch(form, value, re.ASCII) or not qualifiers.keys() <= known:
        return None
    value = value.zfill(14) if ai == "01" else value
    digits = value[: _CHECKED_AT.get(ai, 0)]
    if digits and check_digit(digits[:-1]) != digits[-1]:
        return None
    finest = next((one for one in telling if one in qualifiers), "")
    return Key(ai, value, finest, qualifiers.get(finest, ""))


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
