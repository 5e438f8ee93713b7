"""The mutants: which requirement, how it is broken, and the cases that must fail then."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, NamedTuple

from mutants.breaks import Break, answers, becomes, dropped, each, patched, put, receipts, refuses, restated, tells, together, unchecked
from mutants.faces import Told

from tracekit.pipeline import check
from tracekit.pipeline.check import Checks
from tracekit.platform import chain, day_counts, package, quality, reception, statement, tokens
from tracekit.platform.reception import Reception
from tracekit.platform.refusal import refusal
from tracekit.platform.tokens import Tokens
from tracekit.server import app, body, operations


class Mutant(NamedTuple):
    """One way to break one requirement."""

    requirement: str
    how: str
    breaks: Break
    caught_by: tuple[str, ...]


def _asks_token(told: Told) -> None:
    if "authorization" not in told.headers:
        told.status = 401


def _first_peer(self: Any, *_: Any) -> Any:
    setup = getattr(self, "_setup", None) or self._desk.office.setup
    return next(iter(setup.peers.values()))


def _replay(change: Any) -> Break:
    """What a repeat gets: `change` of the receipt's tree."""

    def make(true: Any) -> Any:
        def made(*arguments: Any) -> bytes | None:
            known = true(*arguments)
            return None if known is None else change(known)

        return made

    return patched(Reception, "_replay", make)


def _refused_again(_: bytes) -> bytes:
    raise refusal("TK-DOCK-109", package="p")


def _mode(mode: str) -> Break:
    return patched(Reception, "_receive", lambda true: lambda self, arrival: true(self, replace(arrival, mode=mode)))


def _prepared(change: Any) -> Break:
    """`change` is done to each record when it has been read."""

    def make(true: Any) -> Any:
        def made(*arguments: Any) -> Any:
            judged = true(*arguments)
            for one in judged:
                change(one)
            return judged

        return made

    return patched(Checks, "prepare", make)


def _needs_groups(one: Any) -> None:
    if set(one.record.get("groups", ())) - set(one.record):
        one.content_id = "0" * 64


def _judged(change: Any) -> Break:
    """`change` is done to each record when it has been judged."""

    def make(true: Any) -> Any:
        def made(*arguments: Any) -> Any:
            outcome = true(*arguments)
            for one in outcome.judged:
                change(one)
            return outcome

        return made

    return patched(Checks, "judge", make)


def _warned_is_problem(one: Any) -> None:
    if one.findings:
        one.verdict = "problem"


def _warned_is_silent(one: Any) -> None:
    if one.verdict == "accepted":
        one.findings = []


def _pending_is_valid(one: Any) -> None:
    one.verdict = "accepted" if one.verdict == "pending" else one.verdict


def _against(verdict: str, is_met: Any) -> Break:
    """A version of the same identity that is known decides otherwise."""

    def make(true: Any) -> Any:
        def made(one: Any, versions: Sequence[Any]) -> bool:
            if any(is_met(one, version) for version in versions):
                one.verdict = verdict
                return True
            return true(one, versions)

        return made

    return patched(check, "_against_known", make)


def _first_only(true: Any) -> Any:
    def made(*arguments: Any) -> Any:
        written = true(*arguments)
        return replace(written, judged=[one for one in written.judged if one.revision == 1])

    return made


def _believing(true: Any) -> Any:
    return lambda office, peer, tree: {**true(office, peer, tree), "received": {"total": tree.get("total", 0)}, "differs": []}


def _day_or_today(true: Any) -> Any:
    def made(text: str) -> int:
        try:
            return true(text)
        except ValueError:
            return int(time.time() + 8 * 3600) // 86_400

    return made


def _all_ids(_: Any) -> Any:
    return lambda found, caller: {one.record_id for one in found.vertices}


def _hidden_telling_kind(true: Any) -> Any:
    return lambda one, **more: {**true(one, **more), "kind": one.kind}


def _rows() -> Iterator[tuple[str, str, Break, str]]:
    yield from _describing()
    yield from _packages()
    yield from _records()
    yield from _receipts()
    yield from _queries()
    yield from _errors()


