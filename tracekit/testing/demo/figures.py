"""What came of the demo, read back from the platforms, beside what the generator knows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tracekit.ids import add_leaves
from tracekit.pipeline.times import day_of_text, day_text
from tracekit.platform import chain, quality
from tracekit.platform.office import Office
from tracekit.platform.reconcile import reconcile
from tracekit.sdk.chain import FILINGS
from tracekit.testing.demo.acts import Break, Filed, Mended
from tracekit.testing.demo.country import Country
from tracekit.testing.demo.proof import Proof
from tracekit.testing.demo.sender import Sender
from tracekit.testing.truth import Counts, Truth

COUNTED = ("total", "valid", "problem", "pending", "backfilled")
LEVELS = ("city", "province", "nation")
LAST = 1 << 20
"""A day after all others."""
WINDOW = 400
"""Days that one statement may span."""

PLAIN = "meat_veg"
"""The category of the plain demo's day."""
FILES = (".csv", ".jsonl", ".xlsx")

Row = dict[str, Any]


@dataclass
class Outcome:
    """Everything that the demo shows."""

    seed: int
    day: str
    platforms: list[Row]
    levels: list[Row]
    expected: list[Row]
    cities: list[Row]
    receipts: int
    statements: list[Row]
    books: Row
    findings: list[Row]
    trace: Row
    vegetables: Row
    proofs: list[Proof]
    filed: Filed
    broken_line: Break
    mended: Mended | None
    sent: Row
    feeds: list[Row] = field(default_factory=list[Row])
    categories: list[Row] = field(default_factory=list[Row])
    """One line a category."""
    wrong: list[str] = field(default_factory=list[str])
    """What of the other categories is not as their chains know it."""
    page: str = ""
    seconds: float = 0.0

    @property
    def reconciled(self) -> bool:
        """True if both sides of every link hold the same, down to the digests."""
        return all(one["equal"] for one in self.statements) and self.books["equal"]

    @property
    def differences(self) -> list[str]:
        """What is not as the generator knows it."""
        wrong = [
            f"{one['level']} {name}: {one[name]} ≠ {known[name]}"
            for one, known in zip(self.levels, self.expected, strict=True)
            for name in COUNTED
            if one[name] != known[name]
        ]
        wrong += [f"filing {one}" for one in self.filed.wrong]
        if self.filed.told != self.filed.approved:
            wrong.append(f"filings: {self.filed.told} ≠ {self.filed.approved}")
        wrong += [f"{one['code']}: {one['duplicate']} doubled" for one in self.platforms if one["level"] != "city" and one["duplicate"]]
        wrong += [f"{one['lower']} → {one['upper']}: {one['records']} ≠ {one['above']}" for one in self.statements if not one["equal"]]
        if not self.books["equal"]:
            wrong.append(f"enterprises: {self.books['differ']}")
        if self.trace["path"] != self.trace["expected"]:
            wrong.append(f"{self.trace['ref']}: {self.trace['path']} ≠ {self.trace['expected']}")
        wrong += [f"{one.origin} {one.key}: {one.hops}" for one in self.proofs if not one.signed or one.present]
        return wrong + self.wrong

    def told(self) -> Row:
        """The one object of `--json`."""
        return {
            "levels": self.levels,
            "platforms": [{name: row[name] for name in ("code", "level", *COUNTED)} for row in self.platforms],
            "receipts": self.receipts,
            "reconciled": self.reconciled,
            "trace": {name: self.trace[name] for name in ("ref", "vertices", "edges", "gaps", "path")},
            "findings": [{"code": one["code"], "count": one["count"]} for one in self.findings],
            "expected": self.expected,
            "page": self.page,
            "seconds": self.seconds,
            "differences": self.differences,
            **self._beside(),
        }

    def _beside(self) -> Row:
        """What the tables say beyond the counts."""
        doubled = sum(one["duplicate"] for one in self.platforms if one["level"] != "city")
        return {
            "broken_links": {one["code"]: one["broken"] for one in self.platforms},
            "cities": [{name: one[name] for name in ("code", "reporting_rate", "silent", "nodes", "sums")} for one in self.cities],
            "statements": self.statements,
            "books": self.books,
            "sent": self.sent,
            "filed": {"approved": self.filed.approved, "told": self.filed.told, "assigned": len(self.filed.assigned)},
            "broken_line": {**asdict(self.broken_line), "doubled": doubled},
            "mended": asdict(self.mended) if self.mended else None,
            "proofs": [asdict(one) for one in self.proofs],
            "feeds": self.feeds,
            "categories": self.categories,
        }


