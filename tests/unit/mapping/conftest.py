"""Compiles small mapping tables written as text."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tracekit.mapping import Mapping, SourceSettings, compile_mapping, read_mapping
from tracekit.spec.messages import render


def compiled(table: str, *, codes: Any = None, tables: Any = None, compact: Any = None, known: Any = (), **settings: Any) -> Mapping:
    """`target,source,transform,args,default` lines without the header; a key is added if none stands there."""
    if "key," not in table:
        table = f"key,k?,copy,,none\n{table}"
    rows = read_mapping(f"target,source,transform,args,default\n{table}".encode())
    given = {"kind": "core.market_quote", "columns": "fixed", **settings}
    return compile_mapping(rows, SourceSettings.model_validate(given), codes=codes, tables=tables, compact=compact, known=known)


@pytest.fixture
def mapping() -> Callable[..., Mapping]:
    """`mapping(table, **settings)`."""
    return compiled


@pytest.fixture
def one() -> Callable[..., Any]:
    """`one(table, row, **settings)`: the record of one row without the envelope, or the codes of its findings."""

    def run(table: str, row: dict[str, Any], **settings: Any) -> Any:
        out = compiled(table, **settings).apply([(row, "a.csv:2")])
        for finding in out.findings:
            # Every message is complete: each {parameter} of its text is given.
            assert not re.search(r"\{[a-z]+\}", render(finding.code, finding.params, "en") + render(finding.code, finding.params, "zh"))
        if out.bad:
            return [finding.code for finding in out.findings]
        envelope = {"kind", "key", "action", "revision"}
        return {k: v for k, v in out.records[0][0].items() if k not in envelope}

    return run