def _describing() -> Iterator[tuple[str, str, Break, str]]:
    for name in ("environment", "editions", "limits", "windows", "suites", "keys", "rule_set", "server_time"):
        yield "NI-DESCRIBE-01", f"{name} is not told", tells("GET /v1/describe", dropped(name)), "TC-DESCRIBE-0001"
    for name in ("max_records", "max_bytes"):
        do = tells("GET /v1/describe", lambda tree, name=name: tree["limits"].pop(name))
        yield "NI-DESCRIBE-01", f"{name} is not told", do, "TC-DESCRIBE-0001"
    yield "NI-DESCRIBE-01", "no key is told", tells("GET /v1/describe", put("keys", [])), "TC-DESCRIBE-0001"
    yield "NI-DESCRIBE-02", "describe asks for a token", answers("GET /v1/describe", _asks_token), "TC-DESCRIBE-0002"
    blind = SimpleNamespace(compare_digest=lambda *_: True)
    yield "NI-TOKEN-01", "secrets are not compared", patched(tokens, "hmac", lambda _: blind), "TC-TOKEN-0002"
    everyone = becomes("POST /v1/token", 401, 200, b'{"access_token":"x","token_type":"Bearer","expires_in":900}')
    yield "NI-TOKEN-01", "whoever asks gets a token", everyone, "TC-TOKEN-0002 TC-TOKEN-0003"
    yield "NI-TOKEN-01", "wrong credentials are refused with 403", restated("TK-DOCK-103", 403), "TC-TOKEN-0002 TC-TOKEN-0003"
    yield "NI-TOKEN-01", "no token is needed", patched(app._Edge, "_caller", lambda _: _first_peer), "TC-TOKEN-0004 TC-TOKEN-0005"
    yield "NI-TOKEN-01", "any token is taken", patched(Tokens, "read", lambda _: _first_peer), "TC-TOKEN-0005"
    yield "NI-TOKEN-01", "no token is taken", refuses(Tokens, "read", "TK-DOCK-114"), "TC-TOKEN-0001"
    yield "NI-TOKEN-01", "no token is given", tells("POST /v1/token", dropped("access_token")), "TC-TOKEN-0001"


