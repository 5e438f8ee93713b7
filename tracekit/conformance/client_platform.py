"""The platform that the kit plays for a sender: it describes itself, gives tokens, takes packages, misbehaves as told, writes all down.

It knows the operations `describe`, `token`, `submit` and `receipt`; whatever else is asked for is answered with 404.
"""

import base64
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from tracekit.config import Credentials, Identity
from tracekit.conformance.client_account import (
    EDITION,
    Account,
    Asked,
    Faults,
    Outcome,
    Submission,
    account,
    contents_of,
    faults_of,
    grouped,
)
from tracekit.conformance.client_scenarios import Play, Scenario
from tracekit.conformance.host import LOST, Answer, Request
from tracekit.conformance.requirements import national
from tracekit.conformance.results import NOTICE
from tracekit.findings import Finding
from tracekit.ids import canonical, sha256_hex
from tracekit.registry import Registry
from tracekit.sdk import Suite
from tracekit.spec.messages import message, remedy, render
from tracekit.spec.tables import read_table
from tracekit.suites import key_id
from tracekit.trees import is_array, is_object

Tree = dict[str, Any]
CODE = "conformance-kit"
"""The platform's own code."""
LIMITS = {"max_records": 5_000, "max_bytes": 16 * 1024 * 1024}
_TOO_LARGE = (Play(problem="TK-DOCK-101"), Play(problem="TK-DOCK-110"))
"""Answers to too many bytes and to too many records."""
TOKEN_SECONDS = 3_600
_CHINA = timezone(timedelta(hours=8))
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Exchanged(NamedTuple):
    """A request and its answer, for the report."""

    request: Request
    answer: Answer


