"""Peer: what a good engineer writes by hand. pydantic a record, COPY or executemany in batches of 5,000, durable commits."""

import itertools
import sqlite3
import sys

from data import UNITS
from flat_model import COLUMNS, Trade, table

BATCH = 5000


def rows(path):
    with open(path, "rb") as file:
        for line in file:
            values = Trade.model_validate_json(line).__dict__
            values["unit"] = UNITS[values["unit"]]
            values["channel"] = "bench"
            yield [values[name] for name in COLUMNS]


def to_postgres(source, dsn):
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set synchronous_commit = on")
        connection.execute("drop table if exists trade")
        connection.execute(table(True))
        made = rows(source)
        while batch := list(itertools.islice(made, BATCH)):
            with connection.cursor() as cursor, cursor.copy(f"copy trade ({', '.join(COLUMNS)}) from stdin") as copy:
                for row in batch:
                    copy.write_row(row)


def to_sqlite(source, path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("drop table if exists trade")
    connection.execute(table(False))
    insert = f"insert into trade ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
    text = [COLUMNS.index(n) for n in ("biz_date", "created_at", "quantity", "unit_price", "amount", "temperature_c")]
    made = rows(source)
    while batch := list(itertools.islice(made, BATCH)):
        for row in batch:
            for index in text:
                row[index] = str(row[index])
        connection.execute("begin immediate")
        connection.executemany(insert, batch)
        connection.execute("commit")
    connection.close()


if __name__ == "__main__":
    (to_postgres if sys.argv[2].startswith("postgresql") else to_sqlite)(sys.argv[1], sys.argv[2])