def _packages() -> Iterator[tuple[str, str, Break, str]]:
    later = _replay(lambda known: known.replace(b'"received_at":"2', b'"received_at":"3'))
    yield "NI-SUBMIT-02", "the receipt of a repeat has a new time", later, "TC-SUBMIT-0002"
    yield "NI-SUBMIT-02", "the receipt of a repeat has other bytes", _replay(lambda known: known + b"\n"), "TC-SUBMIT-0002"
    yield "NI-SUBMIT-02", "a repeat is taken for new", patched(Reception, "_replay", lambda _: lambda *_: None), "TC-SUBMIT-0002"
    yield "NI-SUBMIT-03", "digests of an id are not compared", unchecked(Reception, "_replay", "TK-DOCK-109"), "TC-SUBMIT-0003"
    yield "NI-SUBMIT-03", "409 becomes 200", restated("TK-DOCK-109", 200), "TC-SUBMIT-0003"
    yield "NI-SUBMIT-03", "the same content is refused too", _replay(_refused_again), "TC-SUBMIT-0002"
    sender = (reception, "check_sender")
    yield "NI-SUBMIT-04", "the signature is not checked", unchecked(*sender, "TK-DOCK-104"), "TC-SUBMIT-0004 TC-SUBMIT-0005"
    formal = patched(package, "is_signed", lambda _: lambda _header, made, *_: not made["value"].startswith("AAAA"))
    yield "NI-SUBMIT-04", "any signature that is no row of zeros holds", formal, "TC-SUBMIT-0004"
    yield "NI-SUBMIT-04", "no signature holds", patched(package, "is_signed", lambda _: lambda *_: False), "TC-SUBMIT-0007"
    yield "NI-SUBMIT-05", "the records' digest is not checked", unchecked(reception, "check_digest", "records_digest"), "TC-SUBMIT-0006"
    yield "NI-SUBMIT-05", "no digest holds", refuses(reception, "check_digest", "TK-DOCK-105"), "TC-SUBMIT-0007"
    yield "NI-SUBMIT-06", "the environment is not compared", unchecked(*sender, "TK-DOCK-107"), "TC-SUBMIT-0008"
    yield "NI-SUBMIT-06", "403 becomes 422", restated("TK-DOCK-107", 422), "TC-SUBMIT-0008"
    shape = (package, "_check_records")
    yield "NI-SUBMIT-07", "records are not counted", unchecked(*shape, "TK-DOCK-110"), "TC-SUBMIT-0009"
    places = ((app, "read_body"), (body, "_collect"), (app, "decode"), (reception, "read_package"))
    unbounded = together(*(unchecked(*place, "TK-DOCK-101") for place in places))
    yield "NI-SUBMIT-07", "bytes are not counted", unbounded, "TC-SUBMIT-0023 TC-SUBMIT-0024"
    grown = together(unchecked(app, "decode", "TK-DOCK-101"), unchecked(reception, "read_package", "TK-DOCK-101"))
    yield "NI-SUBMIT-07", "bytes are counted before they are decompressed alone", grown, "TC-SUBMIT-0024"
    less = patched(app, "read_body", lambda true: lambda request, limit, seconds: true(request, limit - 1, seconds))
    yield "NI-SUBMIT-07", "the limit is a byte lower than it says", less, "TC-SUBMIT-0022"
    yield "NI-SUBMIT-08", "proceed is taken for rollback", _mode("rollback"), "TC-SUBMIT-0010"
    yield "NI-SUBMIT-08", "problem records are not named", receipts(put("results", [])), "TC-SUBMIT-0010"
    yield "NI-SUBMIT-09", "rollback is taken for proceed", _mode("proceed"), "TC-SUBMIT-0011"
    yield "NI-SUBMIT-09", "rollback stores", unchecked(Reception, "_receive", "_RolledBack"), "TC-SUBMIT-0011"
    yield "NI-SUBMIT-14", "gzip is refused", patched(body, "ENCODINGS", lambda _: ("zstd",)), "TC-SUBMIT-0015"
    yield "NI-SUBMIT-14", "zstd is refused", patched(body, "ENCODINGS", lambda _: ("gzip",)), "TC-SUBMIT-0021"
    yield "NI-SUBMIT-15", "an unknown suite is not refused as such", unchecked(*sender, "TK-DOCK-111"), "TC-SUBMIT-0016"
    yield "NI-SUBMIT-15", "no suite is allowed", refuses(*sender, "TK-DOCK-126"), "TC-SUBMIT-0007"
    yield "NI-SUBMIT-16", "the receiver is not compared", unchecked(*sender, "TK-DOCK-106"), "TC-SUBMIT-0017"
    yield "NI-SUBMIT-17", "the count is not compared", unchecked(*shape, "TK-DOCK-112"), "TC-SUBMIT-0025"
    yield "NI-SUBMIT-18", "every edition is taken", unchecked(*sender, "TK-DOCK-108"), "TC-SUBMIT-0026"
    yield "NI-SUBMIT-19", "every mode and scope is taken", unchecked(*sender, "TK-DOCK-121"), "TC-SUBMIT-0027 TC-SUBMIT-0028"
    yield "NI-SUBMIT-20", "anybody's name may stand in the header", unchecked(*sender, "TK-DOCK-113"), "TC-SUBMIT-0029"
    yield "NI-SUBMIT-22", "an unknown encoding is not refused as such", unchecked(app, "decode", "TK-DOCK-119"), "TC-SUBMIT-0032"
    yield "NI-SUBMIT-22", "an encoding is not undone", patched(body, "_gunzip", lambda _: lambda raw, _limit: raw), "TC-SUBMIT-0033"


def _records() -> Iterator[tuple[str, str, Break, str]]:
    yield "NI-SUBMIT-10", "the content id covers a withheld group", _prepared(_needs_groups), "TC-SUBMIT-0012"
    yield "NI-SUBMIT-11", "a missing link is a problem", _judged(_warned_is_problem), "TC-SUBMIT-0019"
    yield "NI-SUBMIT-11", "a missing link is not told", _judged(_warned_is_silent), "TC-SUBMIT-0019"
    yield "NI-SUBMIT-12", "a higher revision is answered and not kept", patched(Reception, "_written", _first_only), "TC-SUBMIT-0013"
    known = _against("problem", lambda one, version: one.content_id != version.content_id)
    yield "NI-SUBMIT-12", "no revision after the first is taken", known, "TC-SUBMIT-0013"
    yield "NI-SUBMIT-12", "a higher revision is a duplicate", _against("duplicate", lambda *_: True), "TC-SUBMIT-0013"
    same = _against("duplicate", lambda one, version: one.revision == version.revision)
    yield "NI-SUBMIT-13", "the content of a revision is not compared", same, "TC-SUBMIT-0014"
    yield "NI-SUBMIT-13", "a revision is written over", unchecked(check, "_against_known", "TK-CHK-001"), "TC-SUBMIT-0014"
    unbound = patched(Reception, "_check_rights", lambda _: lambda *_: None)
    yield "NI-SUBMIT-21", "everybody may report everything", unbound, "TC-SUBMIT-0030 TC-SUBMIT-0031"
    yield "NI-SUBMIT-21", "any origin may be reported", unchecked(reception, "_denied", "one.origin"), "TC-SUBMIT-0030"
    yield "NI-SUBMIT-21", "any region may be reported", unchecked(reception, "_denied", "one.region"), "TC-SUBMIT-0031"
    yield "NI-REGISTER-01", "a filing is taken unreviewed", _judged(_pending_is_valid), "TC-REGISTER-0001"
    yield "NI-REGISTER-01", "outcomes are not told", tells("GET /v1/register", put("filings", [])), "TC-REGISTER-0001"
    yield "NI-REGISTER-01", "a state is not told", tells("GET /v1/register", each("filings", dropped("state"))), "TC-REGISTER-0001"
    yield "NI-REGISTER-01", "the cursor is not heeded", patched(operations, "_cursor", lambda _: lambda _call: 0), "TC-REGISTER-0001"


