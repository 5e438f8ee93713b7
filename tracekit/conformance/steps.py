"""The steps of a case: make a package, alter it, send it, call an operation, ask whether what is needed came.

* `package: NAME` with `sender`, `records` (a payload's name, or `of` one with `set` and `drop`, or `times` and `each`) and `header`;
* `alter: NAME`, `of` a package: `set` and `drop` after it was signed; `sign: true` signs the header again;
* `send: NAME` posts a package, in an `encoding`, filled up with blanks to so many `bytes` and as many `over`;
  `call: METHOD PATH` anything else with `query`, `json`, `form` or `raw`, a list page by page where it has to `follow` one; both
  take `as` (with `find`, what entry of which list is meant), `sender` (whose token, `none` or `wrong`), `headers` and `expect`;
* `need: PATH` of what an answer must have shown before, else the case is not proven.

`expect` has `status`, `code` (of the problem document), `body` (see `matching`), `headers`, `shape` (a schema of the published
OpenAPI document), `same` (an earlier answer, byte for byte) and `signed` (the platform's signature holds).
"""

import gzip
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

import orjson

from tracekit.conformance import packages
from tracekit.conformance.matching import ABSENT, Difference, differences
from tracekit.conformance.session import Exchange, Session
from tracekit.sdk.chain import mend
from tracekit.sdk.templates import fill
from tracekit.spec.tables import specs_root
from tracekit.trees import is_array, is_object

Names = dict[str, Any]
Step = Mapping[str, Any]
EDITION = "national:v1"
PAGES = 1000
"""How many pages of a list are followed at most."""
_REMEMBERED = "_raw"
NOTHING: Mapping[str, Any] = {}
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {"gzip": partial(gzip.compress, mtime=0), "zstd": packages.zstd_frame}


class NotProven(Exception):
    """What a case needs to be shown did not come; the reason is its argument."""


class Failed(Exception):
    """An answer is not what was expected."""

    def __init__(self, step: int, exchange: Exchange, wrong: list[Difference]) -> None:
        super().__init__(step)
        self.step, self.exchange, self.wrong = step, exchange, wrong


def play(steps: tuple[Step, ...], session: Session, names: Names) -> None:
    """Play a case to its end.

    Raises:
        Failed, NotProven: as their names say.
        DockingError: no answer came.
    """
    names["sums"] = _Sums(names)
    for at, step in enumerate(steps, 1):
        name = next(one for one in PLAYS if one in step)
        made = PLAYS[name](step, session, names)
        if isinstance(made, Exchange):
            if "as" in step:
                found = _found(fill(step.get("find", {}), names), made.tree)
                names[step["as"]] = {**made.as_names(), _REMEMBERED: made.reply.body, "found": found}
            if wrong := list(_wrong(step.get("expect", {}), made, session, names)):
                raise Failed(at, made, wrong)


def _found(wanted: Mapping[str, Any], tree: Any) -> Any:
    """Of the list that `find` names, the first entry that fits."""
    for name, entry in wanted.items():
        rows = tree.get(name) if is_object(tree) else None
        fitting = (one for one in rows if next(differences(entry, one), None) is None) if is_array(rows) else ()
        return next(iter(fitting), NOTHING)
    return NOTHING


