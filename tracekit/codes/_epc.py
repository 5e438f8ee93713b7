"""EPC URIs of GS1 keys, read and written: one row a scheme, and how prefix, item and serial make the key's value.

An EPC URI says how long the company prefix is; a key does not, so writing one needs that length.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, unquote


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


class Epc(NamedTuple):
    """How an EPC scheme writes a key: how many parts, digits without check digit, both directions."""

    scheme: str
    ai: str
    qualifier: str
    parts: int
    read: Callable[[list[str]], tuple[str, str]]
    write: Callable[[str, str, int], list[str]]


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


def _read_gtin(parts: list[str]) -> tuple[str, str]:
    """The first digit of the item stands before the prefix."""
    prefix, item, *rest = parts
    return _with_check(item[:1] + prefix + item[1:], 13), rest[0]


def _write_gtin(value: str, serial: str, length: int) -> list[str]:
    return [value[1 : 1 + length], value[0] + value[1 + length : 13], serial]


def _read_itip(parts: list[str]) -> tuple[str, str]:
    prefix, item, piece, total, serial = parts
    if not re.fullmatch("[0-9]{2}", piece) or not re.fullmatch("[0-9]{2}", total):
        raise ValueError(piece)
    return _with_check(item[:1] + prefix + item[1:], 13) + piece + total, serial


def _write_itip(value: str, serial: str, length: int) -> list[str]:
    return [*_write_gtin(value, "", length)[:2], value[14:16], value[16:], serial]


def _read_sscc(parts: list[str]) -> tuple[str, str]:
    prefix, serial = parts
    return _with_check(serial[:1] + prefix + serial[1:], 17), ""


def _write_sscc(value: str, _serial: str, length: int) -> list[str]:
    return [value[1 : 1 + length], value[0] + value[1 + length : 17]]


def _read_sgln(parts: list[str]) -> tuple[str, str]:
    prefix, location, extension = parts
    return _with_check(prefix + location, 12), "" if extension == "0" else extension


def _write_sgln(value: str, extension: str, length: int) -> list[str]:
    return [value[:length], value[length:12], extension or "0"]


def _asset(lead: str) -> tuple[Callable[[list[str]], tuple[str, str]], Callable[[str, str, int], list[str]]]:
    """Prefix and type with check digit, and the serial written behind (GRAI after a zero, GDTI, GCN)."""

    def read(parts: list[str]) -> tuple[str, str]:
        prefix, type_, serial = parts
        return lead + _with_check(prefix + type_, 12) + serial, ""

    def write(value: str, _serial: str, length: int) -> list[str]:
        value = value.removeprefix(lead)
        return [value[:length], value[length:12], value[13:]]

    return read, write


def _checked(digits: int) -> tuple[Callable[[list[str]], tuple[str, str]], Callable[[str, str, int], list[str]]]:
    def read(parts: list[str]) -> tuple[str, str]:
        return _with_check("".join(parts), digits), ""

    def write(value: str, _serial: str, length: int) -> list[str]:
        return [value[:length], value[length:digits]]

    return read, write


def _read_joined(parts: list[str]) -> tuple[str, str]:
    return "".join(parts[:2]), (parts[2] if len(parts) > 2 else "")


def _write_joined(value: str, _serial: str, length: int) -> list[str]:
    return [value[:length], value[length:]]


def _write_cpi(value: str, serial: str, length: int) -> list[str]:
    return [value[:length], value[length:], serial]


EPCS: dict[str, Epc] = {
    one.scheme: one
    for one in (
        Epc("sgtin", "01", "21", 3, _read_gtin, _write_gtin),
        Epc("lgtin", "01", "10", 3, _read_gtin, _write_gtin),
        Epc("upui", "01", "235", 3, _read_gtin, _write_gtin),
        Epc("itip", "8006", "21", 5, _read_itip, _write_itip),
        Epc("sscc", "00", "", 2, _read_sscc, _write_sscc),
        Epc("sgln", "414", "254", 3, _read_sgln, _write_sgln),
        Epc("pgln", "417", "", 2, *_checked(12)),
        Epc("grai", "8003", "", 3, *_asset("0")),
        Epc("gdti", "253", "", 3, *_asset("")),
        Epc("sgcn", "255", "", 3, *_asset("")),
        Epc("giai", "8004", "", 2, _read_joined, _write_joined),
        Epc("ginc", "401", "", 2, _read_joined, _write_joined),
        Epc("gsrn", "8018", "", 2, *_checked(17)),
        Epc("gsrnp", "8017", "", 2, *_checked(17)),
        Epc("gsin", "402", "", 2, *_checked(16)),
        Epc("cpi", "8010", "8011", 3, _read_joined, _write_cpi),
    )
}
"""The EPC schemes that have a Digital Link; the general identifier `gid` has none."""

_BY_KEY = {(one.ai, one.qualifier): one for one in EPCS.values()}
_CLASS_ONLY = {"lgtin"}
_WITH_CLASS = {"sgtin", "upui", "itip", "grai", "gdti", "sgcn", "cpi"}
_FORM = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.+)", re.DOTALL)
_PREFIX = re.compile("[0-9]{6,12}")
# what a part of an EPC URI may hold as it is
_PLAIN = "!'()*+,-.:;=_"


def read_epc(uri: str) -> Key | None:
    """The key of an EPC URI (`id`, `class` or the pattern of a class), or None.

    >>> read_epc("urn:epc:idpat:sgtin:4012345.011111.*").value
    '04012345111118'
    """
    found = _FORM.fullmatch(uri)
    one = EPCS.get(found[2]) if found else None
    if not found or not one or found[1] == ("id" if one.scheme in _CLASS_ONLY else "class"):
        return None
    parts = found[3].split(".", one.parts - 1)
    is_class = found[1] == "idpat" and parts[-1] == "*"
    whole = len(parts) == one.parts and _PREFIX.fullmatch(parts[0])
    if not whole or (parts[-1] == "" and one.parts > 2):
        return None
    try:
        value, serial = one.read([*map(unquote, parts[:-1]), "" if is_class else unquote(parts[-1])])
    except ValueError:
        return None
    return Key(one.ai, value, one.qualifier, serial) if serial else Key(one.ai, value)


def prefix_of(uri: str) -> str:
    """The company prefix of an EPC URI; empty if it is none."""
    found = _FORM.fullmatch(uri)
    return found[3].partition(".")[0] if found else ""


def write_epc(key: Key, prefix_length: int) -> str:
    """The EPC URI of a key whose company prefix has so many digits (6 to 12); empty if it has none."""
    one = _BY_KEY.get((key.ai, key.qualifier)) or next((one for one in EPCS.values() if one.ai == key.ai), None)
    if one is None or prefix_length not in range(6, 13):
        return ""
    parts = one.write(key.value, key.qualifier_value, prefix_length)
    is_class = one.scheme in _WITH_CLASS and not parts[-1]
    kind = "class" if one.scheme in _CLASS_ONLY else "idpat" if is_class else "id"
    texts = [*(quote(part, safe=_PLAIN) for part in parts[:-1]), "*" if is_class else quote(parts[-1], safe=_PLAIN)]
    uri = f"urn:epc:{kind}:{one.scheme}:{'.'.join(texts)}"
    return uri if read_epc(uri) == key else ""
