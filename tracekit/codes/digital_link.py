"""GS1 Digital Link, the web address of a GS1 key, and the EPC URI of the same thing: one compact form for both.

The compact form is the canonical link: `id.gs1.org`, the key, and the one qualifier that tells a single thing or a
lot apart. `parse` reads the address as it was printed and so names the other qualifiers and the attributes too.
An EPC URI says how long the company prefix is, a link does not: `epc` wants that length.

Source: GS1 Digital Link URI Syntax and GS1 EPC Tag Data Standard; CONFIRMED on a public table of conversions.

>>> validate("urn:epc:id:sgtin:4012345.011111.98%22")
'https://id.gs1.org/01/04012345111118/21/98%22'
>>> epc("https://id.gs1.org/01/04012345111118/21/98%22", 7)
'urn:epc:id:sgtin:4012345.011111.98%22'
>>> parse("https://example.org/01/09521234543213/10/ABC1?17=261231")
{'link': 'https://id.gs1.org/01/09521234543213/10/ABC1', 'gtin': '09521234543213', 'lot': 'ABC1', 'expiry': '261231'}
>>> validate("https://id.gs1.org/01/09521234543212")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: ... the check character of digital-link is wrong
>>> is_valid("https://id.gs1.org/01/09521234543213/21/1/10/A"), is_valid("urn:epc:id:gid:95100000.12345.400")
(False, False)
"""

import re

from tracekit.codes import gs1
from tracekit.codes._ai import fault
from tracekit.codes._epc import Key, prefix_of, write_epc
from tracekit.codes._form import FORMAT, no_registry, no_registry_batch, settle
from tracekit.codes._link import TELLING, read_link
from tracekit.codes._text import tidy

SCHEME = "digital-link"
NAME_ZH = "GS1 数字链接"
NAME_EN = "GS1 Digital Link or EPC URI"
SOURCE = "GS1 Digital Link URI Syntax, EPC Tag Data Standard; keys, qualifiers, check digits; CONFIRMED"
PATTERN = r"https://id\.gs1\.org/[0-9]{2,4}/\S{1,96}(?:/[0-9]{2,4}/\S{1,96})?"

_PLAIN = re.compile(r"https://id\.gs1\.org/([0-9]{2,4})/([0-9A-Za-z_.-]{1,90})(?:/([0-9]{2,4})/([0-9A-Za-z_.-]{1,90}))?")

LONGEST = 2048
"""Project-defined, as long as web addresses safely are."""

registry, registry_batch = no_registry, no_registry_batch


def parse_key(uri: str) -> Key | None:
    """The GS1 key of an EPC URI or Digital Link, or None if it is neither or the check digit is wrong.

    Character sets of serial numbers and lots are not looked at: `validate` does.
    """
    found = read_link(uri)
    return None if found is None or fault(found.key.ai, found.key.value) else found.key


def _fault(key: Key) -> str | None:
    code = fault(key.ai, key.value)
    return code if code == FORMAT or not key.qualifier else fault(key.qualifier, key.qualifier_value) or code


def compact(value: str) -> str:
    """The canonical link of a link or an EPC URI; what cannot be read is only cleaned."""
    text = tidy(value)
    found = read_link(text) if len(text) <= LONGEST else None
    return found.key.link if found and _fault(found.key) != FORMAT else text


def _check(value: str) -> str | None:
    plain = _PLAIN.fullmatch(value)
    # a canonical link without escapes is plain to see; the others are read and written again to compare
    if plain and plain[1] in TELLING and (plain[3] is None or plain[3] in TELLING[plain[1]]):
        return _fault(Key(plain[1], plain[2], plain[3] or "", plain[4] or ""))
    return _check_read(value)


def _check_read(value: str) -> str | None:
    found = read_link(value) if len(value) <= LONGEST and value.isascii() else None
    code = _fault(found.key) if found else FORMAT
    return FORMAT if found and code != FORMAT and found.key.link != value else code


def validate(value: str) -> str:
    """Return the canonical link, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The canonical link, and each element by its name; of an EPC URI the company prefix; raises like `validate`."""
    link, text = validate(value), tidy(value)
    found = read_link(text)
    right = [(ai, part) for ai, part in found.elements if fault(ai, part) is None] if found else []
    prefix = prefix_of(text)
    return {"link": link, **gs1.name_elements(right), **({"company_prefix": prefix} if prefix else {})}


def epc(value: str, prefix_length: int) -> str:
    """The EPC URI of a valid link whose company prefix has so many digits (6 to 12); empty if it has none."""
    found = read_link(validate(value))
    return write_epc(found.key, prefix_length) if found else ""


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [_check(value) for value in values]
