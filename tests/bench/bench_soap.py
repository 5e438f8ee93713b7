"""SOAP beside the least that does the same: `submit` into a store beside bare lxml, and reading alone beside spyne; sides in turn, medians.

`python tests/bench/bench_soap.py [--packages 20] [--runs 5] [--spyne PYTHON]`. Both stores are SQLite with synchronous=FULL, one server
process a side, one connection, packages of 500 records made beforehand. The bare side parses with lxml, validates with an XSD of the
flat record, makes a pydantic object a record and inserts with executemany; ours does what `submit` does, signature to signed receipt.
spyne is not kept and pins old things, so it runs in an environment of its own: PYTHON is an interpreter that has `spyne` and `lxml`.
"""

import argparse
import itertools
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
import orjson

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "ingest")]

SIZE = 500
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
FLAT = "urn:bench:flat"
TYPES = {
    "biz_date": "date",
    "created_at": "dateTime",
    "quantity": "decimal",
    "unit_price": "decimal",
    "amount": "decimal",
    "temperature_c": "decimal",
}


def flat_xsd() -> str:
    """The flat record as a schema: the types that XSD has."""
    from data import FIELDS, OPTIONAL

    fields = "".join(
        f'<xs:element name="{name}" type="xs:{TYPES.get(name, "string")}" minOccurs="{int(name not in OPTIONAL)}"/>' for name in FIELDS
    )
    trade = (
        f'<xs:element name="trade" maxOccurs="unbounded"><xs:complexType><xs:sequence>{fields}</xs:sequence></xs:complexType></xs:element>'
    )
    batch = f'<xs:element name="ingest"><xs:complexType><xs:sequence>{trade}</xs:sequence></xs:complexType></xs:element>'
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{FLAT}" elementFormDefault="qualified">{batch}</xs:schema>'


def flat_message(rows: list[dict[str, Any]], *, spyne: bool = False) -> bytes:
    """An envelope with flat records; spyne wants the list in an element of its own."""
    from data import FIELDS

    one = "".join(
        "<trade>" + "".join(f"<{name}>{escape(str(row[name]))}</{name}>" for name in FIELDS if row.get(name) is not None) + "</trade>"
        for row in rows
    )
    inside = f"<records>{one.replace('trade>', 'Trade>')}</records>" if spyne else one
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Body><ingest xmlns="{FLAT}">{inside}</ingest></e:Body></e:Envelope>'.encode()


def bare_reader() -> Callable[[bytes], list[Any]]:
    """Parse, validate, one pydantic object a record."""
    from flat_model import Trade
    from lxml import etree

    schema = etree.XMLSchema(etree.fromstring(flat_xsd()))

    def read(body: bytes) -> list[Any]:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        batch = root[0][0]
        schema.assertValid(batch)
        cut = len(FLAT) + 2
        return [Trade.model_validate({field.tag[cut:]: field.text for field in one}) for one in batch]

    return read


def serve_bare(target: str) -> None:
    """The least that stores the records."""
    from bench_submit import _run
    from flat_model import COLUMNS, table
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    read = bare_reader()
    insert = f"insert into trade ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
    text = [COLUMNS.index(n) for n in TYPES]
    connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute(table(False))

    def work(body: bytes) -> dict[str, int]:
        rows = [[*one.__dict__.values(), "bench"] for one in read(body)]
        for row in rows:
            for index in text:
                row[index] = str(row[index])
        connection.execute("begin immediate")
        connection.executemany(insert, rows)
        connection.execute("commit")
        return {"valid": len(rows)}

    async def ingest(request: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(work, await request.body()))

    _run(Starlette(routes=[Route("/ingest", ingest, methods=["POST"])]))


def messages(folder: Path, packages: int) -> tuple[list[bytes], list[bytes], list[bytes], dict[str, str]]:
    """Envelopes for the bare side, for ours and for spyne, and the sender's credentials."""
    import own
    from bench_submit import make_packages

    from tracekit.spec.parts import actions
    from tracekit.wire import Writer, envelope
    from tracekit.wire.soap import OLD

    bare, ours, credentials = make_packages(folder, packages)
    writer = Writer(own.make_registry().kinds)
    rows = [orjson.loads(one) for one in bare]
    enveloped = [envelope(writer.write("submit", actions()["submit"].request, orjson.loads(one)), OLD) for one in ours]
    return [flat_message(one) for one in rows], enveloped, [flat_message(one, spyne=True) for one in rows], credentials


