"""A till whose line may be down: `send` keeps what it cannot deliver, `flush` delivers it later, nothing is doubled.

    python offline_first.py credentials/CODE.json keys/signing.pem records.jsonl

Run it as often as you like, also with no record left to send: it then only delivers what waits in the spool.
"""

import json
import sys
from pathlib import Path

from tracekit import Client, DockingError, Pending, StoreFull, explain

credentials, key, *files = sys.argv[1:]
records = [json.loads(line) for file in files for line in Path(file).read_text("utf-8").splitlines()]

with Client.admitted(credentials, key, spool="spool.db") as client:
    try:
        results = client.send(records) if records else client.flush()
    except (DockingError, StoreFull) as error:
        # rejected: mend the records; denied: mend the set-up; full: free space. What was kept waits in the spool
        sys.exit(explain(error, "en"))
    for result in results:
        if isinstance(result, Pending):
            print(f"{result.count} records wait in package {result.package}: {result.reason}")
            continue
        print(f"package {result.package}: {dict(result.counts)}")
        for one in result.results:
            print(f"  record {one.index}: {one.verdict}", *(explain(finding, "en") for finding in one.findings), sep="\n    ")
