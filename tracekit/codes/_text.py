"""Cleaning what people type: full-width forms, blanks, hyphens where they are printed, lower case."""

from unicodedata import is_normalized, normalize

Table = dict[int, int | None]

_FULL_WIDTH: Table = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_UPPER: Table = {char: char - 32 for char in range(ord("a"), ord("z") + 1)}
_UPPER_FULL_WIDTH: Table = {0xFF41 + offset: 0x41 + offset for offset in range(26)}
_SPACES = (0x09, 0x0A, 0x0D, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_INVISIBLE = (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)
_HYPHENS: Table = dict.fromkeys((0x2D, *range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D))
_DOTS: Table = dict.fromkeys((0x2E, 0xB7, 0x2022, 0x2027, 0x30FB, 0xFF0E, 0xFF65))

TYPED: Table = {**_FULL_WIDTH, **dict.fromkeys((*_SPACES, *_INVISIBLE))}
NO_HYPHENS: Table = {**TYPED, **_UPPER, **_UPPER_FULL_WIDTH, **_HYPHENS}
NO_PRINT_MARKS: Table = {**NO_HYPHENS, **_DOTS}
UPPER: Table = {**TYPED, **_UPPER, **_UPPER_FULL_WIDTH}
HYPHENS_ALIKE: Table = {**TYPED, **dict.fromkeys(_HYPHENS, 0x2D)}


def clean(value: str, table: Table = NO_HYPHENS) -> str:
    """Upper case, full-width to ASCII, no blanks or hyphens.

    Only ASCII letters change case, so no foreign letter turns into one of the code's.
    """
    return value.upper() if value.isascii() and value.isalnum() else value.translate(table)


def tidy(value: str, table: Table = TYPED) -> str:
    """Clean a number whose characters are not known: like `clean`, in Unicode form C before and after."""
    if value.isascii():
        return value.translate(table)
    return normalize("NFC", normalize("NFC", value).translate(table))


def is_tidy(value: str, longest: int) -> bool:
    """True for 1 to `longest` visible characters in form C without blanks."""
    if not 0 < len(value) <= longest or not value.isprintable() or " " in value:
        return False
    return value.isascii() or is_normalized("NFC", value)
