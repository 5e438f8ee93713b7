"""Two processes and one busy market: no deadlock, no lost count, no missed edge; killed at any point, nothing is lost or doubled."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from judging import DAY
from sqlalchemy import func, select

from tracekit.store import Store, schema

SCRIPT = Path(__file__).with_name("busy.py")
SIZE = 40


def start(url: str, name: str, origin: str, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(SCRIPT), url, name, origin, str(batches), str(SIZE)], stdout=subprocess.PIPE, text=True)


def edges_in(store: Store) -> int:
    with store.back.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(schema.edges)).scalar_one()


@pytest.mark.parametrize("origins", [("market-1", "market-1"), ("market-1", "market-2")], ids=["one origin", "two origins"])
def test_two_processes_miss_nothing(store: Store, store_url: str, origins: tuple[str, str]):
    batches = 15
    with start(store_url, "offer", origins[0], batches) as offer, start(store_url, "seek", origins[1], batches) as seek:
        said = [offer.communicate(timeout=120), seek.communicate(timeout=120)]
    assert (offer.returncode, seek.returncode) == (0, 0), said
    assert edges_in(store) == batches * SIZE
    assert store.rollups(DAY, DAY, ())[0].total == 2 * batches * SIZE
    assert sum(row.count for row in store.statement("up:nation", DAY, DAY)) == 2 * batches * SIZE
    assert store.integrity() == []
    assert store.receipts_head()[0] == 2 * batches


def test_killed_at_seeded_points_nothing_is_lost_or_doubled(store: Store, store_url: str):
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    batches, told = 12, set()
    for _ in range(6):
        with start(store_url, "offer", "market-1", batches) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 4)):
                told.add(process.stdout.readline().strip())
            process.kill()
            told.update(line.strip() for line in process.stdout)
        told.discard("")
        held = {receipt.package for _, receipt in store.receipts()}
        assert told <= held, f"seed {seed}: a receipt was given for what is not stored"
        assert store.integrity() == []
    with start(store_url, "offer", "market-1", batches) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert store.rollups(DAY, DAY, ())[0].total == batches * SIZE
    assert store.integrity() == []
