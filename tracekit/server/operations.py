"""The operations of the national interface v1 over REST: a table, and one short function each."""

import base64
import binascii
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, unquote

import orjson

from tracekit.platform import chain, day_counts, describe, monitor, quality, registry, statement
from tracekit.platform.package import MAX_BYTES, MAX_RECORDS, is_records
from tracekit.platform.refusal import refusal
from tracekit.server.answers import Answer, Call, as_json
from tracekit.server.body import ENCODINGS

SMALL_BODY = 64 * 1024


class Operation(NamedTuple):
    """One row: where, what, who may, how large its request may be, and how its answer is dressed."""

    method: str
    path: str
    name: str
    run: Callable[[Call], Answer]
    is_open: bool = False
    limit: int = SMALL_BODY
    dress: Callable[[Answer, str, str], Answer] | None = None
    """Another binding's form of an answer, by the request's content type and language; who calls decides the limit there."""


def _describe(call: Call) -> Answer:
    return as_json(describe.describe(call.office, ENCODINGS))


def _token(call: Call) -> Answer:
    form = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise refusal("TK-DOCK-124", name="grant_type", expected="client_credentials")
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    if not client:
        client, secret = _basic(call.query.get("authorization", ""))
    answer = as_json(call.desk.tokens.issue(client, secret, call.office.now()))
    return Answer(answer.body, headers={"Cache-Control": "no-store"})


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client, secret = "", ""
    return (unquote(client), unquote(secret)) if scheme.lower() == "basic" else ("", "")


def _submit(call: Call) -> Answer:
    return Answer(call.desk.reception.submit(call.body, call.peer))


def _receipt(call: Call) -> Answer:
    package = call.path["package"]
    found = call.office.store.receipt(call.peer.code, package)
    if found is None:
        raise refusal("TK-DOCK-118", what=package[:64])
    return Answer(found)


def _register(call: Call) -> Answer:
    tree = _tree(call.body)
    if "header" in tree:
        return _submit(call)
    records = tree.get("records")
    if not is_records(records) or len(records) > MAX_RECORDS:
        raise refusal("TK-DOCK-124", name="records", expected=f"a list of at most {MAX_RECORDS} objects")
    return Answer(call.desk.reception.take_in(records, uuid.uuid4().hex, peer=call.peer))


def _filings(call: Call) -> Answer:
    return as_json(registry.outcomes(call.office, call.peer.code, _cursor(call)))


def _daily(call: Call) -> Answer:
    tree = _tree(call.body)
    take = day_counts.take if "counts" in tree else quality.report_day
    return as_json(take(call.office, call.peer, tree))


def _statement(call: Call) -> Answer:
    return as_json(statement.answer(call.office, call.peer.code, call.query))


def _feedback(call: Call) -> Answer:
    return as_json(quality.feedback_after(call.office, call.peer.code, _cursor(call)))


def _close_feedback(call: Call) -> Answer:
    return as_json(quality.close_feedback(call.office, call.peer, _tree(call.body)))


def _trace(call: Call) -> Answer:
    return as_json(chain.trace(call.office, call.query, call.peer))


def _codesets(call: Call) -> Answer:
    return as_json(describe.codesets(call.office, call.query.get("id", "")))


def _subjects(call: Call) -> Answer:
    return as_json(registry.subjects(call.office, call.peer, _cursor(call)))


def _healthz(call: Call) -> Answer:
    good = monitor.is_healthy(call.office)
    return as_json({"status": "ok" if good else "store unreachable"}, 200 if good else 503)


def _metrics(call: Call) -> Answer:
    return Answer(monitor.metrics(call.office).encode(), media="text/plain; version=0.0.4; charset=utf-8")


def _tree(body: bytes) -> dict[str, Any]:
    try:
        tree: Any = orjson.loads(body)
    except ValueError as error:
        raise refusal("TK-DOCK-102", reason=str(error)) from None
    if not isinstance(tree, dict):
        raise refusal("TK-DOCK-102", reason="not a JSON object")
    return cast("dict[str, Any]", tree)


def _cursor(call: Call) -> int:
    text = call.query.get("cursor", "") or "0"
    if not text.isdecimal() or len(text) > 18:
        raise refusal("TK-DOCK-124", name="cursor", expected="the cursor of the answer before")
    return int(text)


OPERATIONS = (
    Operation("GET", "/v1/describe", "describe", _describe, is_open=True),
    Operation("POST", "/v1/token", "token", _token, is_open=True),
    Operation("POST", "/v1/submit", "submit", _submit, limit=MAX_BYTES),
    Operation("GET", "/v1/receipt/{package}", "receipt", _receipt),
    Operation("POST", "/v1/register", "register", _register, limit=MAX_BYTES),
    Operation("GET", "/v1/register", "filings", _filings),
    Operation("POST", "/v1/daily", "daily", _daily),
    Operation("GET", "/v1/statement", "statement", _statement),
    Operation("GET", "/v1/feedback", "feedback", _feedback),
    Operation("POST", "/v1/feedback", "close-feedback", _close_feedback),
    Operation("GET", "/v1/trace", "trace", _trace),
    Operation("GET", "/v1/codesets", "codesets", _codesets),
    Operation("GET", "/v1/subjects", "subjects", _subjects),
    Operation("GET", "/healthz", "healthz", _healthz, is_open=True),
    Operation("GET", "/metrics", "metrics", _metrics, is_open=True),
)
"""`/metrics` tells counts only, no codes of senders; an office that minds puts a proxy before it."""
