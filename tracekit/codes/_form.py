"""Fixed-length codes as tables: one value character by character, a batch column by column.

The batch form lays the values out as rows of bytes. The i-th characters of all rows are one slice, one
`bytes.translate` turns them into weighted values, and one addition of big integers adds them for every row at
once. That needs no library and is two orders of magnitude quicker than asking value by value.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tracekit.errors import CodeError, InvalidChecksum, InvalidFormat

FORMAT = "TK-CODE-001"
CHECKSUM = "TK-CODE-002"
REGISTRY = "TK-CODE-003"

DIGITS = "0123456789"
CHUNK = 8192
FEW = 48

_VERDICTS = (None, FORMAT, CHECKSUM, FORMAT)
_SHOWN = 40


class Column(NamedTuple):
    """One position of a code: which characters it may hold and what each adds to the sum."""

    values: dict[str, int]
    allowed: bytes
    weighted: bytes
    barred: bytes


class Form(NamedTuple):
    """A fixed-length code: its columns, and the modulus that divides the weighted sum (1: no check character)."""

    columns: tuple[Column, ...]
    modulus: int
    remainder: bytes
    flag: bytes


def form(alphabets: Sequence[str], weights: Sequence[int] = (), modulus: int = 1, values: str = "") -> Form:
    """Compile a form: an alphabet and a weight for each position; a character's value is its place in `values`."""
    values = values or max(alphabets, key=len)
    weights = weights or (0,) * len(alphabets)
    columns = tuple(
        _column({char: values.index(char) * weight % modulus for char in alphabet})
        for alphabet, weight in zip(alphabets, weights, strict=True)
    )
    sums = [total % modulus for total in range(256)]
    return Form(columns, modulus, bytes(sums), bytes(2 * bool(rest) for rest in sums))


def digits(length: int) -> Form:
    """The form of a code that is digits only and has no check digit."""
    return form((DIGITS,) * length)


def _column(values: dict[str, int]) -> Column:
    weighted, barred = bytearray(256), bytearray(b"\1" * 256)
    for char, value in values.items():
        weighted[ord(char)], barred[ord(char)] = value, 0
    return Column(values, "".join(values).encode("ascii"), bytes(weighted), bytes(barred))


def check_one(form: Form, value: str) -> str | None:
    """The finding code of one compact value, or None."""
    if len(value) != len(form.columns):
        return FORMAT
    total = 0
    for column, char in zip(form.columns, value, strict=True):
        weighted = column.values.get(char)
        if weighted is None:
            return FORMAT
        total += weighted
    return CHECKSUM if total % form.modulus else None


def check_by_length(forms: Mapping[int, Form], value: str) -> str | None:
    """The finding code of one compact value of a scheme that allows several lengths."""
    form = forms.get(len(value))
    return FORMAT if form is None else check_one(form, value)


def check_all(forms: Mapping[int, Form], values: list[str]) -> list[str | None]:
    """The finding codes of many compact values, by length: the same verdicts as one by one."""
    codes: list[str | None] = []
    for start in range(0, len(values), CHUNK):
        codes += _check_chunk(forms, values[start : start + CHUNK])
    return codes


def _check_chunk(forms: Mapping[int, Form], values: list[str]) -> list[str | None]:
    if len(values) < FEW:
        return [check_by_length(forms, value) for value in values]
    first = forms.get(len(values[0]))
    if first is not None and _are_rows(text := _joined(values), len(first.columns), len(values)):
        return _check_rows(first, text.encode("ascii"), len(values))
    return _check_mixed(forms, values)


def _joined(values: list[str]) -> str:
    return "\n".join(values) + "\n"


def _are_rows(text: str, length: int, count: int) -> bool:
    """True if the text is `count` ASCII lines of `length`: every line end stands in its column and nowhere else."""
    width = length + 1
    in_place = len(text) == width * count and text[length::width] == "\n" * count
    return in_place and text.count("\n") == count and text.isascii()


def _check_mixed(forms: Mapping[int, Form], values: list[str]) -> list[str | None]:
    codes: list[str | None] = [FORMAT] * len(values)
    for length, form in forms.items():
        at = [index for index, value in enumerate(values) if len(value) == length and value.isascii()]
        rows = _joined([values[index] for index in at]).encode("ascii")
        for index, code in zip(at, _check_rows(form, rows, len(at)) if at else (), strict=True):
            codes[index] = code
    return codes


def _check_rows(form: Form, rows: bytes, count: int) -> list[str | None]:
    width = len(form.columns) + 1
    barred = 0
    for at, column in enumerate(form.columns):
        cells = rows[at::width]
        if cells.translate(None, column.allowed):
            barred |= int.from_bytes(cells.translate(column.barred), "little")
    verdicts = barred + _wrong_sums(form, rows, count)
    if not verdicts:
        return [None] * count
    return list(map(_VERDICTS.__getitem__, verdicts.to_bytes(count, "little")))


def _wrong_sums(form: Form, rows: bytes, count: int) -> int:
    """One byte a row, 2 where the modulus does not divide the sum; a byte holds so many columns before it runs over."""
    if form.modulus == 1:
        return 0
    width, limit = len(form.columns) + 1, 255 // (form.modulus - 1)
    total, held = 0, 0
    for at, column in enumerate(form.columns):
        if held == limit:
            total, held = int.from_bytes(total.to_bytes(count, "little").translate(form.remainder), "little"), 1
        total, held = total + int.from_bytes(rows[at::width].translate(column.weighted), "little"), held + 1
    return int.from_bytes(total.to_bytes(count, "little").translate(form.flag), "little")


def settle(scheme: str, value: str, code: str | None, pattern: str, *, masked: bool = False) -> str:
    """Return the value if its finding code is None, else raise what the code means.

    Raises:
        InvalidFormat: wrong length or characters.
        InvalidChecksum: the check character is wrong.
    """
    if code is None:
        return value
    shown = "***" if masked else ascii(value[:_SHOWN])
    params = {"scheme": scheme, "value": shown, "expected": pattern}
    if code == CHECKSUM:
        raise InvalidChecksum(f"{shown}: the check character of {scheme} is wrong", params=params)
    if code == FORMAT:
        raise InvalidFormat(f"{shown} does not have the form of {scheme}: {pattern}", params=params)
    raise CodeError(f"{shown} is not {scheme}", code=code, params=params)


def no_registry(value: str) -> str | None:  # noqa: ARG001  the shape of every scheme
    """Say nothing: no list of known values is at hand."""
    return None


def no_registry_batch(values: list[str]) -> list[str | None]:
    """Say nothing: no list of known values is at hand."""
    return [None] * len(values)
