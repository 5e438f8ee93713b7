"""Kill -9 of the sender or of the server before seeded events of an ingest and its docking: after the repeat nothing is lost or doubled."""

import os
import random
import signal
from typing import Any

import pytest

pytestmark = pytest.mark.wire

POINTS = {"sqlite": int(os.environ.get("TRACEKIT_TEST_POINTS", "20")), "postgresql": 5}


def test_killed_before_seeded_events_nothing_is_lost_or_doubled(link: Any, seed: int, request: pytest.FixtureRequest) -> None:
    chance = random.Random(seed)
    sender, server = calm(link)
    points = POINTS["postgresql" if "postgresql" in request.node.name else "sqlite"]
    for point in range(points):
        # three of five in the sender's process, two in the server's
        killed = kill_sender(link, chance, sender) if point % 5 < 3 else kill_server(link, chance, server)
        assert killed, f"point {point} was never reached\n{link.stage.log()}"
        link.settled()
        link.proof()
    code, told = link.stage.command("reconcile", link.shop, "--from", "2026-11-20", "--to", "2026-11-20")
    assert (code, told["equal"], told["upper"]["records"]) == (0, True, link.good), told


def calm(link: Any) -> tuple[int, int]:
    """The events of a run, and of the server meanwhile, when nothing is killed."""
    link.new_file()
    link.settled()
    link.new_file()
    before = link.stage.events(link.server)
    sender = link.run()[1]
    link.proof()
    return sender, link.stage.events(link.server) - before


def kill_sender(link: Any, chance: random.Random, events: int) -> bool:
    link.new_file()
    return link.run(kill_at=chance.randrange(1, events - 2))[0] == -signal.SIGKILL


def kill_server(link: Any, chance: random.Random, events: int) -> bool:
    link.new_file()
    before = link.server
    link.run(kill_server_at=chance.randrange(1, events - 2))
    return link.server != before


def test_the_same_file_again_is_all_duplicates(link: Any) -> None:
    file = link.new_file()
    link.settled()
    before = link.counts(link.shop), link.counts(link.city)
    # a mark before the first byte makes it another file to the cursor, with the same records at the same places
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    link.settled()
    shop, city = link.counts(link.shop), link.counts(link.city)
    assert shop.pop("duplicate") == before[0].pop("duplicate") + link.good
    assert (shop, city) == before


def test_the_same_file_from_another_machine_is_all_duplicates(link: Any) -> None:
    link.new_file()
    link.settled()
    before = link.counts(link.city)
    link.copy_of_shop()
    link.settled()
    after = link.counts(link.city)
    assert after.pop("duplicate") == before.pop("duplicate") + link.good
    assert after == before
