"""工业互联网标识, an identifier of the industrial internet or another Handle: `prefix/suffix`.

The prefix is words joined by dots, the first the root; the suffix is whatever the enterprise or a trade standard
wants. Which roots there are and how long a part may be was not found, so neither is a rule here; only a web address
without its `http` is none.

Source: notes on YD/T 4495-2023; PARTIAL (dots CONFIRMED, the slash and the roots `86.` and `88.` expected only).

>>> validate("88.118.5/ABC-7")
'88.118.5/ABC-7'
>>> parse("88.118.5/ABC-7")
{'prefix': '88.118.5', 'suffix': 'ABC-7', 'root': '88', 'industry': '118', 'enterprise': '5'}
>>> is_valid("88.118.5"), is_valid("/7"), is_valid("www.example.cn/7")
(False, False, False)
"""

import re

from tracekit.codes._form import FORMAT, no_registry, no_registry_batch, settle
from tracekit.codes._text import is_tidy, tidy

SCHEME = "handle"
NAME_ZH = "工业互联网标识"
NAME_EN = "Industrial internet identifier (Handle)"
SOURCE = "YD/T 4495-2023 (not read); prefix and suffix; PARTIAL"
PATTERN = r"(?![Ww]{3}\.)[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)+/\S+"

LONGEST = 256
"""Project-defined."""

_MATCH = re.compile(PATTERN).fullmatch

registry, registry_batch = no_registry, no_registry_batch


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks; case stays."""
    return tidy(value)


def _check(value: str) -> str | None:
    return None if is_tidy(value, LONGEST) and _MATCH(value) else FORMAT


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`."""
    value = compact(value)
    return settle(SCHEME, value, _check(value), PATTERN)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return _check(compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """Prefix and suffix; of a prefix of three words root, industry and enterprise too; raises like `validate`."""
    prefix, suffix = validate(value).split("/", 1)
    words = prefix.split(".")
    named = dict(zip(("root", "industry", "enterprise"), words, strict=True)) if len(words) == 3 else {}
    return {"prefix": prefix, "suffix": suffix, **named}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return [_check(value) for value in values]
