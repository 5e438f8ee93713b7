"""The page of schemes lists every scheme as it is."""

from pathlib import Path

import pytest

from tracekit import codes

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
ROWS = {line.split(" | ")[0].strip("| `"): line for line in PAGE.splitlines() if line.startswith("| `")}


def test_the_page_lists_the_schemes_of_the_core_and_no_others():
    assert list(ROWS) == codes.schemes()


@pytest.mark.parametrize("scheme", codes.schemes())
def test_a_row_says_what_the_scheme_says(scheme):
    found = codes.get(scheme)
    document, clause, grade = found.SOURCE.split("; ")
    form = found.PATTERN.replace("|", "\\|")
    names = f"| `{scheme}` | {found.NAME_ZH} / {found.NAME_EN} | `{form}` | "
    assert ROWS[scheme].startswith(names)
    check, *rest = ROWS[scheme].removeprefix(names).rsplit(" | ", 2)
    assert rest == [f"{document}; {clause}", f"{grade} |"]
    # a check character breaks by one changed digit; only then may the row name a modulus
    assert ("mod" in check) is (scheme in CHECKED)


CHECKED = {"uscc", "org", "gtin", "sscc", "gln", "gs1", "digital-link", "cas"}
