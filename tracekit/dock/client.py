"""The client that an enterprise or third-party system sends with: check, send, receipts, never lost and never doubled."""

import random as chance
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import orjson

from tracekit.config import Binding, Credentials, read_table
from tracekit.dock.flat import Flat, wire_records
from tracekit.dock.receipt import Pending, Receipt
from tracekit.dock.retry import Retry
from tracekit.dock.sealing import Mode, Signer, pack
from tracekit.dock.sending import Sender
from tracekit.dock.session import Description, Session
from tracekit.dock.spool import Spool
from tracekit.errors import ConfigError, DockingDenied, DockingRejected, DockingUnavailable
from tracekit.findings import Finding
from tracekit.ids import canonical
from tracekit.loader import installed_suites
from tracekit.sdk import Record, Suite
from tracekit.suites import ED25519
from tracekit.transport import Line, open_line

if TYPE_CHECKING:
    from tracekit.registry import Registry


class Client:
    """One system's way to one platform.

    Args:
        url: the platform's address; plain http on loopback only.
        code: the sender's code, given at access; also the `origin` of records that name none.
        secret: the client secret, given at access.
        key: the private signing key, PEM.
        spool: a file that keeps packages until they are answered; without one they live as long as this object,
            and a line that is down is an error.
        environment: `test` or `production`.
        origin_secret: what group salts are derived from; must never change. Default: `secret`.
        receiver: the platform's code, so that the very first send may happen while the line is down.
        platform_key: the platform's public key (PEM); default: those that `describe` gives.
        suite: what the key signs with; the platform's receipts may carry any suite that is installed.
        registry: the kinds to seal and check with; default: everything installed.
        binding: what is spoken on the line; `soap` needs the extra of that name.
        new_id: makes package ids.
    """

    def __init__(
        self,
        url: str,
        *,
        code: str,
        secret: str,
        key: str,
        spool: str | Path | None = None,
        environment: str = "test",
        origin_secret: str | bytes = "",
        receiver: str = "",
        platform_key: str = "",
        suite: Suite = ED25519,
        registry: "Registry | None" = None,
        retry: Retry | None = None,
        binding: Binding = "rest",
        line: Line | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = chance.random,
        wait: Callable[[float], None] = time.sleep,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.code = code
        self._receiver = receiver
        self._registry = registry
        self._clock = clock
        self._new_id = new_id
        salt_secret = origin_secret or secret
        self._origin_secret = salt_secret.encode() if isinstance(salt_secret, str) else salt_secret
        self._signer = Signer.of(suite, key)
        self.session = Session(
            line or open_line(binding, url, lambda: self.registry.kinds),
            code,
            secret,
            environment=environment,
            receiver=receiver,
            clock=clock,
        )
        self.spool = Spool(spool, link={"sender": code, "environment": environment, "receiver": receiver})
        self._sender = Sender(
            self.session,
            self.spool,
            suites={**installed_suites(), suite.id: suite},
            platform_key=platform_key,
            retry=retry,
            clock=clock,
            random=random,
            wait=wait,
        )  # fmt: skip  one subject a line

    @classmethod
    def admitted(cls, credentials: str | Path, key: str | Path, **options: Any) -> Self:
        """A client from the files of an admission: the platform's `credentials/CODE.json` and our own signing key.

        Args:
            options: as for `Client`, for what the files do not say: `spool`, `origin_secret` …

        Raises:
            ConfigError: a file cannot be read, or a key of it is wrong.
        """
        given = read_table(Credentials, _json(credentials), Path(credentials))
        options = {"environment": given.environment, "receiver": given.code, "platform_key": given.public_key, **options}
        return cls(given.url, code=given.client, secret=given.client_secret, key=_read(key).decode(), **options)

    def __repr__(self) -> str:
        return f"Client({self.session.line.url!r}, code={self.code!r}, environment={self.session.environment!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close line and spool; what waits in a spool file stays there."""
        self.session.line.close()
        self.spool.close()

    @cached_property
    def registry(self) -> "Registry":
        """The kinds, code schemes and rules that records are sealed and checked with."""
        from tracekit.loader import installed

        return self._registry or installed()

    # records

    def seal(self, records: Iterable[Flat]) -> list[Record]:
        """Wire records from flat ones: `origin`, `revision`, `action` and `recorded_at` completed, groups salted.

        Raises:
            ConfigError: a record cannot be written as JSON.
        """
        return wire_records(records, self.registry, origin=self.code, secret=self._origin_secret, now=self._clock())

    def check(self, records: Iterable[Flat]) -> list[list[Finding]]:
        """The findings of each record, offline: form, codes and the rules that need no other record."""
        from tracekit.dock.offline import check_sealed

        return check_sealed(self.seal(records), self.registry, self._clock())

    def send(self, records: Iterable[Flat], mode: Mode = "proceed") -> list[Receipt | Pending]:
        """Seal, keep, send: a receipt a package, or `Pending` where the line is down and a spool file keeps it.

        Older packages of the spool go first. The receiver's limits decide how many packages there are.

        Raises:
            StoreFull: the spool has no space; nothing of this call counts as sent.
            DockingUnavailable: the line is down and there is no spool file; `flush` still sends it.
            DockingRejected: the receiver refused a package, which is never repeated; the others were sent.
            DockingDenied: the link must stop; everything waits in the spool.
        """
        sealed = self.seal(records)
        if not sealed:
            return []
        described, denied = self._known()
        packages = pack(sealed, described, self._signer, ids=self._ids(), sender=self.code, mode=mode, now=self._clock())
        self.spool.add(packages, self._clock())
        if denied:
            raise denied
        return self._settle([one.id for one in packages])

    def flush(self) -> list[Receipt | Pending]:
        """Send what waits in the spool, oldest first, with the same ids and bytes.

        Raises:
            DockingError: as `send`.
        """
        return self._settle(None)

    def receipt(self, package: str) -> Receipt:
        """The receipt of a package: from the spool, else from the platform.

        Raises:
            DockingRejected: the platform knows no such package.
        """
        entry = self.spool.find(package)
        if entry is not None and entry.receipt is not None:
            return Receipt.parse(entry.receipt)
        raw = self.session.call("GET", f"receipt/{package}").body
        if entry is None:
            return self._sender.signed(raw, self.session.describe())
        receipt = self._sender.checked(raw, orjson.loads(entry.body)["header"], self.session.describe())
        self.spool.finish(package, raw, self._clock())
        return receipt

    # the other operations

    def describe(self) -> Description:
        """What the platform advertises: environment, limits, suites, reporting windows."""
        described = self.session.describe()
        self.spool.note("describe", orjson.dumps(dict(described.raw)).decode())
        return described

    def register(self, records: Iterable[Flat]) -> dict[str, Any]:
        """File subjects, nodes, merchants, products, devices or assets; the outcome comes by `filings`."""
        return self._post("register", {"records": self.seal(records)})

    def filings(self, cursor: str = "") -> dict[str, Any]:
        """Results of filing after a cursor: state, reason, assigned code."""
        return self.session.get("register", cursor=cursor)

    def daily(self, node: str, day: str, state: str, **counts: Any) -> dict[str, Any]:
        """Report a node's day (`traded`, `nothing`, `closed`); the answer is the receiver's counts."""
        return self._post("daily", {"node": node, "day": day, "state": state, **counts})

    def statement(
        self, first: str, last: str = "", *, node: str | None = None, kind: str = "", prefix: str = "", keys: bool = False
    ) -> dict[str, Any]:
        """What the receiver holds from this sender: cells of day × node × kind, their branches, or their keys."""
        from tracekit.dock.statements import Remote

        return Remote(self.session).ask(first, last or first, node=node, kind=kind, prefix=prefix, keys=keys)

    def feedback(self, cursor: str = "") -> dict[str, Any]:
        """Problem data found later, after a cursor."""
        return self.session.get("feedback", cursor=cursor)

    def answer(self, feedback: str, answer: str, note: str = "") -> dict[str, Any]:
        """Close a feedback: `corrected`, `voided` or `refused` with a note that gives the reason."""
        return self._post("feedback", {"id": feedback, "answer": answer, **({"note": note} if note else {})})

    def trace(self, ref: str, direction: str = "both", **query: str | int) -> dict[str, Any]:
        """The chain of a ref, as far as this caller may see."""
        return self.session.get("trace", ref=ref, direction=direction, **query)

    def codesets(self, **query: str | int) -> dict[str, Any]:
        """Dictionaries by edition or cursor."""
        return self.session.get("codesets", **query)

    def subjects(self, **query: str | int) -> dict[str, Any]:
        """The index of subjects by cursor."""
        return self.session.get("subjects", **query)

    # inside

    def _post(self, operation: str, tree: Mapping[str, Any]) -> dict[str, Any]:
        return self.session.call("POST", operation, body=canonical(dict(tree))).tree()

    def _ids(self) -> Iterator[str]:
        while True:
            yield self._new_id()

    def _known(self) -> tuple[Description, DockingDenied | None]:
        """The platform's description: fresh, else remembered by the spool, else the interface's own limits; and what stops the link."""
        try:
            return self.describe(), None
        except (DockingUnavailable, DockingDenied) as error:
            denied = error if isinstance(error, DockingDenied) else None
            remembered = self.spool.note("describe")
            if remembered:
                return self.session.accept(Description.parse(orjson.loads(remembered))), denied
            if self._receiver:
                return Description(self._receiver, self.session.environment), denied
            raise denied or DockingUnavailable("receiver unknown and the line is down", code="TK-DOCK-015") from None

    def _settle(self, wanted: list[str] | None) -> list[Receipt | Pending]:
        settled, refused = self._sender.run(wanted)
        if wanted is not None and len(settled) + len(refused) < len(wanted):
            settled, refused = self._with_others(wanted, settled, refused)
        if refused:
            raise refused[0]
        down = next((one for one in settled if isinstance(one, Pending)), None)
        if down and not self.spool.is_durable:
            raise DockingUnavailable(f"{down.reason}; no spool file keeps package {down.package}", code=down.code)
        return settled

    def _with_others(
        self, wanted: list[str], settled: list[Receipt | Pending], refused: list[DockingRejected]
    ) -> tuple[list[Receipt | Pending], list[DockingRejected]]:
        """Add the packages that another thread or process of the same spool has sent meanwhile."""
        by_package = {one.package: one for one in settled}
        for package in wanted:
            entry = self.spool.find(package)
            if entry is None or package in by_package:
                continue
            if entry.receipt is not None:
                by_package[package] = Receipt.parse(entry.receipt)
            elif entry.state == "rejected" and not any(one.code == entry.code for one in refused):
                refused = [*refused, DockingRejected(entry.reason, code=entry.code, params={"package": package})]
        return [by_package[package] for package in wanted if package in by_package], refused


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        params = {"file": str(path), "key": "", "path": str(path), "reason": str(error)}
        raise ConfigError(f"{path}: {error.strerror}", code="TK-CFG-002", params=params) from error


def _json(path: str | Path) -> dict[str, Any]:
    try:
        value: Any = orjson.loads(_read(path))
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", code="TK-CFG-015", params={"file": str(path), "reason": str(error)}) from None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
