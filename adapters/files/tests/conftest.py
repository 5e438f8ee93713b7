"""Reads small files through the adapter, as a platform would."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tracekit_files import FilesAdapter, FilesConfig

from tracekit.findings import Finding
from tracekit.mapping import BROKEN
from tracekit.sdk import Raw
from tracekit.spec.messages import render


class Read(NamedTuple):
    """All that one run of the adapter gave; rows it could not read properly stand as findings."""

    rows: list[Raw]
    findings: list[Finding]
    cursor: str | None

    @property
    def values(self) -> list[dict[str, Any]]:
        return [dict(raw.value) for raw in self.rows]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]


def read_all(config: FilesConfig, folder: Path, cursor: str | None = None) -> Read:
    rows, findings = list[Raw](), list[Finding]()
    for batch in FilesAdapter(config, folder).fetch(cursor):
        broken = [raw for raw in batch.rows if BROKEN in raw.value]
        rows += [raw for raw in batch.rows if BROKEN not in raw.value]
        findings += batch.findings
        findings += [Finding(raw.value[BROKEN]["code"], "error", "", raw.value[BROKEN]["params"], raw.where) for raw in broken]
        cursor = batch.cursor
    for finding in findings:
        # Every message is complete: each {parameter} of its text is given.
        assert not re.search(r"\{[a-z]+\}", render(finding.code, finding.params, "en") + render(finding.code, finding.params, "zh"))
    return Read(rows, findings, cursor)


ReadText = Callable[..., Read]


@pytest.fixture
def read_files() -> ReadText:
    """`read_files(config, folder, cursor=None)`: one whole run."""
    return read_all


@pytest.fixture
def read(tmp_path: Path) -> ReadText:
    """`read("a.csv", b"…", cursor=None, **options)`: write a file and read it."""

    def run(name: str, content: bytes | None = None, *, cursor: str | None = None, **options: Any) -> Read:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return read_all(FilesConfig.model_validate({"path": name, **options}), tmp_path, cursor)

    return run
