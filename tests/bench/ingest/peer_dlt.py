"""Peer: dlt with the same pydantic model as its contract. Needs an environment of its own (`pip install dlt[postgres,sqlalchemy]`)."""

import os
import sys

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
import dlt
from data import UNITS
from dlt.common.json import json
from flat_model import Trade


class Mapped(Trade):
    channel: str


def items(path):
    with open(path, "rb") as file:
        page = []
        for line in file:
            page.append(json.loadb(line))
            if len(page) == 1000:
                yield page
                page = []
        if page:
            yield page


def mapped(record):
    record = record if isinstance(record, dict) else record.model_dump()
    return {**record, "unit": UNITS[record["unit"]], "channel": "bench"}


def main(source, target, state):
    resource = dlt.resource(items, name="trade", write_disposition="replace", primary_key="record_id", columns=Mapped)
    if target.startswith("postgresql"):
        # dlt wants a host and a password in the address; the socket's folder in the query overrules the host
        address = target.replace("postgres:@/", "postgres:unused@localhost/")
        destination, name, form = dlt.destinations.postgres(address), "dlt_bench", {"loader_file_format": "csv"}
    else:
        destination, name, form = dlt.destinations.sqlalchemy(f"sqlite:///{target}?_pragma=synchronous(full)"), "main", {}
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name=name, pipelines_dir=state)
    if pipeline.run(resource(source).add_map(mapped), **form).has_failed_jobs:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:4])
