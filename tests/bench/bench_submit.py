"""`submit` of signed 500-record packages over HTTP beside a bare FastAPI endpoint on the same store: sides interleaved, medians.

`python tests/bench/bench_submit.py [--packages 20] [--runs 5] [--targets sqlite,postgres]` (the bare side needs `pip install fastapi`).
One server process a side, uvicorn on a real socket, one client loop with packages made beforehand, all of them different. The bare
endpoint validates a list of the flat pydantic model and inserts it (executemany, COPY); ours checks the signature, the records'
form, codes, groups, identity and links, and answers a signed receipt that a repeat gets byte for byte. Same logical values, and
both commit durably (SQLite synchronous=FULL, PostgreSQL synchronous_commit=on) before they answer.
"""

import argparse
import itertools
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import orjson

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "ingest"))

SIZE = 500


def serve_bare(target: str) -> None:
    """The least that stores the records: what FastAPI's own pages would have one write."""
    from fastapi import FastAPI
    from flat_model import COLUMNS, Trade, table

    app = FastAPI()
    insert = f"insert into trade ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
    text = [COLUMNS.index(n) for n in ("biz_date", "created_at", "quantity", "unit_price", "amount", "temperature_c")]
    if target.startswith("postgresql"):
        import psycopg

        connection: Any = psycopg.connect(target, autocommit=True)
        connection.execute("set synchronous_commit = on")
        connection.execute(table(True))
    else:
        connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute(table(False))

    @app.post("/ingest")
    def ingest(batch: list[Trade]) -> dict[str, int]:
        rows = [[*one.__dict__.values(), "bench"] for one in batch]
        if target.startswith("postgresql"):
            with connection.cursor() as cursor, cursor.copy(f"copy trade ({', '.join(COLUMNS)}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            return {"accepted": len(rows)}
        for row in rows:
            for index in text:
                row[index] = str(row[index])
        connection.execute("begin immediate")
        connection.executemany(insert, rows)
        connection.execute("commit")
        return {"accepted": len(rows)}

    _run(app)


def serve_own(target: str, folder: Path) -> None:
    """The platform as `tracekit serve` runs it, with the benchmark's category."""
    import own

    from tracekit.platform import office, setup
    from tracekit.platform.memory import quiet_collector
    from tracekit.server.app import build_app
    from tracekit.store import Store

    url = target if target.startswith("postgresql") else f"sqlite:///{target}"
    opened = office.Office(setup.load(folder / "city"), own.make_registry(), Store.open(url, create=True))
    app = build_app(opened)
    quiet_collector()
    _run(app)


def _run(app: Any) -> None:
    import uvicorn

    from tracekit.server.runner import listen

    listening = listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")).run(sockets=[listening])


def make_packages(folder: Path, count: int) -> tuple[list[bytes], list[bytes], dict[str, str]]:
    """Bodies for the bare side and for ours, and the sender's credentials."""
    import data
    import own

    from tracekit.dock.sealing import time_text
    from tracekit.pipeline.intake import seal_flat
    from tracekit.pipeline.seal import seal_package
    from tracekit.platform import admission, setup
    from tracekit.platform.source_files import open_settings
    from tracekit.suites import ED25519

    source = folder / "in.jsonl"
    data.write(source, count * SIZE)
    city = own.make_folder(folder, source)
    shop = folder / "shop"
    admission.create(shop, "enterprise", "bench", "bench", ["370600"])
    admission.install(shop, admission.admit(setup.load(city), admission.read_identity(shop)))
    sender, registry = setup.load(shop), own.make_registry()
    opened = open_settings(city / "bench.toml", registry.adapters, "bench")
    now = time_text(time.time())
    flats = [flat for batch in opened.adapter.fetch(None) for flat, _ in opened.to_records(batch).records]
    sealed = seal_flat(flats, registry, sender.keys.origin_secret, now)
    names = {"sender": "bench", "receiver": "city", "edition": "national:v1", "mode": "proceed", "scope": "record", "environment": "test"}
    ours = [
        orjson.dumps(
            seal_package(
                {"id": f"p-{at}", **names, "receiver": setup.load(city).code, "created_at": now},
                sealed[at : at + SIZE],
                ED25519,
                sender.keys.private_pem,
                sender.keys.key_id,
            )
        )
        for at in range(0, len(sealed), SIZE)
    ]
    lines = source.read_bytes().splitlines()
    bare = [b"[" + b",".join(lines[at : at + SIZE]) + b"]" for at in range(0, len(lines), SIZE)]
    return bare, ours, {"grant_type": "client_credentials", "client_id": "bench", "client_secret": sender.above_secret()}


@contextmanager
def serving(side: str, target: str, folder: Path) -> Iterator[str]:
    """A server process; gives its address."""
    command = [sys.executable, str(Path(__file__).resolve()), "--serve", side, "--target", target, "--folder", str(folder)]
    with (folder / f"{side}.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout
        port = process.stdout.readline().strip()
        assert port, (folder / f"{side}.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def drive(side: str, url: str, bodies: list[bytes], credentials: dict[str, str]) -> float:
    """The same loop for both: one connection, a package after the other; the first one warms up. Gives records a second."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        headers, path = {"content-type": "application/json"}, "/ingest"
        if side == "own":
            headers["authorization"] = f"Bearer {client.post('/v1/token', data=credentials).json()['access_token']}"
            path = "/v1/submit"
        client.post(path, content=bodies[0], headers=headers).raise_for_status()
        start = time.perf_counter()
        answers = [client.post(path, content=body, headers=headers) for body in bodies[1:]]
        seconds = time.perf_counter() - start
        for answer in answers:
            counts = answer.raise_for_status().json()
            assert counts.get("accepted", counts.get("counts", {}).get("valid")) == SIZE, counts
        if side == "own":
            assert client.post(path, content=bodies[-1], headers=headers).content == answers[-1].content
    return SIZE * (len(bodies) - 1) / seconds


def compare(name: str, target: str, folder: Path, packages: int, runs: int) -> None:
    """Run both sides in turn and print medians and the ratio."""
    from bench_ingest import clear

    bare, ours, credentials = make_packages(folder, packages)
    rates: dict[str, list[float]] = {"own": [], "bare": []}
    for _, side in itertools.product(range(runs), rates):
        clear(target)
        with serving(side, target, folder) as url:
            rates[side].append(drive(side, url, ours if side == "own" else bare, credentials))
    medians = {side: statistics.median(made) for side, made in rates.items()}
    spread = {side: f"{min(made):,.0f}-{max(made):,.0f}" for side, made in rates.items()}
    print(
        f"| submit | {name} | {packages - 1} x {SIZE} | tracekit {medians['own']:,.0f}/s ({spread['own']}) "
        f"| bare FastAPI {medians['bare']:,.0f}/s ({spread['bare']}) | {medians['own'] / medians['bare']:.2f} |",
        flush=True,
    )


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--targets", default="sqlite,postgres")
    parser.add_argument("--serve", choices=("own", "bare"), help="internal: be the server of a side")
    parser.add_argument("--target", default="")
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    if options.serve:
        serve_own(options.target, options.folder) if options.serve == "own" else serve_bare(options.target)
        return
    from bench_ingest import postgres

    for name in options.targets.split(","):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            root = Path(folder)
            with nullcontext(str(root / "target.db")) if name == "sqlite" else postgres(root) as target:
                compare(name, target, root, options.packages, options.runs)


if __name__ == "__main__":
    main()