def expected(truth: Truth, corrected: bool) -> list[Row]:
    """The generator's levels; a corrected record is one more content at every level, and the refused one stays counted."""
    more = Counts(total=1, valid=1) if corrected else Counts()
    return [counted(level, truth.levels[level].plus(more)) for level in LEVELS]


def platforms(country: Country) -> list[Row]:
    """The counters of every platform over events; filings are counted apart."""
    return [
        {"level": one.place.role, "code": one.place.code, "name": one.place.name, "parent": one.place.parent, **events(one.office, PLAIN)}
        for one in country.stations.values()
    ]


def levels(rows: Iterable[Row]) -> list[Row]:
    """The platforms of each level added up."""
    sums = {level: dict.fromkeys(COUNTED, 0) for level in LEVELS}
    for row in rows:
        for name in COUNTED:
            sums[row["level"]][name] += row[name]
    return [{"level": level, **sums[level]} for level in LEVELS]


def counted(level: str, counts: Counts) -> Row:
    """The counters that are compared, of one level."""
    return {"level": level, **{name: getattr(counts, name) for name in COUNTED}}


def events(office: Office, category: str) -> dict[str, int]:
    """The counters of a platform over a category's events."""
    sums: dict[str, int] = dict.fromkeys((*COUNTED, "duplicate", "broken"), 0)
    for rollup in office.store.rollups(0, LAST, ("kind",), category=category):
        if rollup.by[0] not in FILINGS:
            for name in sums:
                sums[name] += getattr(rollup, name)
    return sums


def city_tables(country: Country, truth: Truth) -> list[Row]:
    """Each city's business day by node; `late` is what came for the days before it, after their windows had closed."""
    names = {flat["ref"]: flat["name"] for flats in truth.filings.values() for flat in flats if flat["kind"] == "core.node"}
    found: list[Row] = []
    for station in country.levels["city"]:
        table = quality.day_table(station.office, truth.day)
        late = {str(one.by[0]): one.backfilled for one in station.office.store.rollups(0, day_of_text(truth.day) - 1, ("node",))}
        for row in table["nodes"]:
            row |= {"name": names.get(f"node:{row['node']}", ""), "late": late.get(row["node"], 0)}
        table["sums"]["late"] = sum(row["late"] for row in table["nodes"])
        found.append({"code": station.place.code, "name": station.place.name, **table})
    return found


def statements(country: Country) -> list[Row]:
    """Both sides of every link between platforms, over every day on which the lower side holds something."""
    return [_statement(lower.office, lower.place.code, upper.place.code) for lower, upper in country.links()]


def _statement(office: Office, lower: str, upper: str) -> Row:
    told = [reconcile(office, day_text(first), day_text(last)) for first, last in _windows(_days(office))]
    digest = add_leaves(int(one["upper"]["digest"], 16) for one in told)
    return {
        "lower": lower,
        "upper": upper,
        "equal": all(one["equal"] for one in told),
        "digest": f"{digest:064x}",
        "records": sum(one["lower"]["records"] for one in told),
        "above": sum(one["upper"]["records"] for one in told),
    }  # fmt: skip  one line a table row


def _days(office: Office) -> list[int]:
    """The business days that a platform has counted anything on."""
    return sorted(int(row.by[0]) for row in office.store.rollups(0, LAST, ("day",)))


