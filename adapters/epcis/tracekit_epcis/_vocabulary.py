"""The words of the standard, from the tables in `specs/codesets`."""

import re
from functools import cache
from pathlib import Path

from tracekit.spec.tables import read_table

FOLDER = Path(__file__).parent / "specs" / "codesets"

# a word's full forms: urn:epcglobal:cbv:bizstep:receiving, https://ref.gs1.org/cbv/BizStep-receiving, cbv:BizStep-receiving
_FULL = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):|(?:https?://(?:ref|ns)\.gs1\.org/cbv/|cbv:)(?:BizStep|Disp|BTT|SDT|ER)-)(.+)"
)


@cache
def words(name: str) -> dict[str, dict[str, str]]:
    """The rows of a table by code."""
    return {row["code"]: row for row in read_table(FOLDER / f"{name}.csv")}


def short(value: str) -> str:
    """The bare word of any of its standard spellings; anything else as it is.

    >>> short("urn:epcglobal:cbv:bizstep:receiving"), short("https://ns.example.com/step")
    ('receiving', 'https://ns.example.com/step')
    """
    found = _FULL.fullmatch(value)
    return found[1] if found else value


def is_word(name: str, value: str) -> bool:
    """True for a word of the table, and for a URI outside the standard's own namespaces."""
    bare = short(value)
    return bare in words(name) or (bare == value and ":" in value and not value.startswith(("urn:epcglobal:cbv", "cbv:")))
