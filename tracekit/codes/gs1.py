r"""GS1 element string: application identifiers with their values, as a scanner sends them or printed in brackets.

The compact form is the bracketed one. A scanner ends a value of variable length with FNC1, sent as the control
character GS (also typed `<GS>`); without it the rest belongs to that value. A string without any mark is only read
if it begins with a key that has a check digit, for many plain numbers begin with 10 or 21 too. A bracket inside a
value that looks like an identifier is written with a backslash.

Source: GS1 General Specifications; CONFIRMED (identifiers compared with a second table).

>>> validate("]d20106921168509256" + "10L1\x1d17261231")
'(01)06921168509256(10)L1(17)261231'
>>> parse("(01)06921168509256(3103)001250")
{'gtin': '06921168509256', 'net_weight_kg': '1.250'}
>>> raw("(10)ABC123(17)261231")
'10ABC123\x1d17261231'
>>> validate("(01)06921168509257")
Traceback (most recent call last):
    ...
tracekit.errors.InvalidChecksum: TK-CODE-002: '(01)06921168509257': the check character of gs1 is wrong
>>> is_valid("(17)261331"), is_valid("(05)1"), is_valid("21113011")
(False, False, False)
"""

import re

from tracekit.codes._ai import SEPARATOR, fault, known, leading, named
from tracekit.codes._form import FORMAT, no_registry, no_registry_batch, settle
from tracekit.codes._text import tidy

SCHEME = "gs1"
NAME_ZH = "GS1 单元数据串"
NAME_EN = "GS1 element string"
SOURCE = "GS1 General Specifications; application identifiers and check digits; CONFIRMED"
PATTERN = r"(?:\([0-9]{2,4}\)\S{1,90})+"

LONGEST = 512
"""Project-defined; a GS1 symbol holds far less."""

Elements = list[tuple[str, str]]

_TYPED = re.compile(r"<GS>|<FNC1>|\{GS\}|\{FNC1\}|\[GS\]|\\x1d|\u241d", re.IGNORECASE)
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")
_PLAIN = re.compile(r"\(([0-9]{2,4})\)([^()\\]+)")
_MARK = re.compile(r"(?<!\\)\(([0-9]{2,4})\)")

registry, registry_batch = no_registry, no_registry_batch


def elements(text: str) -> Elements | None:
    """The identifiers and values of a cleaned string in either form, or None; values are not checked."""
    if len(text) > LONGEST:
        return None
    return _bracketed(text) if text.startswith("(") else _sent(text)


def _bracketed(text: str) -> Elements | None:
    marks = list(_MARK.finditer(text))
    if not marks or marks[0].start():
        return None
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    values = (text[mark.end() : end] for mark, end in zip(marks, ends, strict=True))
    return [(mark[1], value.strip(SEPARATOR).replace("\\(", "(")) for mark, value in zip(marks, values, strict=True)]


def _sent(text: str) -> Elements | None:
    symbology = _SYMBOLOGY.match(text)
    body = text[symbology.end() if symbology else 0 :]
    marked = symbology is not None or SEPARATOR in body
    body = body.lstrip(SEPARATOR)
    first = leading(body)
    if first is None or not (marked or (first.length and first.key)):
        return None
    return _split(body)


def _split(body: str) -> Elements | None:
    found: Elements = []
    at = 0
    while at < len(body):
        one = leading(body, at)
        if one is None:
            return None
        at += len(one.ai)
        end = body.find(SEPARATOR, at)
        end = at + one.length if one.length else len(body) if end < 0 else end
        found.append((one.ai, body[at:end]))
        at = end + 1 if body[end : end + 1] == SEPARATOR else end
    return found


def bracket(found: Elements) -> str:
    """The bracketed form of identifiers and values."""
    return "".join(f"({ai})" + _MARK.sub(r"\\\g<0>", value) for ai, value in found)


def _fault(found: Elements) -> str | None:
    if len(found) > 1 and len({ai for ai, _ in found}) < len(found):
        return FORMAT
    worst = None
    for ai, value in found:
        code = fault(ai, value)
        if code == FORMAT:
            return code
        worst = code or worst
    return worst


def compact(value: str) -> str:
    """The bracketed form of what was scanned or printed; what cannot be read is only cleaned."""
    text = _TYPED.sub(SEPARATOR, tidy(value))
    found = elements(text)
    return bracket(found) if found and _fault(found) != FORMAT else text


def _check(value: str) -> str | None:
    plain: Elements = _PLAIN.findall(value)
    # a string without inner brackets is what its parts make; only the others are put together again to compare
    if plain and len(value) <= LONGEST and sum(len(ai) + len(text) + 2 for ai, text in plain) == len(value):
        return _fault(plain)
    found = elements(value) if value.startswith("(") else None
    return FORMAT if not found or bracket(found) != value else _fault(found)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The values by the names of their identifiers, measures as decimals; raises like `validate`."""
    return name_elements(elements(validate(value)) or [])


def name_elements(found: Elements) -> dict[str, str]:
    """The values by the names of their identifiers; a second one of the same name carries its identifier."""
    parts: dict[str, str] = {}
    for ai, value in found:
        name, text = named(ai, value)
        parts[name if name not in parts else f"{name}_{ai}"] = text
    return parts


def raw(value: str) -> str:
    """What a scanner sends for a valid element string, with GS where FNC1 must stand; raises like `validate`."""
    found = elements(validate(value)) or []
    table = known()
    ends = [SEPARATOR if not table[ai].length and at < len(found) - 1 else "" for at, (ai, _) in enumerate(found)]
    return "".join(f"{ai}{text}{end}" for (ai, text), end in zip(found, ends, strict=True))


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [_check(value) for value in values]
