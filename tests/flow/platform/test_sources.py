"""Sources stop and go on without loss or doubling; observers see batches and cannot fail them; plugins bring commands."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from tracekit.cli.lazy import from_plugins
from tracekit.errors import MappingError, SourceError, StoreError
from tracekit.platform import admission, observers, sources
from tracekit.platform.office import Office, open_office
from tracekit.platform.reception import Reception
from tracekit.platform.sources import run_source
from tracekit.registry import Loaded
from tracekit.sdk import hookimpl

HERE = Path(__file__).parent
ROWS, BATCH = 250, 100


def rows(first: int, last: int) -> str:
    made = (
        f"3706000040001{n:07d},2026-11-20 06:30,3706000040001,3706000050002,3706000040000058,21113011,82.5,12.5,{n:010d}"
        for n in range(first, last + 1)
    )
    return "".join(f"{row}\r\n" for row in made)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A market whose export is read in batches of about a hundred."""
    monkeypatch.setattr(sources, "BATCH", BATCH)
    folder = admission.create(tmp_path / "market", "enterprise", "market-370600004", "市场", ["370600"]).parent
    (folder / "in").mkdir()
    settings = (HERE / "market.toml").read_text() + "\n"
    (folder / "source.toml").write_text(settings.replace("[source]", f"[source]\nbatch_rows = {BATCH}", 1))
    shutil.copy(HERE / "market.csv", folder / "mapping.csv")
    head = "凭证号,时间,卖方,买方,批次,商品,重量,单价,检疫证\r\n"
    (folder / "in" / "交易1.csv").write_bytes((head + rows(1, ROWS)).encode())
    with (folder / "platform.toml").open("a") as config:
        config.write('\n[[sources]]\nname = "market"\nsettings = "source.toml"\n')
    opened = open_office(folder)
    yield opened
    opened.close()


def counts(office: Office) -> tuple[int, int]:
    held = office.store.status().counts
    return held["valid"], held["duplicate"]


def test_a_run_that_was_stopped_goes_on_where_it_was(office: Office) -> None:
    section, reception = office.setup.config.sources[0], Reception(office)
    first = run_source(office, reception, section, stop=lambda: True)
    assert 0 < first.counts["valid"] < ROWS
    second = run_source(office, reception, section)
    assert first.counts["valid"] + second.counts["valid"] == ROWS
    assert counts(office) == (ROWS, 0)
    with (office.setup.folder / "in" / "交易1.csv").open("ab") as file:
        file.write(rows(ROWS + 1, ROWS + 5).encode())
    third = run_source(office, reception, section)
    assert third.counts["valid"] == 5
    assert counts(office) == (ROWS + 5, 0)


def test_a_store_that_fails_keeps_records_and_cursor_together(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    section, reception = office.setup.config.sources[0], Reception(office)
    real, calls = Reception._receive, list[int]()

    def failing(self: Reception, arrival: Any) -> bytes:
        calls.append(1)
        if len(calls) == 2:
            raise StoreError("gone")
        return real(self, arrival)

    with monkeypatch.context() as patched:
        patched.setattr(Reception, "_receive", failing)
        with pytest.raises(StoreError):
            run_source(office, reception, section)
    stored = counts(office)[0]
    assert 0 < stored < ROWS
    assert run_source(office, reception, section).counts["valid"] == ROWS - stored
    assert counts(office) == (ROWS, 0)


def plugin(monkeypatch: pytest.MonkeyPatch, **hooks: Any) -> Loaded:
    """A plugin object under a module name, as an entry point would give it."""
    module = ModuleType("plugin_of_this_test")
    for name, hook in hooks.items():
        setattr(module, name, hookimpl(hook))
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    return Loaded("plugin", "1", module.__name__)


def test_observers_see_batches_and_cannot_fail_them(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def batch_accepted(platform: str, records: Any) -> None:
        seen.append((platform, len(records)))
        raise RuntimeError("an observer breaks")

    loaded = plugin(monkeypatch, batch_accepted=batch_accepted)
    office.registry = type(office.registry)(**{**_fields(office.registry), "loaded": (loaded,)})
    done = run_source(office, Reception(office), office.setup.config.sources[0])
    assert done.counts["valid"] == ROWS
    assert sum(count for _, count in seen) == ROWS
    assert {platform for platform, _ in seen} == {"market-370600004"}


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__ if not name.startswith("_")}


def test_plugins_bring_commands(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def register_commands(app: typer.Typer) -> None:
        @app.command("greet")
        def greet() -> None:
            """Say hello."""

        @app.command("run")
        def run() -> None:
            """Would replace a command of the core."""

    loaded = plugin(monkeypatch, register_commands=register_commands)
    monkeypatch.setattr("tracekit.loader.installed", lambda: type(office.registry)(**{**_fields(office.registry), "loaded": (loaded,)}))
    assert observers.plugins_of(office.registry)
    assert set(from_plugins({"run": None})) == {"greet"}


def test_a_process_that_reads_ahead_stores_the_same(office: Office) -> None:
    section, reception = office.setup.config.sources[0], Reception(office)
    with (office.setup.folder / "in" / "交易1.csv").open("ab") as file:
        file.write("坏的,,,\r\n".encode())
    done = run_source(office, reception, section, processes=2)
    assert (done.rows, done.counts["valid"], done.counts["problem"]) == (ROWS + 1, ROWS, 1)
    kept = office.store.records_after(0)
    assert [one.key for one in kept] == [f"3706000040001{n:07d}" for n in range(1, ROWS + 1)]
    (refused,) = office.store.quarantine(state="new")
    assert refused.place == f"in/交易1.csv:{ROWS + 2}"
    assert not office.store.integrity()
    assert run_source(office, reception, section, processes=2).rows == 0


def test_a_process_that_reads_ahead_says_why_it_cannot(office: Office) -> None:
    (office.setup.folder / "mapping.csv").write_text("target,source,transform,args,default,note\nkey,凭证号,no-such,,,\n")
    with pytest.raises(MappingError) as caught:
        run_source(office, Reception(office), office.setup.config.sources[0], processes=2)
    assert caught.value.code == "TK-MAP-003"


def test_a_process_that_reads_ahead_and_dies_is_told(office: Office) -> None:
    with pytest.raises(SourceError) as caught:
        run_source(office, Reception(office), office.setup.config.sources[0], processes=2, registry=_dies)
    assert caught.value.code == "TK-SRC-003"
    assert counts(office) == (0, 0)


def _dies() -> Any:
    os._exit(9)
