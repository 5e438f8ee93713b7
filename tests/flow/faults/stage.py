"""Runs the real command line in forked children, any of which can be killed (SIGKILL) before its n-th event.

An event is a statement or a commit that goes to SQLite or PostgreSQL, or bytes that leave or enter a socket. The test
reads and sets the count through memory that it shares with the child, so nothing of the product knows of it.
Speaks JSON lines: one command in, one answer out. When its input ends, its children go with it.
"""

import contextlib
import json
import mmap
import os
import signal
import socket
import sqlite3
import struct
import sys
from collections.abc import Callable
from typing import Any

import psycopg

import tracekit.platform.sources
from tracekit.cli import main
from tracekit.cli.commands import COMMANDS
from tracekit.cli.lazy import load_command
from tracekit.loader import installed
from tracekit.platform import link_up, reconcile
from tracekit.server import runner

FOREVER = 1 << 62
shared = mmap.mmap(-1, 16)
children: dict[int, tuple[mmap.mmap, int]] = {}


def event(name: str) -> None:
    """Count one event; at the armed one the process ends here, as if the power had gone."""
    count, last = struct.unpack("QQ", shared[:])
    shared[:8] = struct.pack("Q", count + 1)
    if count + 1 >= last:
        os.write(2, f"killed before {name}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*args: Any, **options: Any) -> Any:
        event(name)
        return call(*args, **options)

    return counting


class Cursor(sqlite3.Cursor):
    execute = counted("sqlite execute", sqlite3.Cursor.execute)
    executemany = counted("sqlite executemany", sqlite3.Cursor.executemany)


class Connection(sqlite3.Connection):
    # the connection's own execute goes through here too
    def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> sqlite3.Cursor:
        return super().cursor(factory)

    commit = counted("sqlite commit", sqlite3.Connection.commit)


def over_the_network(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(self: socket.socket, *args: Any) -> Any:
        if self.family != socket.AF_UNIX:  # an event loop wakes itself through those
            event(name)
        return call(self, *args)

    return counting


def count_events() -> None:
    """Put the counter before every call that makes something durable or visible."""
    connect = sqlite3.dbapi2.connect
    sqlite3.dbapi2.connect = sqlite3.connect = lambda *args, **options: connect(*args, **{"factory": Connection, **options})
    for name in ("execute", "executemany"):
        setattr(psycopg.Cursor, name, counted(f"postgresql {name}", getattr(psycopg.Cursor, name)))
    psycopg.Cursor.copy = counted("postgresql copy", psycopg.Cursor.copy)
    psycopg.Connection.commit = counted("postgresql commit", psycopg.Connection.commit)
    for name in ("send", "sendall", "recv"):
        setattr(socket.socket, name, over_the_network(name, getattr(socket.socket, name)))


def start(argv: list[str], errors: str, kill_at: int = 0, batch: int = 0) -> dict[str, Any]:
    """Fork a child that runs the command."""
    global shared  # noqa: PLW0603  the memory of the child that is forked next
    shared = mmap.mmap(-1, 16)
    shared[:] = struct.pack("QQ", 0, kill_at or FOREVER)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        run(argv, errors, into, batch)
    os.close(into)
    children[child] = shared, out
    return {"pid": child}


def said(child: int) -> dict[str, Any]:
    """Wait for the first line that a child says; it may end without any."""
    with os.fdopen(children[child][1], encoding="utf-8", closefd=False) as stream:
        return {"line": stream.readline()}


def run(argv: list[str], errors: str, into: int, batch: int) -> None:
    code = 2
    with contextlib.suppress(BaseException):
        os.dup2(into, 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if batch:
            tracekit.platform.sources.BATCH = batch
        try:
            main([*argv, "--json"])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 2
        sys.stdout.flush()
    os._exit(code)


def ended() -> dict[str, Any]:
    """Wait until any child ends; a negative code is a signal."""
    child, status = os.wait()
    counter, out = children.pop(child)
    with os.fdopen(out, encoding="utf-8") as stream:
        line = stream.read()
    return {"pid": child, "code": os.waitstatus_to_exitcode(status), "events": struct.unpack("QQ", counter[:])[0], "line": line}


def answer(command: dict[str, Any]) -> dict[str, Any]:
    name, *args = command["do"]
    if name == "start":
        return start(*args)
    if name == "ended":
        return ended()
    child = args[0]
    if name == "said":
        return said(child)
    counter = children[child][0]
    count = struct.unpack("QQ", counter[:])[0]
    if name == "events":
        return {"events": count}
    if name == "arm":
        counter[8:] = struct.pack("Q", count + args[1])
        return {}
    os.kill(child, signal.SIGTERM)
    return {}


if __name__ == "__main__":
    # everything is imported once, so that a child is ready at once
    for command, entry in COMMANDS.items():
        load_command(command, entry.module)
    installed()
    assert link_up and reconcile and runner
    count_events()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    for child in children:
        os.kill(child, signal.SIGKILL)