def _windows(days: Iterable[int]) -> list[tuple[int, int]]:
    """As few spans of days as a statement allows."""
    found: list[tuple[int, int]] = []
    for day in days:
        if found and day - found[-1][0] < WINDOW:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def books(senders: Iterable[Sender], day: str) -> Row:
    """What every enterprise's own book says, beside its city's statement."""
    first = day_text(day_of_text(day) - WINDOW)
    pairs = [(one.truth.code, one.booked(), one.stated(first, day)) for one in senders]
    differ = [code for code, mine, theirs in pairs if mine != theirs]
    return {"links": len(pairs), "records": sum(mine[0] for _, mine, _ in pairs), "equal": not differ, "differ": differ}


def findings(country: Country, senders: Iterable[Sender]) -> list[Row]:
    """What the cities found, most frequent first, each with a real example out of the receipts; not counted again on the way up."""
    results = [result for one in senders for receipt in one.receipts for result in receipt.results]
    examples = {finding.code: finding for result in results for finding in result.findings}
    found = Counter[tuple[str, str]]()
    for station in country.levels["city"]:
        for one in station.office.store.findings_top(0, LAST, 1000):
            found[one.code, one.level] += one.count
    rows = [{"code": code, "level": level, "count": count, "example": examples.get(code)} for (code, level), count in found.items()]
    return sorted(rows, key=lambda row: (row["level"] != "error", -row["count"], row["code"]))


def traced(country: Country, truth: Truth, name: str) -> Row:
    """A till slip traced back at the nation, beside the way that the generator laid."""
    known = next((one for one in truth.traces if one.name == name), None)
    if known is None:
        return {"ref": "", "vertices": 0, "edges": 0, "gaps": 0, "path": [], "expected": [], "steps": [], "certificate": ""}
    office = country.levels["nation"][0].office
    told = chain.trace(office, {"ref": known.ref, "direction": "backward"})
    by_id = {one["id"]: one for one in told["vertices"]}
    edges = {(one["from"], one["to"]): one for one in told["edges"]}
    steps = [_step(country, truth, by_id[one]) for one in told["path"]]
    for step, later in zip(steps[1:], steps, strict=False):
        step["edge"] = edges.get((step["id"], later["id"]), {})
    return {
        "ref": known.ref,
        **{one: told["counts"][one] for one in ("vertices", "edges", "gaps")},
        "path": [[one["origin"], one["kind"], one["key"]] for one in steps],
        "expected": [list(one) for one in reversed(known.path)],
        "steps": steps,
        "certificate": known.certificate,
    }


def _step(country: Country, truth: Truth, vertex: Row) -> Row:
    """An event of the chain with the names of its kind, its enterprise and its city."""
    enterprise = next(one for one in truth.enterprises if one.code == vertex["origin"])
    kind = country.registry.kinds[vertex["kind"]]
    city = country.stations[enterprise.city].place
    names = {"kind_zh": kind.name_zh, "kind_en": kind.name_en, "enterprise": enterprise.name}
    return {**vertex, **names, "city": city.code, "province": city.parent}


def sent(senders: Iterable[Sender]) -> Row:
    """What the enterprises sent and were answered."""
    listed = list(senders)
    receipts = [receipt for one in listed for receipt in one.receipts]
    counts = {name: sum(one.counts.get(name, 0) for one in receipts) for name in ("total", "valid", "problem", "duplicate")}
    files = {path for one in listed for path in one.truth.folder.iterdir() if _is_data(path)}
    return {
        "enterprises": len(listed),
        "sources": sum(len(one.truth.sources) for one in listed),
        "files": len(files),
        "rows": sum(one.rows for one in listed),
        "packages": len(receipts),
        **counts,
    }  # fmt: skip  one line a table row


def _is_data(path: Path) -> bool:
    """True for an enterprise's own file, not for a mapping table, which stands beside its settings."""
    return path.suffix in FILES and not path.with_suffix(".toml").exists()


def count_receipts(country: Country) -> int:
    """The receipts that all platforms have given."""
    return sum(one.office.store.status().receipts for one in country.stations.values())
