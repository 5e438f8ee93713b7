"""Reading ahead in a second process: file → mapping → seal → checks of single records, while this one judges and stores.

The reading process has no store and changes nothing, so it may be stopped at any time; order and cursors are those of
reading in one process. It is spawned, which works the same on every system.
"""

from __future__ import annotations

import marshal
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tracekit import errors
from tracekit.config import SourceSection
from tracekit.errors import SourceError, TracekitError
from tracekit.findings import Finding, is_problem
from tracekit.pipeline.judged import Judged
from tracekit.platform.memory import resting_collector
from tracekit.sdk import LinkKey, MarkKey, Move

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from tracekit.platform.sources import Prepared
    from tracekit.registry import Registry

ENDED = "TK-SRC-003"

# marshal is three times as quick as pickle, and both ends are the same interpreter
_slots = attrgetter(*Judged.__slots__)


class Task(NamedTuple):
    """What the reading process is told: all of it can be pickled."""

    file: Path
    """The platform's configuration."""
    section: SourceSection
    cursor: str | None
    ahead: timedelta
    """What the platform's clock is ahead of the machine's."""
    registry: Callable[[], Registry]


def read_ahead(task: Task) -> Generator[Prepared]:
    """The batches of a source, read and checked by a process of their own; it never is more than one batch ahead.

    Raises:
        TracekitError: as in one process.
        SourceError: the reading process ended before the source did.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(task, sender), daemon=True)
    process.start()
    sender.close()
    try:
        yield from _received(receiver)
    finally:
        receiver.close()
        process.terminate()
        process.join()


def _received(receiver: Connection) -> Iterator[Prepared]:
    from tracekit.platform.sources import Prepared

    while True:
        try:
            # written by our own child, over a pipe that nobody else has
            name, *message = marshal.loads(receiver.recv_bytes())  # noqa: S302
        except EOFError:
            raise SourceError("the reading process ended early", code=ENDED) from None
        if name == "end":
            return
        if name == "error":
            kind, detail, code, params = message
            raise getattr(errors, kind, errors.SourceError)(detail, code=code, params=params)
        packed, *rest = message
        yield Prepared([_unpacked(*one) for one in packed], *rest)


def _read(task: Task, sender: Connection) -> None:
    """The reading process: the parent is told of every end, and Ctrl-C is the parent's to answer."""
    from tracekit.platform.sources import prepared_batches, reader_of_task

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # without a reader there is nobody to tell
    with suppress(BrokenPipeError):
        try:
            with resting_collector() as rest:
                for batch in prepared_batches(*reader_of_task(task), task.cursor):
                    sender.send_bytes(marshal.dumps(("batch", [_packed(one) for one in batch.judged], *batch[1:])))
                    rest()
            sender.send_bytes(marshal.dumps(("end",)))
        except TracekitError as error:
            sender.send_bytes(marshal.dumps(("error", type(error).__name__, error.detail, error.code, error.params)))


def _packed(one: Judged) -> Any:
    """The fields, and apart from them what is not plain; the tree of a good record stays here, its bytes say the same."""
    findings = [(*finding[:3], dict(finding.params), finding.where) for finding in one.findings]
    keys, marks, moves = ([tuple(each) for each in listed] for listed in (one.keys, one.marks, one.moves))
    if not is_problem(one.findings):
        one.tree = None
    one.refs, one.findings, one.keys, one.marks, one.moves = (), [], [], (), ()
    return _slots(one), findings, keys, marks, moves


def _unpacked(fields: Any, findings: Any, keys: Any, marks: Any, moves: Any) -> Judged:
    one = Judged(*fields)
    one.findings = [Finding(*finding) for finding in findings]
    one.keys = [LinkKey(*key) for key in keys]
    one.marks, one.moves = [MarkKey(*mark) for mark in marks], [Move(*move) for move in moves]
    return one


def clock_ahead(ahead: timedelta) -> Callable[[], datetime]:
    """A clock that is so much ahead of the machine's."""
    return lambda: datetime.now(UTC) + ahead
