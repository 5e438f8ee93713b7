"""Results for machines: JUnit XML for a build server, CSV for a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import orjson

from tracekit.conformance.report_lines import CaseLine, Difference, Report
from tracekit.conformance.results import NOTICE

COLUMNS = (
    "case",
    "area",
    "title_zh",
    "title_en",
    "kind",
    "requirements",
    "result",
    "seconds",
    "reason",
    "step",
    "path",
    "expected",
    "found",
    "code",
    "again",
)  # fmt: skip  one line of a table
JUNIT = {
    "fail": "failure",
    "not_proven": "failure",
    "review": "failure",
    "kit_error": "error",
    "env_error": "error",
    "not_applicable": "skipped",
    "waived": "skipped",
}  # fmt: skip  two subjects a line
"""The element of a test case that a result makes; none: it passed. A warning decides nothing and stands in `system-out`."""
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def junit(report: Report) -> bytes:
    """JUnit XML: a suite an area, a test case a case, its requirements as properties."""
    root = Element("testsuites", {"name": f"tracekit conform: {_target(report)}", **_sums(report.cases)})
    for area, cases in report.areas().items():
        suite = SubElement(root, "testsuite", {"name": area, **_sums(cases), "timestamp": report.header.started})
        for one in cases:
            _test_case(suite, one)
    indent(root)
    return tostring(root, "utf-8", xml_declaration=True) + b"\n"


def _target(report: Report) -> str:
    target = report.header.target
    return _fit(str(target.get("name") or target.get("url") or target.get("role", "")))


def _sums(cases: tuple[CaseLine, ...] | list[CaseLine]) -> dict[str, str]:
    made = [JUNIT.get(one.result) for one in cases]
    counts = {"failures": made.count("failure"), "errors": made.count("error"), "skipped": made.count("skipped")}
    return {"tests": f"{len(made)}", **{name: f"{count}" for name, count in counts.items()}, "time": _seconds(cases)}


def _seconds(cases: tuple[CaseLine, ...] | list[CaseLine]) -> str:
    return f"{sum(one.seconds for one in cases):.3f}"


def _test_case(suite: Element, one: CaseLine) -> None:
    name = _fit(f"{one.case} {one.title_zh} / {one.title_en}")
    made = SubElement(suite, "testcase", {"classname": one.area, "name": name, "time": f"{one.seconds:.3f}"})
    properties = SubElement(made, "properties")
    for id_ in one.verifies:
        SubElement(properties, "property", {"name": "requirement", "value": _fit(id_)})
    if element := JUNIT.get(one.result):
        message = _fit(first_line(one))
        more = {} if element == "skipped" else {"type": _fit(failure_type(one))}
        SubElement(made, element, {"message": message, **more}).text = _fit("\n".join(told(one)))
    elif one.result == "warn":
        SubElement(made, "system-out").text = _fit("\n".join(("warn", *told(one))))


def failure_type(one: CaseLine) -> str:
    """The error code that was expected, else the first path that differs, else the result."""
    if one.failure is None:
        return one.result
    first = one.failure.differences[0].path if one.failure.differences else ""
    return one.failure.remedy.get("code") or first or one.result


def first_line(one: CaseLine) -> str:
    """The reason, else the first difference, in one line."""
    differences = one.failure.differences if one.failure else ()
    return one.reason or (_difference(differences[0]) if differences else one.result)


def _difference(one: Difference) -> str:
    return f"{one.path or '.'}: expected {shown(one.expected)}, came {shown(one.found)}"


def told(one: CaseLine) -> Iterator[str]:
    """A result with all that is known of it, as lines."""
    if one.reason:
        yield one.reason
    failure = one.failure
    if failure is None:
        return
    yield f"requirement: {', '.join(one.verifies)}; step {failure.step}"
    yield from map(_difference, failure.differences)
    parts = {"sent": shown(failure.sent), "came": shown(failure.came), "mend": shown(failure.remedy) if failure.remedy else ""}
    yield from (f"{name}: {text}" for name, text in {**parts, "curl": failure.curl, "again": failure.again}.items() if text)


def shown(value: Any) -> str:
    """A JSON value as one line of text."""
    try:
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    except TypeError:  # nested deeper than is written
        return "…"


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def summary(report: Report) -> bytes:
    """CSV, a line a case; with a byte order mark, so that a spreadsheet reads Chinese."""
    text = io.StringIO()
    text.write(f"# {NOTICE}; {_target(report)}; tracekit {report.header.kit}; {report.footer.statement}\r\n")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows([_cell(each) for each in _row(one)] for one in report.cases)
    return text.getvalue().encode("utf-8-sig")


def _row(one: CaseLine) -> Iterator[str]:
    failure = one.failure
    first = failure.differences[0] if failure and failure.differences else None
    yield from (one.case, one.area, one.title_zh, one.title_en, one.kind, " ".join(one.verifies), one.result, f"{one.seconds:.3f}")
    yield from (one.reason, f"{failure.step}" if failure else "")
    yield from (first.path, shown(first.expected), shown(first.found)) if first else ("", "", "")
    yield from (failure.remedy.get("code", ""), failure.again) if failure else ("", "")


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
