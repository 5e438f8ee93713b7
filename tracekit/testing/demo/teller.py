"""How the demo speaks: progress on a terminal, plain lines elsewhere, one object for `--json`."""

import json
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tracekit.spec.messages import render
from tracekit.testing.demo.figures import COUNTED, Outcome, Row
from tracekit.testing.demo.texts import Texts

STEPS = 11
WIDTH = 132
"""Columns of a table where there is no terminal to ask."""
FINDINGS = 10
TODAY = ("total", "valid", "problem", "pending", "broken", "late")
"""The columns of a node's day."""


class Teller:
    """Tells what is happening, step by step; nothing at all where one object was asked for and nobody watches."""

    def __init__(self, texts: Texts, *, quiet: bool, steps: int = STEPS) -> None:
        self._texts = texts
        self._steps = steps
        self._stream = sys.stderr if quiet else sys.stdout
        self._silent = quiet and not sys.stderr.isatty()
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._stream.isatty():
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(file=self._stream, highlight=False), transient=True)
            self._progress.start()
            self._progress.add_task("", total=self._steps)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    @contextmanager
    def step(self, zh: str, en: str) -> Generator[None]:
        """One step: shown while it lasts, a line with its seconds when it is done."""
        name, begun = self._texts.pick(zh, en), time.monotonic()
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=name)
        yield
        line = f"{time.monotonic() - begun:5.1f} s  {name}"
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0])
            self._progress.console.print(escape(line))
        elif not self._silent:
            self._stream.write(line + "\n")
            self._stream.flush()


def tell(outcome: Outcome, texts: Texts, *, as_json: bool, kept: Mapping[str, Any], folder: str) -> None:
    """Tell what came of it: one object, or tables."""
    if as_json:
        sys.stdout.write(json.dumps({**outcome.told(), **_addresses(kept)}, ensure_ascii=False) + "\n")
        return
    paper = _Paper(texts)
    _levels(paper, outcome)
    _today(paper, outcome)
    paper.head("day", *texts.story(outcome))
    _links(paper, outcome)
    _findings(paper, outcome)
    _trace(paper, outcome)
    paper.head("proof", texts.proved(outcome))
    if outcome.feeds:
        paper.head("feeds", *texts.feeds(outcome))
    _categories(paper, outcome.categories)
    page = f"{texts.pick('页面', 'page')}: {outcome.page}"
    _close(paper, outcome.differences, page, f"{outcome.seconds} s", kept=kept, folder=folder)


def _addresses(kept: Mapping[str, Any]) -> Row:
    return {"kept": {code: {"url": url, "pid": pid} for code, (url, pid) in kept.items()}} if kept else {}


def tell_category(told: Row, texts: Texts, *, as_json: bool, kept: Mapping[str, Any]) -> None:
    """Tell what came of one category: one object, or tables."""
    if as_json:
        sys.stdout.write(json.dumps({**told, **_addresses(kept)}, ensure_ascii=False) + "\n")
        return
    paper = _Paper(texts)
    paper.lines(texts.pick(told["name_zh"], told["name_en"]), texts["notice"])
    paper.head("levels")
    rows = [
        [texts[one["level"]], told["receipts"][one["level"]], *(one[name] for name in COUNTED), known["total"]]
        for one, known in zip(told["levels"], told["expected"], strict=True)
    ]
    paper.table(("level", "receipts", *COUNTED, "known"), rows, len(COUNTED) + 2)
    compared = (("filings", told["filings"]), ("day_counts", told["day_counts"]))
    paper.table(("nation", "count", "known"), [[texts[name], one["count"], one["known"]] for name, one in compared], 2)
    if told["goes_up"]:
        paper.head("goes_up")
        paper.table(("kind", "withheld"), [[kind, " ".join(groups)] for kind, groups in told["goes_up"].items()])
    if told["stays"]:
        paper.head("stays", " ".join(told["stays"]))
    paper.head("promised")
    rows = [[one["code"], render(one["code"], one["params"], texts.language), one["count"], one["known"]] for one in told["findings"]]
    paper.table(("code", "meaning", "count", "known"), rows, 2)
    for one in told["traces"]:
        paper.head("back", f"{one['name']}  {one['ref']}  @ {one['at']}")
        paper.table(("kind", "enterprise", "key"), [[kind, origin, key] for origin, kind, key in one["path"]])
    _close(paper, told["differences"], f"{told['seconds']} s", kept=kept)