def drive(side: str, url: str, bodies: list[bytes], credentials: dict[str, str]) -> float:
    """One connection, a package after the other; the first one warms up. Gives records a second."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        headers, path = {"content-type": "text/xml"}, "/ingest"
        if side == "own":
            headers["authorization"] = f"Bearer {client.post('/v1/token', data=credentials).json()['access_token']}"
            path = "/v1/soap"
        client.post(path, content=bodies[0], headers=headers).raise_for_status()
        start = time.perf_counter()
        answers = [client.post(path, content=body, headers=headers) for body in bodies[1:]]
        seconds = time.perf_counter() - start
    wanted = f"<valid>{SIZE}</valid>" if side == "own" else f'"valid":{SIZE}'
    assert all(wanted in answer.text for answer in answers), answers[0].text[:500]
    return SIZE * (len(bodies) - 1) / seconds


def submits(folder: Path, packages: int, runs: int) -> None:
    """Both sides in turn."""
    from bench_ingest import clear

    bare, ours, _, credentials = messages(folder, packages)
    target = str(folder / "target.db")
    rates: dict[str, list[float]] = {"own": [], "bare": []}
    for _, side in itertools.product(range(runs), rates):
        clear(target)
        command = [sys.executable, str(Path(__file__).resolve()), "--serve", side, "--target", target, "--folder", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
                rates[side].append(drive(side, url, ours if side == "own" else bare, credentials))
            finally:
                process.terminate()
    put(f"submit over SOAP, {packages - 1} x {SIZE}", "bare", rates)


def put(name: str, other: str, rates: dict[str, list[float]]) -> None:
    """One row: medians, spread, ratio."""
    medians = {side: statistics.median(made) for side, made in rates.items()}
    told = " | ".join(f"{side} {medians[side]:,.0f}/s ({min(made):,.0f}-{max(made):,.0f})" for side, made in rates.items())
    for side in rates:
        if side != other:
            print(f"| {name} | {told} | {side} {medians[side] / medians[other]:.2f} of {other} |", flush=True)


def own_reader(*, check: bool) -> Callable[[bytes], list[Any]]:
    """What the server does between a body and typed records; with `check` every record is judged by its kind too."""
    import own

    from tracekit.spec.parts import actions
    from tracekit.spec.validators import validator
    from tracekit.wire import Reader, Structure, opened

    kinds = own.make_registry().kinds
    reader, structure, action = Reader(kinds), Structure(kinds), actions()["submit"]
    judge = validator(kinds["bench.trade"])

    def read(body: bytes) -> list[Any]:
        content = opened(body).content
        assert not structure.fault(content)
        records = reader.read(action.request, content)["records"]
        assert not check or not any(judge(one) for one in records)
        return records

    return read


SPYNE = """
import sys, time, logging
logging.disable(logging.CRITICAL)
from spyne import Application, Array, ComplexModel, Date, DateTime, Decimal, Integer, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication
names, kinds, space, path = sys.argv[1].split(), eval(sys.argv[2]), sys.argv[3], sys.argv[4]
of = {"date": Date, "dateTime": DateTime, "decimal": Decimal}
fields = [(n, of.get(kinds.get(n), Unicode)) for n in names]
Trade = type("Trade", (ComplexModel,), {"__namespace__": space, "_type_info": fields})
class Service(ServiceBase):
    @rpc(Array(Trade), _returns=Integer)
    def ingest(ctx, records):
        return len(records)
import gc; gc.collect(); gc.freeze(); gc.set_threshold(100000, 20, 100)
app = WsgiApplication(Application([Service], space, in_protocol=Soap11(validator="lxml"), out_protocol=Soap11()))
body = open(path, "rb").read()
import io
def call():
    env = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
           "CONTENT_TYPE": "text/xml; charset=utf-8", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr}
    return b"".join(app(env, lambda *a, **k: None))
assert b">500<" in call(), call()[:500]
start = time.perf_counter()
for _ in range(5): call()
print(5 * 500 / (time.perf_counter() - start))
"""


def readings(folder: Path, runs: int, spyne: str) -> None:
    """Reading alone: ours with and without the check of each record, bare lxml with pydantic, spyne where it is."""
    from data import FIELDS

    from tracekit.platform.memory import quiet_collector

    quiet_collector()  # as `tracekit serve` does
    bare, ours, for_spyne, _ = messages(folder, 1)
    (folder / "spyne.xml").write_bytes(for_spyne[0])
    sides: dict[str, tuple[Callable[[bytes], list[Any]], bytes]] = {
        "own": (own_reader(check=False), ours[0]),
        "own, checked": (own_reader(check=True), ours[0]),
        "bare": (bare_reader(), bare[0]),
    }
    rates: dict[str, list[float]] = {side: [] for side in sides} | ({"spyne": []} if spyne else {})
    for _, side in itertools.product(range(runs), rates):
        if side == "spyne":
            command = [spyne, "-c", SPYNE, " ".join(FIELDS), repr(TYPES), FLAT, str(folder / "spyne.xml")]
            rates[side].append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
            continue
        read, body = sides[side]
        assert len(read(body)) == SIZE
        start = time.perf_counter()
        for _ in range(5):
            read(body)
        rates[side].append(5 * SIZE / (time.perf_counter() - start))
    put(f"read {SIZE}", "spyne" if spyne else "bare", rates)


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--spyne", default="", help="an interpreter that has spyne")
    parser.add_argument("--serve", choices=("own", "bare"), help="internal: be the server of a side")
    parser.add_argument("--target", default="")
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    if options.serve:
        from bench_submit import serve_own

        serve_own(options.target, options.folder) if options.serve == "own" else serve_bare(options.target)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for part in ("reading", "submit"):
            (Path(folder) / part).mkdir()
        readings(Path(folder) / "reading", options.runs, options.spyne)
        submits(Path(folder) / "submit", options.packages, options.runs)


if __name__ == "__main__":
    main()