class PlayedPlatform:
    """Plays one scenario after the other for one sender.

    Args:
        above: the role that it plays.
        suite: what it signs its receipts with.
    """

    def __init__(self, sender: Identity, above: str, suite: Suite, registry: Registry, clock: Callable[[], float] = time.time) -> None:
        self.sender = sender
        self.role = above
        self._level = next(row["level"] for row in read_table(national() / "roles.csv") if row["role"] == above)
        self._suite = suite
        self._private, self.public = suite.generate()
        self._other, _ = suite.generate()
        self._registry = registry
        self._clock = clock
        self._secret = secrets.token_urlsafe(24)
        self._kept: dict[str, tuple[str, bytes]] = {}
        self._before: frozenset[str] = frozenset()
        self._tokens: set[str] = set()
        self._begin_empty(None)

    def _begin_empty(self, scenario: Scenario | None) -> None:
        self._scenario = scenario
        self._described: Tree = {}
        self._left: list[Play] = []
        self._submissions: list[Submission] = []
        self._asked: list[Asked] = []
        self._given = 0
        self.exchanged: list[Exchanged] = []
        self.fault = ""

    def credentials(self, url: str) -> Credentials:
        """What the sender installs."""
        return Credentials(
            code=CODE,
            name="tracekit conformance",
            role=self.role,  # pyright: ignore[reportArgumentType]  the plan has checked it
            environment=self.sender.environment,
            url=url,
            public_key=self.public,
            client=self.sender.code,
            client_secret=self._secret,
        )  # fmt: skip  one line a field

    def begin(self, scenario: Scenario) -> None:
        """Play a scenario from now on; packages of earlier ones that still come are answered well and not judged."""
        self._before |= {one.id for one in self._submissions}
        self._begin_empty(scenario)
        self._described = dict(scenario.describe)
        self._left = list(scenario.answers)

    @property
    def unplayed(self) -> int:
        """How many of the scenario's answers nobody has drawn."""
        return len(self._left)

    def account(self, exit_code: int | None) -> Account:
        """What the sender did in this scenario."""
        return account(list(self._submissions), list(self._asked), self._given, exit_code)

    def describe(self) -> Tree:
        """The answer of `describe` as it is at the moment."""
        told: Tree = {
            "platform": CODE,
            "name": "tracekit conformance",
            "role": self.role,
            "environment": self.sender.environment,
            "editions": [EDITION],
            "encodings": ["gzip"],
            "windows": {},
            "suites": [self.sender.suite],
            "keys": [{"key": key_id(self.public), "suite": self._suite.id, "public": self.public}],
            "categories": sorted(self._registry.categories),
            "rule_set": self._registry.hash,
            "server_time": self._time(),
            "notice": NOTICE,
            **self._described,
        }  # fmt: skip  one line a field
        return {**told, "limits": self._limits()}

    # the operations

    def answer(self, request: Request) -> Answer:
        """Answer one request and write both down."""
        try:
            made = self._answered(request)
        except Exception as error:  # noqa: BLE001  a slip of the kit must not look like one of the sender
            self.fault = f"{type(error).__name__}: {error}"
            made = self._problem("TK-DOCK-120", incident="kit")
        self.exchanged.append(Exchanged(request, made))
        return made

    def _answered(self, request: Request) -> Answer:
        if request.fault:
            return self._problem("TK-DOCK-102", reason=request.fault)
        _, _, operation = request.path.partition("/v1/")
        operation, _, rest = operation.partition("/")
        match request.method, operation:
            case "GET", "describe":
                return _json(self.describe())
            case "POST", "token":
                return self._token(request)
            case "POST", "submit":
                return self._submit(request)
            case "GET", "receipt":
                return self._receipt_again(request, rest)
            case _:
                return self._problem("TK-DOCK-118", what=request.path[:64])

    def _token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        wanted = {"grant_type": "client_credentials", "client_id": self.sender.code, "client_secret": self._secret}
        if any(not secrets.compare_digest(form.get(name, "").encode(), value.encode()) for name, value in wanted.items()):
            return self._problem("TK-DOCK-103", sender=form.get("client_id", "")[:64])
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        self._given += 1
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def _receipt_again(self, request: Request, package: str) -> Answer:
        if not self._is_authorised(request):
            return self._problem("TK-DOCK-114")
        self._asked.append(Asked(self._clock(), package))
        kept = self._kept.get(package)
        return Answer(200, kept[1]) if kept else self._problem("TK-DOCK-118", what=package[:64])

    def _submit(self, request: Request) -> Answer:
        at = self._clock()
        package = _package(request.body)
        if package is None:
            return self._problem("TK-DOCK-102", reason="header with id and records_digest, signature and records")
        faults = faults_of(package, request.body, self.sender, CODE, self._level, self._registry)
        if package["header"]["id"] in self._before:
            return Answer(200, self._keep(package, faults, {}))
        play = self._play(request, package)
        made, outcome = self._played(play, package, faults)
        contents = contents_of(package)
        self._submissions.append(
            Submission(
                at,
                self._clock(),
                package["header"]["id"],
                package["header"]["records_digest"],
                request.body,
                contents,
                grouped(package),
                faults,
                outcome,
                play.retry_after,
                play in _TOO_LARGE,
                frozenset(contents[index] for index in play.problems if index < len(contents)),
            )
        )
        return made

    def _play(self, request: Request, package: Tree) -> Play:
        """What must be refused is refused as any platform would, else comes what the scenario says."""
        if not self._is_authorised(request):
            return Play(problem="TK-DOCK-114")
        limits = self._limits()
        for size, limit, play in zip(
            (len(request.body), len(package["records"])), (limits["max_bytes"], limits["max_records"]), _TOO_LARGE, strict=True
        ):
            if size > limit:
                return play
        known = self._kept.get(package["header"]["id"])
        if known and known[0] != package["header"]["records_digest"]:
            return Play(problem="TK-DOCK-109")
        if self._left:
            return self._left.pop(0)
        return self._scenario.otherwise if self._scenario else Play()

    def _played(self, play: Play, package: Tree, faults: Faults) -> tuple[Answer, Outcome]:
        made, outcome = self._spoken(play, package, faults)
        if play.revoke:
            self._tokens.clear()
        self._described.update(play.describe)
        return made, outcome

    def _spoken(self, play: Play, package: Tree, faults: Faults) -> tuple[Answer, Outcome]:
        if play.problem:
            limit = self._limits()["max_bytes" if play == _TOO_LARGE[0] else "max_records"]
            params = {"package": package["header"]["id"], "count": str(len(package["records"])), "limit": str(limit)}
            return self._problem(play.problem, play.retry_after, **params), _class(play.problem)
        receipt = self._keep(package, faults, play.problems)
        if play.lost:
            return LOST, "lost"
        if play.forged:
            return Answer(200, self._signed(orjson.loads(receipt), self._other)), "forged"
        return Answer(200, receipt), "receipt"

    # what it says

    def _keep(self, package: Tree, faults: Faults, problems: Mapping[int, str]) -> bytes:
        """The receipt of a package, the same bytes whenever it comes."""
        header = package["header"]
        known = self._kept.get(header["id"])
        if known:
            return known[1]
        found = {**faults.problems, **{at: (Finding(code),) for at, code in problems.items() if at < len(package["records"])}}
        total, wrong = len(package["records"]), len(found)
        receipt = {
            "id": sha256_hex(canonical([CODE, header["id"], header["records_digest"]]))[:32],
            "package": header["id"],
            "digest": header["records_digest"],
            "platform": CODE,
            "sender": self.sender.code,
            "environment": self.sender.environment,
            "outcome": "stored",
            "counts": {"total": total, "valid": total - wrong, "problem": wrong, "pending": 0, "duplicate": 0},
            "results": [{"index": at, "verdict": "problem", "findings": [one.to_wire() for one in found[at]]} for at in sorted(found)],
            "rule_set": self._registry.hash,
            "received_at": self._time(),
        }  # fmt: skip  one line a field
        body = self._signed(receipt, self._private)
        self._kept[header["id"]] = (header["records_digest"], body)
        return body

    def _signed(self, receipt: Tree, private: str) -> bytes:
        """The signature names the published key, whichever key made it."""
        rest = {name: value for name, value in receipt.items() if name != "signature"}
        value = base64.b64encode(self._suite.sign(private, canonical(rest))).decode()
        return canonical({**rest, "signature": {"suite": self._suite.id, "key": key_id(self.public), "value": value}})

    def _problem(self, code: str, retry_after: int = 0, **params: str) -> Answer:
        row = message(code)
        tree = {
            "type": f"urn:tracekit:error:{code}",
            "title": render(code, params, "en"),
            "status": int(row.status),
            "detail": remedy(code, params, "en"),
            "code": code,
            "side": "receiver" if row.class_ == "unavailable" else "sender",
            **({"params": params} if params else {}),
        }  # fmt: skip  one line a field
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        return Answer(int(row.status), orjson.dumps(tree), "application/problem+json", headers)

    def _is_authorised(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    def _limits(self) -> dict[str, int]:
        return {**LIMITS, **self._described.get("limits", {})}

    def _time(self) -> str:
        return datetime.fromtimestamp(int(self._clock()), UTC).astimezone(_CHINA).isoformat()


def _json(tree: Tree) -> Answer:
    return Answer(200, orjson.dumps(tree))


def _class(code: str) -> Outcome:
    row = message(code)
    named: dict[str, Outcome] = {"401": "unauthorised", "403": "denied"}
    return named.get(row.status, "unavailable" if row.class_ == "unavailable" else "rejected")


def _package(body: bytes) -> Tree | None:
    """A package whose header can be answered; what else is wrong with it is judged."""
    try:
        tree: Any = orjson.loads(body)
    except ValueError:
        return None
    if not is_object(tree) or not is_array(tree.get("records")) or not is_object(header := tree.get("header")):
        return None
    fits = ((_ID, header.get("id")), (_DIGEST, header.get("records_digest")))
    return tree if all(isinstance(text, str) and form.fullmatch(text) for form, text in fits) else None