class _Paper:
    """Where headings, sentences and tables are written."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        tty = sys.stdout.isatty()
        self._console = Console(highlight=False) if tty else Console(file=sys.stdout, width=WIDTH, color_system=None, highlight=False)

    def head(self, name: str, *lines: str) -> None:
        """A heading and sentences under it."""
        self._console.print(f"\n[bold]{self.texts[name]}[/bold]")
        self.lines(*lines)

    def lines(self, *lines: str) -> None:
        """Sentences."""
        for line in lines:
            self._console.print(escape(line), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], numbers: int = 0) -> None:
        """A table whose last columns are numbers."""
        made = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
        for at, name in enumerate(columns):
            made.add_column(self.texts[name], justify="right" if at >= len(columns) - numbers else "left", overflow="fold")
        for row in rows:
            made.add_row(*(escape(str(cell)) for cell in row))
        self._console.print(made)


def _levels(paper: _Paper, outcome: Outcome) -> None:
    paper.head("levels")
    known = {one["level"]: one["total"] for one in outcome.expected}
    rows = [[paper.texts[one["level"]], "", *(one[name] for name in COUNTED), known[one["level"]]] for one in outcome.levels]
    rows += [[paper.texts[one["level"]], one["name"], *(one[name] for name in COUNTED), ""] for one in outcome.platforms]
    paper.table(("level", "platform", *COUNTED, "known"), rows, len(COUNTED) + 1)


def _today(paper: _Paper, outcome: Outcome) -> None:
    paper.head("today", outcome.day)
    for city in outcome.cities:
        silent = len(city["silent"])
        paper.lines(f"{city['name']}  {paper.texts['rate']} {city['reporting_rate']:.0%}  {paper.texts['silent_nodes']} {silent}")
        rows = [[one["node"], one["name"], paper.texts[one["state"]], *(one[name] for name in TODAY)] for one in city["nodes"]]
        rows.append([paper.texts["sum"], "", "", *(city["sums"][name] for name in TODAY)])
        paper.table(("node", "name", "state", *TODAY), rows, len(TODAY))


def _links(paper: _Paper, outcome: Outcome) -> None:
    paper.head("links", paper.texts.tell("counted", receipts=outcome.receipts), paper.texts.tell("books", **outcome.books))
    said = {True: paper.texts["equal"], False: paper.texts["different"]}
    rows = [
        [f"{one['lower']} → {one['upper']}", said[one["equal"]], one["digest"][:16], one["records"], one["above"]]
        for one in outcome.statements
    ]
    paper.table(("link", "result", "digest", "lower", "upper"), rows, 2)


def _findings(paper: _Paper, outcome: Outcome) -> None:
    paper.head("findings")
    rows = [[one["code"], paper.texts[one["level"]], *paper.texts.meaning(one), one["count"]] for one in outcome.findings[:FINDINGS]]
    paper.table(("code", "level", "meaning", "remedy", "count"), rows, 1)


def _trace(paper: _Paper, outcome: Outcome) -> None:
    paper.head("trace", paper.texts.way(outcome))
    paper.table(("time", "step", "enterprise", "papers"), [step_row(paper.texts, one) for one in outcome.trace["steps"]])


def step_row(texts: Texts, step: Row) -> list[str]:
    """One event of the chain: when, what, who, with which papers."""
    papers = " ".join(dict.fromkeys(one["ref"] for one in step["documents"]))
    return [step["time"].removesuffix("+08:00").replace("T", " "), texts.pick(step["kind_zh"], step["kind_en"]), step["enterprise"], papers]


def _categories(paper: _Paper, lines: Sequence[Row]) -> None:
    paper.head("categories")
    names = ("kinds", "events", "nation", "day_counts", "found", "way")
    rows = [[paper.texts.pick(one["name_zh"], one["name_en"]), *(one[name] for name in names)] for one in lines]
    paper.table(("name", *names), rows, len(names))


def _close(paper: _Paper, wrong: Sequence[str], *lines: str, kept: Mapping[str, Any], folder: str = "") -> None:
    paper.lines("", *([paper.texts.tell("not_equal"), *wrong] if wrong else [paper.texts.tell("all_equal")]), *lines)
    if kept:
        stop = " ".join(str(pid) for _, pid in kept.values())
        paper.lines(*(f"{code}  {url}" for code, (url, _) in kept.items()), folder, f"{paper.texts.pick('停止', 'stop')}: kill {stop}")
