"""From wire records to packages that fit the receiver's limits, as the bytes that travel on every attempt."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from tracekit.dock.session import EDITION, Description
from tracekit.dock.spool import Sealed
from tracekit.errors import DockingDenied, DockingRejected
from tracekit.ids import canonical
from tracekit.pipeline.seal import seal_package
from tracekit.sdk import Record, Suite
from tracekit.suites import key_id

Mode = Literal["proceed", "rollback"]

# header, signature and brackets of a package, rounded up
FRAME = 2_048
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Signer:
    """The sender's side of a signature: suite, private key, and the id under which the receiver knows the public one."""

    suite: Suite
    private_pem: str
    key: str

    @classmethod
    def of(cls, suite: Suite, private_pem: str) -> "Signer":
        """Make a signer.

        Raises:
            ConfigError: no key of this suite.
        """
        return cls(suite, private_pem, key_id(suite.public(private_pem)))

    def __repr__(self) -> str:
        return f"Signer({self.suite.id!r}, key={self.key!r})"


def time_text(seconds: float) -> str:
    """A time in the wire's second form at +08:00.

    >>> time_text(0)
    '1970-01-01T08:00:00+08:00'
    """
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(_CHINA).isoformat(timespec="seconds")


def divide(sizes: Sequence[int], max_records: int, max_bytes: int) -> Iterator[slice]:
    """Cut a run of records, given their sizes, into runs that fit.

    Raises:
        DockingRejected: one record alone is too large.

    >>> list(divide([10, 10, 10, 10], 3, 100_000))
    [slice(0, 3, None), slice(3, 4, None)]
    """
    start = filled = 0
    room = max_bytes - FRAME
    for index, size in enumerate(sizes):
        if size > room:
            params = {"size": str(size), "limit": str(room)}
            raise DockingRejected(f"record {index}: {size} bytes", code="TK-DOCK-013", params=params)
        if index - start == max_records or filled + size > room:
            yield slice(start, index)
            start, filled = index, 0
        filled += size + 1
    if len(sizes) > start:
        yield slice(start, len(sizes))


def pack(
    records: Sequence[Record],
    described: Description,
    signer: Signer,
    *,
    ids: Iterator[str],
    sender: str,
    mode: Mode,
    now: float,
) -> list[Sealed]:
    """Seal records into as few packages as the receiver's limits allow.

    Raises:
        DockingRejected: a record is too large, or `rollback` would need more than one package.
        DockingDenied: the receiver takes no signature of our suite.
    """
    if described.suites and signer.suite.id not in described.suites:
        params = {"suite": signer.suite.id, "accepted": ", ".join(described.suites)}
        raise DockingDenied(f"suite {signer.suite.id}", code="TK-DOCK-021", params=params)
    sizes = [len(canonical(record)) for record in records]
    parts = list(divide(sizes, described.max_records, described.max_bytes))
    if mode == "rollback" and len(parts) > 1:
        params = {"count": str(len(records)), "size": str(sum(sizes))}
        raise DockingRejected(f"rollback of {len(records)} records", code="TK-DOCK-014", params=params)
    return [sealed(records[part], header(next(ids), sender, described, mode, now), signer) for part in parts]


def header(id_: str, sender: str, described: Description, mode: Mode, now: float) -> dict[str, str]:
    """A package's header, without the count and digest that sealing adds."""
    return {
        "id": id_,
        "sender": sender,
        "receiver": described.platform,
        "edition": EDITION,
        "mode": mode,
        "scope": "record",
        "environment": described.environment,
        "created_at": time_text(now),
    }


def sealed(
    records: Sequence[Record],
    header: Mapping[str, Any],
    signer: Signer,
    *,
    content_ids: Sequence[str] = (),
    via: Sequence[Mapping[str, Any]] = (),
    seals: Sequence[Mapping[str, Any]] = (),
) -> Sealed:
    """Sign one package and write its bytes."""
    package = seal_package(header, records, signer.suite, signer.private_pem, signer.key, content_ids=content_ids, via=via, seals=seals)
    return Sealed(header["id"], len(records), canonical(package))
