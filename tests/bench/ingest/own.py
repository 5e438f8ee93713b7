"""Our side: file to durable store through the platform's own path, checks, findings, items, edges, rollups and outbox on.

`python own.py SOURCE.jsonl TARGET FOLDER [--profile] [--two]`: TARGET is a SQLite path or a PostgreSQL DSN; `--two` reads in a
second process.
"""

import sys
from functools import partial
from pathlib import Path

import tracekit_files

from tracekit import loader
from tracekit.config import SourceSection
from tracekit.platform import admission, office, setup, sources
from tracekit.platform.reception import Reception
from tracekit.registry import Registry
from tracekit.sdk import Category, hookimpl
from tracekit.store import Store

HERE = Path(__file__).resolve().parent


@hookimpl
def register_categories() -> list[Category]:
    """The benchmark's category."""
    return [Category("bench", "基准", "benchmark", "commerce", HERE / "specs")]


def make_folder(folder: Path, source: Path) -> Path:
    """A city platform with a province above it (so that the outbox fills) and one source."""
    city = folder / "city"
    if not (city / "platform.toml").exists():
        province = folder / "province"
        admission.create(province, "province", "370000", "bench", ["37"])
        admission.create(city, "city", "370600", "bench", ["3706"])
        admission.install(city, admission.admit(setup.load(province), admission.read_identity(city)))
    settings = city / "bench.toml"
    settings.write_text(
        f"""[source]
adapter = "files"
path = "{source}"
format = "jsonl"
kind = "bench.trade"
mapping = "{HERE / "mapping.csv"}"
origin = "bench"
reporter = "node:370600001"
category = "bench"
region = "370600"
[source.constants]
shape = "transaction"
[source.codes.units]
"千克" = "kg"
"箱" = "box"
"袋" = "bag"
"头" = "head"
"件" = "piece"
""",
        encoding="utf-8",
    )
    return city


def make_registry() -> Registry:
    """The benchmark's category and the files adapter."""
    return loader.build([("tracekit-files", tracekit_files), ("bench", sys.modules[__name__])])


def main(source: Path, target: str, folder: Path, processes: int = 1) -> dict[str, int]:
    """Run the source once; gives the counts."""
    city = make_folder(folder, source)
    registry = make_registry()
    url = target if target.startswith("postgresql") else f"sqlite:///{target}"
    opened = office.Office(setup.load(city), registry, Store.open(url, create=True))
    section = SourceSection(name="bench", settings="bench.toml")
    done = sources.run_source(opened, Reception(opened), section, processes=processes, registry=make_registry)
    opened.close()
    return done.counts


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    job = partial(main, Path(arguments[0]).resolve(), arguments[1], Path(arguments[2]).resolve(), 2 if "--two" in sys.argv else 1)
    if "--profile" in sys.argv:
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            print(job())
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    else:
        print(job())