class _Sums:
    """`{sums[p][leaf]}`: what a statement says of the first record of a package."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __getitem__(self, package: str) -> Mapping[str, str]:
        return packages.sums(self._names[package]["records"][0])


def _package(step: Step, session: Session, written: Names) -> None:
    sender = session.senders[step.get("sender", "a")]
    names = {**written, "me": sender.names}
    records = [_record(told, session, names) for told in fill(step["records"], names)]
    header = {
        "id": f"{session.run}-{names['case']}-{step['package']}",
        "sender": sender.code,
        "receiver": session.describe.get("platform", ""),
        "edition": EDITION,
        "mode": "proceed",
        "scope": "record",
        "environment": session.describe.get("environment", "test"),
        "created_at": names["now"],
        **fill(step.get("header", {}), names),
    }  # fmt: skip  one subject a line
    written[step["package"]] = packages.package(header, records, sender)


def _record(told: Any, session: Session, names: Names) -> packages.Tree:
    row = told if is_object(told) else {"of": told}
    if row["of"] in names:  # a record of an earlier package, as it stands on the wire
        record = deepcopy(names[row["of"]]["records"][0])
        mend(record, fill({name: row[name] for name in ("set", "drop") if name in row}, names))
        return record
    flat = fill(session.payloads[row["of"]], {**names, "number": f"{names['serial']:07}"})
    mend(flat, fill({name: row[name] for name in ("set", "drop") if name in row}, names))
    kind = session.registry.kinds.get(str(flat.get("kind")))
    return packages.wire_record(flat, kind) if kind else flat


def _alter(step: Step, session: Session, names: Names) -> None:
    made = deepcopy(names[step["of"]])
    mend(made, fill({name: step[name] for name in ("set", "drop") if name in step}, names))
    if step.get("sign"):
        sender = session.senders[step.get("sender", "a")]
        made["signature"] = packages.signed(made["header"], sender)
    names[step["alter"]] = made


def _send(step: Step, session: Session, names: Names) -> Exchange:
    size = int(fill(step.get("bytes", "0"), names)) + step.get("over", 0)
    body = orjson.dumps(names[step["send"]]).ljust(size)
    headers = {"content-type": "application/json"}
    if encoding := step.get("encoding"):
        body, headers["content-encoding"] = ENCODINGS[encoding](body), encoding
    return session.exchange("POST", step.get("path", "/v1/submit"), {**headers, **_authorised(step, session, names)}, body)


def _call(step: Step, session: Session, names: Names) -> Exchange:
    method, path = fill(step["call"], names).split(" ", 1)
    query: dict[str, str] = fill(step.get("query", {}), names)
    headers: dict[str, str] = {}
    body = b""
    if "json" in step:
        body, headers["content-type"] = orjson.dumps(fill(step["json"], names)), "application/json"
    elif "form" in step:
        body, headers["content-type"] = urlencode(fill(step["form"], names)).encode(), "application/x-www-form-urlencoded"
    elif "raw" in step:
        body, headers["content-type"] = str(step["raw"]).encode(), "application/json"
    headers |= _authorised(step, session, names)

    def ask(**more: str) -> Exchange:
        asked = urlencode({**query, **more})
        return session.exchange(method, f"{path}?{asked}" if asked else path, headers, body)

    return _followed(ask, step["follow"]) if "follow" in step else ask()


def _followed(ask: Callable[..., Exchange], rows: str) -> Exchange:
    """The pages of a list as one answer: the next is asked by the cursor until one is empty or the cursor stands still."""
    made, cursor = ask(), ""
    seen: list[Any] = []
    for _ in range(PAGES):
        tree = made.tree if is_object(made.tree) else {}
        page, after = tree.get(rows), str(tree.get("cursor", ""))
        if not is_array(page) or not page or after == cursor:
            break
        seen, cursor = [*seen, *page], after
        made = ask(cursor=cursor)
    if not seen or not is_object(made.tree) or not is_array(made.tree.get(rows)):
        return made
    return replace(made, reply=made.reply._replace(body=orjson.dumps({**made.tree, rows: seen})))


def _authorised(step: Step, session: Session, names: Names) -> dict[str, str]:
    who = step.get("token", step.get("sender", "a"))
    more = fill(step.get("headers", {}), names)
    if who == "none":
        return more
    return {"authorization": f"Bearer {'wrong' if who == 'wrong' else session.token(who)}", **more}


def _need(step: Step, _session: Session, names: Names) -> None:
    head, _, rest = step["need"].partition(".")
    here = names.get(head)
    if next(differences({rest: step.get("fits", {"$present": True})}, here), None) is not None:
        raise NotProven(step["reason"])


PLAYS = {"package": _package, "alter": _alter, "send": _send, "call": _call, "need": _need}


def _wrong(expect: Mapping[str, Any], made: Exchange, session: Session, names: Names) -> Iterator[Difference]:
    """Whatever of the answer is not as expected, the status first."""
    told = _filled(expect, names)
    tree = made.tree
    if "status" in told:
        yield from differences(told["status"], made.reply.status, "status")
    if "code" in told:
        yield from differences(told["code"], tree.get("code") if is_object(tree) else None, "code")
        yield from misshapen(tree, "Problem")
    if "headers" in told:
        yield from differences(told["headers"], made.reply.headers, "headers")
    if "body" in told:
        yield from differences(told["body"], ABSENT if tree is None else tree)
    if "shape" in told:
        yield from misshapen(tree, told["shape"])
    if "same" in expect and made.reply.body != names[expect["same"]][_REMEMBERED]:
        yield Difference("body", f"the bytes of {expect['same']}", made.reply.body[:200].decode("utf-8", "replace"))
    if told.get("signed"):
        answer: Mapping[str, Any] = tree if is_object(tree) else {}
        if not packages.is_signed(answer, session.describe.get("keys", ()), session.registry.suites.get):
            yield Difference("signature", "a signature that holds under a published key", answer.get("signature"))


def _filled(expect: Any, names: Names) -> Any:
    """Templates of an expectation filled; a pattern has braces of its own and stays."""
    if is_object(expect):
        return {name: value if name == "$pattern" else _filled(value, names) for name, value in expect.items()}
    return [_filled(one, names) for one in expect] if is_array(expect) else fill(expect, names)


def misshapen(tree: Any, shape: str) -> Iterator[Difference]:
    """The first place at which an answer leaves its published schema."""
    error = next(iter(_schema(shape).iter_errors(tree)), None)
    if error is not None:
        yield Difference(".".join(map(str, error.instance_path)), f"{shape}: {error.message[:300]}", None)


@cache
def _schema(shape: str) -> Any:
    import jsonschema_rs  # an extra of the kit

    document = orjson.loads((specs_root() / "generated" / "openapi.json").read_bytes())
    root = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    return jsonschema_rs.validator_for(root, validate_formats=True)
