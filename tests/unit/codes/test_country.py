"""Country codes: three spellings of one table."""

from tracekit.codes import country
from tracekit.spec.tables import core_folder, read_table

ROWS = read_table(core_folder() / "codesets" / "country.csv")


def test_every_spelling_leads_to_the_same_country():
    assert len(ROWS) == 249
    for row in ROWS:
        spelt = [country.parse(row[spelling]) for spelling in ("code", "alpha3", "numeric")]
        assert spelt == [spelt[0]] * 3
        assert spelt[0]["name"] == row["name_zh"]
        assert country.registry_batch([row["code"], row["alpha3"], row["numeric"]]) == [None] * 3


def test_no_spelling_stands_twice():
    spellings = [row[spelling] for row in ROWS for spelling in ("code", "alpha3", "numeric")]
    assert len(set(spellings)) == len(spellings)


def test_an_unknown_country_is_a_hint_only():
    assert country.validate("XK") == "XK"
    assert country.registry("XK") == "TK-CODE-003"
    assert country.parse("XK") == {"code": "XK"}
    assert country.check_batch(["A1B", "12", "A", "ABC", "999", "CN"]) == ["TK-CODE-001"] * 3 + [None] * 3
