"""What is made from results: pages, JUnit XML, CSV, certificate."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tracekit.conformance.report import derived
from tracekit.conformance.report_lines import Report, read_report
from tracekit.conformance.report_pages import body
from tracekit.conformance.results import NOTICE, results_bytes
from tracekit.errors import TracekitError

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Balanced tags, ids and links, and what would be fetched or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.outside: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = dict(attrs)
        self.open += [] if tag in VOID else [tag]
        self.ids += [values["id"]] if "id" in values else []
        self.links |= {values["href"][1:]} if str(values.get("href", "")).startswith("#") else set()
        self.outside += [tag] if tag in {"script", "link", "img", "iframe"} or "src" in values else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report(lines: Any) -> Report:
    return read_report(results_bytes(lines), "results.jsonl")


def pages(lines: Any) -> dict[str, str]:
    return {name: data.decode("utf-8-sig") for name, data in derived(report(lines)).items()}


def test_a_page_stands_alone_and_shows_each_failure_whole(mixed: Any) -> None:
    text = pages(mixed)["report.html"]
    page = Page(text)
    assert page.outside == []
    assert "url(" not in text
    assert len(page.ids) == len(set(page.ids))
    assert page.links <= set(page.ids)
    assert {one["case"] for one in mixed[1:-1]} | set(mixed[-1]["requirements"]) == set(page.ids)
    failed = text[text.index('id="TC-SUBMIT-0001"') :]
    for part in ("TK-DOCK-105", "摘要不符", "the digest differs", "/v1/submit", "curl -sS", "--case TC-SUBMIT-0002", "&lt;script&gt;"):
        assert part in failed
    assert "<script" not in text
    for part in (
        NOTICE,
        "不符合 Not conformant",
        "https://city.example",
        mixed[0]["specs"],
        mixed[0]["plan"],
        "no record came",
        "role city",
    ):
        assert part in text


def test_junit_tells_failures_errors_and_skips_apart(mixed: Any) -> None:
    root = ET.fromstring(pages(mixed)["junit.xml"])
    suite = next(one for one in root if one.get("name") == "submit")
    made = {one.get("name", "").split()[0]: one for one in suite}
    found = {id_: [child.tag for child in one if child.tag != "properties"] for id_, one in made.items()}
    assert [found[f"TC-SUBMIT-000{at}"] for at in range(1, 9)] == [
        ["failure"],
        ["failure"],
        ["skipped"],
        ["skipped"],
        ["error"],
        ["error"],
        ["system-out"],
        [],
    ]  # fmt: skip  one subject a line
    failure = made["TC-SUBMIT-0001"].find("failure")
    assert failure is not None
    assert failure.get("type") == "TK-DOCK-105"
    verifies = next(one["verifies"] for one in mixed[1:-1] if one["case"] == "TC-SUBMIT-0001")
    assert [one.get("value") for one in made["TC-SUBMIT-0001"].iter("property")] == verifies
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("2", "2", "2")
    assert int(root.get("tests", "")) == len(mixed) - 2 == len(list(root.iter("testcase")))


def test_a_line_a_case_and_no_formula(mixed: Any) -> None:
    first, *rows = csv.reader(io.StringIO(pages(mixed)["summary.csv"]))
    assert NOTICE in first[0]
    names, *cells = rows
    told = {row[0]: dict(zip(names, row, strict=True)) for row in cells}
    assert told.keys() == {one["case"] for one in mixed[1:-1]}
    assert (told["TC-SUBMIT-0001"]["code"], told["TC-SUBMIT-0001"]["path"], told["TC-SUBMIT-0001"]["found"]) == (
        "TK-DOCK-105",
        "code",
        "null",
    )
    assert [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


def test_only_what_conforms_gets_a_certificate_and_it_says_what_it_does_not_prove(lines: Any, mixed: Any) -> None:
    assert "certificate.html" not in pages(mixed)
    assert "certificate.html" not in pages(lines({}, ("TC-SUBMIT-9999",)))
    made = lines(
        {"TC-SUBMIT-0003": ("waived", "agreed (until 2999-12-31)"), "TC-SUBMIT-0004": ("not_applicable", "needs 2 senders in the plan")}
    )
    text = pages(made)["certificate.html"]
    assert Page(text).outside == []
    for part in (
        NOTICE,
        "符合 Conformant",
        "0.1.0",
        made[0]["specs"],
        made[0]["plan"],
        "TC-SUBMIT-0003",
        "agreed (until 2999-12-31)",
        "needs 2 senders",
    ):
        assert part in text
    untested = [id_ for id_, result in made[-1]["requirements"].items() if result == "not_tested"]
    assert untested
    assert [id_ for id_ in untested if id_ not in text or made[-1]["wording"][id_]["not_tested"] not in text] == []
    assert "Part of the cases only" not in text


def test_a_part_of_the_cases_says_so_wherever_it_is_shown(lines: Any) -> None:
    made = pages(lines({}, ("TC-SUBMIT-0002",)))
    for name in ("report.html", "certificate.html"):
        assert "Part of the cases only" in made[name]
        assert "NI-DESCRIBE-01" in made[name]


def test_two_runs_differ_in_times_only(lines: Any) -> None:
    first, second = pages(lines(seconds=0.25, run="t1")), pages(lines(seconds=0.5, run="t2"))
    assert first == pages(lines(seconds=0.25, run="t1"))
    plain = [
        {name: re.sub(r"\d+\.\d+|>t\d<", "", text) for name, text in one.items()} for one in (first, second)
    ]  # fmt: skip  one subject a line
    assert first != second
    assert plain[0] == plain[1]


def test_a_body_is_indented_only_where_nothing_else_changes() -> None:
    assert body('{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    for text in ('{"a":1e400}', '{"a":1,"a":2}', '{"a": 1}', "[" * 3000, "", "no json", '{"a":123456789012345678901234567890}'):
        assert body(text) == text


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[-1]["counts"].update({"pass": 999}),
        lambda lines: lines[-1].update(statement="conformant", exit=0),
        lambda lines: lines[1].update(result="not_proven"),
        lambda lines: lines[-1]["wording"].pop("NI-SUBMIT-02"),
        lambda lines: lines[-1]["requirements"].update({"NI-SUBMIT-02": "pass"}),
        lambda lines: lines[-1].pop("complete"),
        lambda lines: lines[1].update(case=lines[2]["case"]),
    ],
)
def test_a_footer_that_its_lines_do_not_make_is_no_report(mixed: Any, change: Any) -> None:
    change(mixed)
    with pytest.raises(TracekitError) as caught:
        report(mixed)
    assert caught.value.code == "TK-CONF-020"


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.pop(),
        lambda lines: lines.pop(1),
        lambda lines: lines[1].update(result="good"),
        lambda lines: lines[0].pop("target"),
        lambda lines: lines[0].update(target=[]),
        lambda lines: lines[1].update(failure={"differences": [{}]}),
        lambda lines: lines.__setitem__(1, [1]),
    ],
)
def test_what_is_no_results_is_told_as_such(mixed: Any, change: Any) -> None:
    change(mixed)
    with pytest.raises(TracekitError) as caught:
        report(mixed)
    assert caught.value.code == "TK-CONF-003"