def _receipts() -> Iterator[tuple[str, str, Break, str]]:
    members = ("package", "digest", "platform", "sender", "environment", "outcome", "counts", "results", "rule_set", "received_at")
    for name in members:
        yield "NI-RECEIPT-01", f"{name} does not stand in the receipt", receipts(dropped(name)), "TC-SUBMIT-0001"
    unsigned = patched(Reception, "_receipt", lambda true: lambda *given: {k: v for k, v in true(*given).items() if k != "signature"})
    yield "NI-RECEIPT-01", "the receipt is not signed", unsigned, "TC-SUBMIT-0001"
    other = patched(Reception, "_receipt", lambda true: lambda *given: {**true(*given), "rule_set": "0" * 64})
    yield "NI-RECEIPT-01", "the receipt is changed after it was signed", other, "TC-SUBMIT-0001"
    yield "NI-RECEIPT-01", "the receipt is of another environment", receipts(put("environment", "production")), "TC-SUBMIT-0001"
    yield "NI-RECEIPT-02", "receipts are not kept", becomes("GET /v1/receipt/", 200, 404), "TC-RECEIPT-0001"
    spaced = answers("GET /v1/receipt/", lambda told: setattr(told, "body", told.body + b" "))
    yield "NI-RECEIPT-02", "the receipt comes in other bytes", spaced, "TC-RECEIPT-0001"
    yield "NI-RECEIPT-02", "every id has a receipt", becomes("GET /v1/receipt/", 404, 200), "TC-RECEIPT-0002 TC-SUBMIT-0020"


