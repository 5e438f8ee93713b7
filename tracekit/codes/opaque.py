"""Numbers whose rule is not public: certificates, till slips, plates. Visible characters up to a length, no more.

One table gives each its names, its longest form, and where the length comes from. Case and hyphens stay, since
nobody knows whether they matter; only plates lose hyphens and dots and become upper case.

>>> from tracekit.codes import opaque
>>> quarantine = opaque.SCHEMES["quarantine"]
>>> quarantine.validate(" No.３７１２３４５ ")
'No.3712345'
>>> opaque.SCHEMES["plate"].validate("鲁f·12345")
'鲁F12345'
>>> quarantine.is_valid("")
False
>>> quarantine.validate("7" * 65)
Traceback (most recent call last):
    ...
tracekit.errors.InvalidFormat: TK-CODE-001: '777...777' does not have the form of quarantine: 1-64 visible characters
"""

from tracekit.codes._form import FORMAT, settle
from tracekit.codes._text import NO_PRINT_MARKS, TYPED, Table, is_tidy, tidy

LONGEST = 64
_NO_RULE = "number rule not published; UNKNOWN, length is project-defined"


class Opaque:
    """A scheme without a rule, of the same shape as a module of a scheme."""

    def __init__(self, scheme: str, names: tuple[str, str], source: str, longest: int = LONGEST, table: Table = TYPED) -> None:
        self.SCHEME = scheme
        self.NAME_ZH, self.NAME_EN = names
        self.SOURCE = f"{source}; {_NO_RULE}"
        self.PATTERN = rf"\S{{1,{longest}}}"
        self._longest = longest
        self._table = table

    def compact(self, value: str) -> str:
        """Full-width to ASCII, no blanks, Unicode form C."""
        return tidy(value, self._table)

    def _check(self, value: str) -> str | None:
        return None if is_tidy(value, self._longest) else FORMAT

    def validate(self, value: str) -> str:
        """Return the compact form, or raise `InvalidFormat`."""
        value = self.compact(value)
        return settle(self.SCHEME, value, self._check(value), f"1-{self._longest} visible characters")

    def is_valid(self, value: str) -> bool:
        """Answer yes or no."""
        return self._check(self.compact(value)) is None

    def parse(self, value: str) -> dict[str, str]:
        """The number alone; raises like `validate`."""
        return {"number": self.validate(value)}

    def check_batch(self, values: list[str]) -> list[str | None]:
        """For each compact value a finding code or None."""
        return [self._check(value) for value in values]

    def registry(self, value: str) -> str | None:  # noqa: ARG002  the shape of every scheme
        """Say nothing: no list of known numbers is at hand."""
        return None

    def registry_batch(self, values: list[str]) -> list[str | None]:
        """Say nothing: no list of known numbers is at hand."""
        return [None] * len(values)


SCHEMES: dict[str, Opaque] = {
    one.SCHEME: one
    for one in (
        Opaque("quarantine", ("动物检疫合格证明编号", "Animal quarantine certificate"), "animal quarantine rules"),
        Opaque("meat-quality", ("肉品品质检验合格证号", "Meat inspection certificate"), "pig slaughter regulation"),
        Opaque("origin-cert", ("产地证明编号", "Certificate of origin"), "city platforms' forms"),
        Opaque("vege-test", ("蔬菜检测合格证号", "Vegetable test certificate"), "city platforms' forms"),
        Opaque("till-slip", ("零售凭证号", "Till slip"), "retail systems"),
        Opaque("plate", ("车牌号", "Vehicle plate"), "vehicle field of city platforms' messages", longest=20, table=NO_PRINT_MARKS),
        Opaque("promise", ("承诺达标合格证编号", "Certificate of promised quality"), "MARA order 4 of 2025"),
        Opaque("market-entry", ("入市追溯凭证号", "Market entry voucher"), "agriculture platform guide of 2018"),
        Opaque("ecode", ("物品编码 (Ecode)", "Ecode of an entity"), "GB/T 31866-2023 (lengths of its parts not found)", longest=256),
    )
}
"""The opaque schemes by id."""
