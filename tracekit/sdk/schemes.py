"""Code schemes of plugins as values: say the form and the parts, and get all that every scheme offers.

>>> form = form_of({4: ["D", *[DIGITS] * 3]})
>>> plain = Scheme("demo-no", ("示例编号", "Demo number"), "example; project-defined", "D[0-9]{3}", form)
>>> plain.validate("d-123")
'D123'
>>> plain.check_batch(["D123", "D12"])
[None, 'TK-CODE-001']
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracekit.codes._form import CHECKSUM, DIGITS, FORMAT, REGISTRY, check_all, form, settle
from tracekit.codes._text import NO_HYPHENS, Table, clean

__all__ = ["CHECKSUM", "DIGITS", "FORMAT", "REGISTRY", "BatchCheck", "Scheme", "form_of", "with_mod_11_10"]

BatchCheck = Callable[[list[str]], list[str | None]]
"""For each compact value a finding code or None."""


def _nothing(_value: str) -> dict[str, str]:
    return {}


def _listed(_value: str) -> bool:
    return True


@dataclass(frozen=True)
class Scheme:
    """A code scheme: its names and source, how a batch is checked, how a valid value is taken apart, and which values lists know."""

    SCHEME: str
    names: tuple[str, str]
    SOURCE: str
    PATTERN: str
    check: BatchCheck
    parts: Callable[[str], Mapping[str, str]] = _nothing
    known: Callable[[str], bool] = _listed
    table: Mapping[int, int | None] | None = None

    @property
    def NAME_ZH(self) -> str:  # noqa: N802  the shape of every scheme
        """The Chinese name."""
        return self.names[0]

    @property
    def NAME_EN(self) -> str:  # noqa: N802  the shape of every scheme
        """The English name."""
        return self.names[1]

    def compact(self, value: str) -> str:
        """Full-width to ASCII, no blanks or hyphens, upper case, unless the scheme has a table of its own."""
        table: Table = NO_HYPHENS if self.table is None else dict(self.table)
        return clean(value, table)

    def validate(self, value: str) -> str:
        """Return the compact form, or raise `InvalidFormat` or `InvalidChecksum`."""
        value = self.compact(value)
        return settle(self.SCHEME, value, self.check([value])[0], self.PATTERN)

    def is_valid(self, value: str) -> bool:
        """Answer yes or no."""
        return self.check([self.compact(value)])[0] is None

    def parse(self, value: str) -> dict[str, str]:
        """Name the parts of a valid value; raises like `validate`."""
        return dict(self.parts(self.validate(value)))

    def check_batch(self, values: list[str]) -> list[str | None]:
        """For each compact value a finding code or None."""
        return self.check(values)

    def registry(self, value: str) -> str | None:
        """`TK-CODE-003` if no list knows a valid value: worth a warning, never a refusal."""
        return None if self.known(value) else REGISTRY

    def registry_batch(self, values: list[str]) -> list[str | None]:
        """`registry` for many values."""
        return [self.registry(value) for value in values]


def form_of(forms: Mapping[int, Sequence[str]]) -> BatchCheck:
    """A check of form alone: for each allowed length the characters that each position may hold."""
    compiled = {length: form(alphabets, values="".join(sorted(set("".join(alphabets))))) for length, alphabets in forms.items()}
    return lambda values: check_all(compiled, values)


_VALUE = bytes(char - 48 if 48 <= char <= 57 else 0 for char in range(256))


def _state(cell: int) -> int:
    """One step of ISO 7064 MOD 11,10: `cell` is ten times the state plus a digit; the answer is ten times the next state."""
    return ((cell // 10 + cell % 10) % 10 or 10) * 2 % 11 * 10 % 256


_NEXT = bytes(_state(cell) for cell in range(256))
_WRONG = bytes((cell // 10 + cell % 10) % 10 != 1 for cell in range(256))


def with_mod_11_10(check: BatchCheck, length: int, start: int = 0) -> BatchCheck:
    """A check with the hybrid check digit of ISO 7064 (GB/T 17710) at the end of values of that length.

    The whole batch steps through the positions together: one addition and one translation a position.

    Args:
        start: where the digits begin.
    """

    def both(values: list[str]) -> list[str | None]:
        codes = check(values)
        at = [index for index, code in enumerate(codes) if code is None and len(values[index]) == length]
        for index, wrong in zip(at, _wrong([values[index] for index in at], length, start), strict=True):
            if wrong:
                codes[index] = CHECKSUM
        return codes

    return both


def _wrong(values: Sequence[str], length: int, start: int) -> Iterable[int]:
    rows, count = "".join(values).encode("ascii"), len(values)
    states = bytes([100]) * count
    for column in range(start, length):
        cells = int.from_bytes(states, "little") + int.from_bytes(rows[column::length].translate(_VALUE), "little")
        states = cells.to_bytes(count, "little").translate(_NEXT if column < length - 1 else _WRONG)
    return states
