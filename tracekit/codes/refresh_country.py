"""Make the country table: `python -m tracekit.codes.refresh_country`, with the packages `iso3166` and `babel` installed.

Codes and English names come from ISO 3166-1, Chinese short names from CLDR, where three names are those of GB/T 2659.
"""

import csv
import io
from importlib import import_module
from typing import Any

from tracekit.spec.tables import core_folder

NOTE = """\
# publisher: ISO 3166 Maintenance Agency; Chinese names: Unicode CLDR
# document: ISO 3166-1, the codes that GB/T 2659 takes over; Chinese short names (the tables of GB/T 2659 were not read)
# date: 2026-11-22
# licence: facts of a public code table; read through iso3166 3.0.0 (MIT) and babel 2.18.0 (BSD)
# made by `python -m tracekit.codes.refresh_country`, never by hand; three names are set to those in use in China
"""
CHINESE = {"HK": "中国香港", "MO": "中国澳门", "TW": "中国台湾"}
NOT_ISO = {"XK"}
"""User-assigned: in the package's list, not in the standard's."""


def main() -> None:
    """Write `codesets/country.csv`."""
    countries: Any = import_module("iso3166").countries
    chinese: dict[str, str] = {**import_module("babel").Locale("zh").territories, **CHINESE}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name_zh", "name_en", "valid_from", "valid_to", "alpha3", "numeric"])
    for one in sorted(countries, key=lambda one: one.alpha2):
        if one.alpha2 not in NOT_ISO:
            writer.writerow([one.alpha2, chinese[one.alpha2], one.name, "", "", one.alpha3, one.numeric])
    (core_folder() / "codesets" / "country.csv").write_text(NOTE + text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
