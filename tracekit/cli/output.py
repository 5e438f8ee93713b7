"""How commands speak: JSON where asked, rich tables on a terminal, plain text elsewhere; errors as what, where, expected, what to do."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracekit.cli.text import language
from tracekit.errors import TracekitError
from tracekit.findings import Finding
from tracekit.spec.messages import message, remedy, render

LABELS = {
    "zh": {"where": "位置", "clause": "依据", "remedy": "处理", "expected": "应为", "detail": "详情"},
    "en": {"where": "where", "clause": "clause", "remedy": "what to do", "expected": "expected", "detail": "detail"},
}


def say(zh: str, en: str) -> str:
    """The text in the user's language."""
    return zh if language() == "zh" else en


def put(text: str = "") -> None:
    """Write one line to standard output."""
    sys.stdout.write(text + "\n")


def put_json(value: Any) -> None:
    """Write one JSON object on one line."""
    put(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))


def put_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: drawn on a terminal, tab-separated elsewhere."""
    texts = [[str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (columns, *texts):
            put("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns)
    for row in texts:
        table.add_row(*row)
    Console().print(table)


def describe_finding(finding: Finding) -> dict[str, Any]:
    """A finding with its texts, clause, grade and remedy in the user's language."""
    row = message(finding.code)
    return {
        **finding.to_wire(),
        "message": render(finding.code, finding.params, language()),
        "clause": row.clause,
        "grade": row.grade,
        "remedy": remedy(finding.code, finding.params, language()),
    }


def put_finding(finding: Finding, of: str = "") -> None:
    """Write a finding as what, where, clause and remedy."""
    told = describe_finding(finding)
    labels = LABELS[language()]
    put(f"{finding.level} {finding.code} {told['message']}")
    place = " ".join(part for part in (of, finding.where, finding.path) if part)
    _lines(labels, {"where": place, "clause": told["clause"], "remedy": told["remedy"]}, put)


def error_object(error: TracekitError) -> dict[str, Any]:
    """An error as one JSON object."""
    return {
        "code": error.code,
        "title": render(error.code, error.params, language()),
        "detail": error.detail,
        "params": error.params,
        "remedy": remedy(error.code, error.params, language()),
    }


def show_error(error: TracekitError, *, as_json: bool) -> None:
    """Write an error to standard error; with `--json` as one object on standard output."""
    told = error_object(error)
    if as_json:
        put_json({"error": told})
        return
    labels = LABELS[language()]
    _to_stderr(f"{error.code} {told['title']}")
    place = " ".join(filter(None, (error.params.get("file", ""), error.params.get("key", ""))))
    detail = "" if place else error.detail
    parts = {"where": place, "expected": error.params.get("expected", ""), "detail": detail, "remedy": told["remedy"]}
    _lines(labels, parts, _to_stderr)


def _to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")


def _lines(labels: Mapping[str, str], parts: Mapping[str, str], write: Any) -> None:
    for name, text in parts.items():
        if text:
            write(f"  {labels[name]}: {text}")