def _queries() -> Iterator[tuple[str, str, Break, str]]:
    yield "NI-DAILY-01", "the sender's figures come back as the receiver's", patched(quality, "report_day", _believing), "TC-DAILY-0001"
    yield "NI-DAILY-01", "what differs is not told", tells("POST /v1/daily", put("differs", [])), "TC-DAILY-0001"
    yield "NI-DAILY-01", "a day without trade is refused", patched(quality, "STATES", lambda _: ("traded", "closed")), "TC-DAILY-0002"
    yield "NI-DAILY-01", "a day that is none is taken", patched(quality, "day_of_text", _day_or_today), "TC-DAILY-0003"
    yield "NI-DAILY-04", "anybody may tell day counts", unchecked(day_counts, "take", "accepts_from"), "TC-DAILY-0004"
    asked = "GET /v1/statement"
    yield "NI-STATEMENT-01", "digests are cut", tells(asked, each("cells", put("digest", "0" * 40))), "TC-STATEMENT-0001"
    yield "NI-STATEMENT-01", "digests are those of nothing", tells(asked, each("cells", put("digest", "0" * 64))), "TC-STATEMENT-0005"
    yield (
        "NI-STATEMENT-01",
        "digests of branches are those of nothing",
        tells(asked, each("branches", put("digest", "0" * 64))),
        "TC-STATEMENT-0004",
    )
    for name in ("day", "node", "kind", "count", "digest"):
        yield "NI-STATEMENT-01", f"{name} is not told", tells(asked, each("cells", dropped(name))), "TC-STATEMENT-0001"
    yield "NI-STATEMENT-01", "days that are none are taken", patched(statement, "day_of_text", _day_or_today), "TC-STATEMENT-0003"
    yield "NI-STATEMENT-02", "keys are not told", tells(asked, put("keys", [])), "TC-STATEMENT-0002"
    yield "NI-STATEMENT-02", "branches are not told", tells(asked, put("branches", [])), "TC-STATEMENT-0002"
    yield "NI-STATEMENT-02", "every key has revision 7", tells(asked, each("keys", put("revision", 7))), "TC-STATEMENT-0002"
    yield (
        "NI-STATEMENT-02",
        "content ids are those of nothing",
        tells(asked, each("keys", put("content_id", "0" * 64))),
        "TC-STATEMENT-0004",
    )
    yield (
        "NI-STATEMENT-02",
        "the prefix is not heeded",
        patched(statement, "_keys", lambda true: lambda *given: true(*given[:3], "")),
        "TC-STATEMENT-0004",
    )
    asked = "GET /v1/feedback"
    for name in ("feedback", "cursor"):
        yield "NI-FEEDBACK-01", f"{name} is not told", tells(asked, dropped(name)), "TC-FEEDBACK-0001"
    for name in ("id", "state", "findings", "deadline"):
        yield "NI-FEEDBACK-01", f"a feedback's {name} is not told", tells(asked, each("feedback", dropped(name))), "TC-FEEDBACK-0001"
    yield "NI-FEEDBACK-01", "the cursor is refused", refuses(operations, "_cursor", "TK-DOCK-124"), "TC-FEEDBACK-0001"
    yield (
        "NI-FEEDBACK-02",
        "feedback that is not there is closed",
        becomes("POST /v1/feedback", 404, 200),
        "TC-FEEDBACK-0002 TC-FEEDBACK-0003",
    )
    yield "NI-TRACE-01", "the chain is empty", tells("GET /v1/trace", put("vertices", [])), "TC-TRACE-0001"
    yield "NI-TRACE-01", "what others reported is shown", patched(chain, "_visible", _all_ids), "TC-TRACE-0002"
    yield "NI-TRACE-01", "hidden vertices tell their kind", patched(chain, "_hidden", _hidden_telling_kind), "TC-TRACE-0002"
    yield "NI-TRACE-01", "a query needs no ref", patched(chain, "parse_ref", lambda _: lambda _text: None), "TC-TRACE-0003"
    yield "NI-CODESETS-01", "code sets are not named", tells("GET /v1/codesets", put("codesets", [])), "TC-CODESETS-0001"
    yield "NI-CODESETS-01", "codes are not told", tells("GET /v1/codesets", put("codes", [])), "TC-CODESETS-0001"
    yield "NI-CODESETS-01", "every code set is there", becomes("GET /v1/codesets", 404, 200), "TC-CODESETS-0002"
    for name in ("subjects", "cursor"):
        yield "NI-SUBJECTS-01", f"{name} is not told", tells("GET /v1/subjects", dropped(name)), "TC-SUBJECTS-0001"
    yield "NI-SUBJECTS-01", "the index is empty", tells("GET /v1/subjects", put("subjects", [])), "TC-SUBJECTS-0001"
    yield "NI-SUBJECTS-01", "the cursor is not heeded", patched(operations, "_cursor", lambda _: lambda _call: 0), "TC-SUBJECTS-0001"


def _errors() -> Iterator[tuple[str, str, Break, str]]:
    negative = "TC-SUBMIT-0018 TC-SUBMIT-0035 TC-SUBMIT-0017"
    for name in ("code", "side", "title", "type", "status"):
        yield "NI-ERRORS-01", f"a problem document has no {name}", tells("", dropped(name), good=False), f"TC-SUBMIT-0020 {negative}"
    yield "NI-ERRORS-01", "codes are of no table", tells("", put("code", "E42"), good=False), f"TC-SUBMIT-0020 {negative}"
    yield "NI-ERRORS-01", "the receiver takes the blame", tells("", put("side", "receiver"), good=False), "TC-SUBMIT-0020"
    plain = answers("", lambda told: told.status < 400 or setattr(told, "media", "application/json"))
    yield "NI-ERRORS-01", "errors are plain JSON", plain, "TC-SUBMIT-0020"
    pages = answers("", lambda told: told.status < 400 or setattr(told, "body", b"<html></html>"))
    yield "NI-ERRORS-01", "errors are pages", pages, f"TC-SUBMIT-0020 {negative}"
    yield "NI-ERRORS-01", "400 becomes 500", restated("TK-DOCK-102", 500), "TC-SUBMIT-0018 TC-SUBMIT-0035"
    yield "NI-ERRORS-01", "records may be anything", unchecked(package, "_check_records", "is_records"), "TC-SUBMIT-0035"
    yield "NI-ERRORS-03", "a wrong method is answered as no address", restated("TK-DOCK-125", 404), "TC-SUBMIT-0034"
    yield "NI-ERRORS-03", "a wrong method is answered with a page", becomes("GET /v1/submit", 405, 405, b"no"), "TC-SUBMIT-0034"


MUTANTS = tuple(Mutant(requirement, how, breaks, tuple(cases.split())) for requirement, how, breaks, cases in _rows())
