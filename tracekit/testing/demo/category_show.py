"""The chain of one category from its enterprises to the nation and back to the origin."""

import time
from contextlib import ExitStack
from pathlib import Path

from tracekit.errors import TracekitError
from tracekit.loader import load as load_registry
from tracekit.platform.office import clock_from
from tracekit.registry import Registry
from tracekit.testing.demo import categories, figures
from tracekit.testing.demo.country import Country
from tracekit.testing.demo.figures import LEVELS, Row
from tracekit.testing.demo.show import EVENING
from tracekit.testing.demo.teller import Teller, tell_category
from tracekit.testing.demo.texts import Texts
from tracekit.testing.demo.workplace import stopped_by_sigterm, workplace
from tracekit.testing.places import platforms


def run_category(
    category: str, *, keep: bool, seed: int, folder: Path | None, as_json: bool, language: str = "en", size: str = "small"
) -> int:
    """Play a category's chain and tell it; 0 if everything is as the chain knows it, else 1.

    Raises:
        TracekitError: the category is not installed, or brings no chain.
    """
    texts, registry = Texts(language), load_registry(())
    part = categories.part_of(registry, category_of(registry, category), seed, size)
    with workplace(folder, keep=keep) as root, stopped_by_sigterm(), Teller(texts, quiet=as_json, steps=4) as teller:
        told, addresses = _played(root, registry, part, teller, keep=keep)
    tell_category(told, texts, as_json=as_json, kept=addresses if keep else {})
    return 0 if told["equal"] else 1


def category_of(registry: Registry, name: str) -> str:
    """The id of an installed category that brings a chain, written with `-` or `_`.

    Raises:
        TracekitError: there is none; those that there are stand beside it.
    """
    found = name.replace("-", "_")
    with_chains = sorted({one.category for one in registry.chains.values()})
    if found not in with_chains:
        code, those = ("TK-CLI-008", with_chains) if found in registry.categories else ("TK-CLI-007", sorted(registry.categories))
        raise TracekitError(name, code=code, params={"category": name, "expected": ", ".join(those)})
    return found


def _played(root: Path, registry: Registry, part: categories.Part, teller: Teller, *, keep: bool) -> tuple[Row, dict[str, tuple[str, int]]]:
    started, now = time.monotonic(), f"{part.world.day.isoformat()}{EVENING}"
    with ExitStack() as stack:
        with teller.step("建立六个平台，逐级接入", "make six platforms, each admitted to the one above"):
            country = Country.found(root, registry, clock_from(now), now, platforms(tuple(part.world.cities)), keep=keep)
            part.admit(country)
        with teller.step("启动六个服务进程", "start six servers on loopback"):
            stack.enter_context(country.running())
            part.enter(country, stack)
        with teller.step("备案、报送、逐级上报", "filing, sending, docking"):
            categories.play(country, [part])
        with teller.step("对账、追溯", "statements, trace"):
            told: Row = {"seed": part.world.seed, "day": country.time[:10], **categories.figures(country, part), **_links(country, part)}
        told["differences"] += _unequal(told)
        seconds = round(time.monotonic() - started, 1)
        return {**told, "equal": not told["differences"], "seconds": seconds}, country.addresses()


def _links(country: Country, part: categories.Part) -> Row:
    """The receipts that the platforms of each level gave, the statements of every link, and the enterprises' own books."""
    receipts = {level: sum(one.office.store.status().receipts for one in country.levels[level]) for level in LEVELS}
    books = figures.books(part.senders.values(), country.time[:10])
    return {"receipts": receipts, "statements": figures.statements(country), "books": books}


def _unequal(told: Row) -> list[str]:
    found = [f"{one['lower']} → {one['upper']}: {one['records']} ≠ {one['above']}" for one in told["statements"] if not one["equal"]]
    return found if told["books"]["equal"] else [*found, f"enterprises: {told['books']['differ']}"]
