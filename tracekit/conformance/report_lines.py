"""The lines of a results file as typed values: read whole, and agreeing with each other, before anything is made from them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tracekit.conformance.cases import Case
from tracekit.conformance.requirements import ANY, BINDING, Requirement
from tracekit.conformance.results import Results, footer, read_results
from tracekit.conformance.run import Outcome, Result
from tracekit.errors import TracekitError


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class Header(_Line):
    """What was judged, by which kit, plan and rules."""

    kit: str
    specs: str
    plan: str
    target: dict[str, Any]
    platform: dict[str, Any]
    select: dict[str, tuple[str, ...]]
    seed: int
    run: str
    started: str

    @property
    def narrowed(self) -> dict[str, tuple[str, ...]]:
        """The selection where there is one: then the run was of a part."""
        return {name: chosen for name, chosen in self.select.items() if chosen}


class Difference(_Line):
    """One place where what came is not what was expected."""

    path: str
    expected: Any = None
    found: Any = None


class Failure(_Line):
    """What a failure shows."""

    step: int | str = ""
    differences: tuple[Difference, ...] = ()
    sent: dict[str, Any] = {}
    came: dict[str, Any] = {}
    remedy: dict[str, str] = {}
    curl: str = ""
    again: str = ""


class CaseLine(_Line):
    """What came of a case."""

    case: str
    area: str
    title_zh: str
    title_en: str
    verifies: tuple[str, ...]
    kind: str
    result: Result
    seconds: float
    reason: str = ""
    failure: Failure | None = None

    def as_outcome(self) -> Outcome:
        """As the run had it, without steps."""
        case = Case(self.case, self.title_zh, self.title_en, self.verifies, self.kind, (), {}, (), self.area)
        return Outcome(case, self.result, self.seconds, self.reason)


class Wording(_Line):
    """A requirement as the tables had it when the run was made."""

    level: str
    zh: str
    en: str
    not_tested: str

    @property
    def binds(self) -> bool:
        """It decides whether a system conforms."""
        return self.level in BINDING


class Footer(_Line):
    """The counts and the statement."""

    statement: str
    exit: int
    cases: int
    counts: dict[str, int]
    requirements: dict[str, str]
    wording: dict[str, Wording]
    seconds_total: float

    @property
    def conformant(self) -> bool:
        """Whether the statement is that the system conforms."""
        return self.exit == 0


@dataclass(frozen=True)
class Report:
    """Results that are whole and agree with themselves."""

    header: Header
    cases: tuple[CaseLine, ...]
    footer: Footer

    def areas(self) -> dict[str, list[CaseLine]]:
        """The cases by their area, in the order of the results."""
        found: dict[str, list[CaseLine]] = {}
        for one in self.cases:
            found.setdefault(one.area, []).append(one)
        return found

    def of(self, *results: Result) -> list[CaseLine]:
        """The cases with one of these results."""
        return [one for one in self.cases if one.result in results]

    def unproven(self) -> Iterator[tuple[str, Wording]]:
        """Requirements that no case of the run showed to hold."""
        for id_, result in self.footer.requirements.items():
            if result in ("not_tested", "not_applicable"):
                yield id_, self.footer.wording[id_]


def read_report(data: bytes, name: str) -> Report:
    """The report that results hold.

    Raises:
        TracekitError: they are not whole, a line is not what it must be, or the footer is not what the lines make.
    """
    results = read_results(data, name)
    try:
        header, last = Header.model_validate(results.header), Footer.model_validate(results.footer)
        cases = tuple(CaseLine.model_validate(one) for one in results.cases)
    except ValidationError as error:
        first = error.errors()[0]
        detail = f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise TracekitError(detail, code="TK-CONF-003", params={"file": name}) from None
    if not _agree(cases, last, results):
        raise TracekitError(f"{name}: the footer is not what the lines make", code="TK-CONF-020", params={"file": name})
    return Report(header, cases, last)


def _agree(cases: Iterable[CaseLine], last: Footer, results: Results) -> bool:
    """Whether the lines, counted and judged anew, make this very footer."""
    ids = [one.case for one in cases]
    try:
        made = footer((one.as_outcome() for one in cases), _requirements(last.wording), last.seconds_total)
    except LookupError:
        return False
    return made == results.footer and len(ids) == len(set(ids))


def _requirements(wording: Mapping[str, Wording]) -> dict[str, Requirement]:
    return {
        id_: Requirement(id_, "", one.level, (ANY,), "", "", False, one.zh, one.en, one.not_tested, "", "") for id_, one in wording.items()
    }
