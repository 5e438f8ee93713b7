"""Whatever anybody sends to any operation, the platform answers with a code of its own and never with a fault of its own."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracekit.server.operations import OPERATIONS

pytestmark = pytest.mark.wire

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "0", "-1", "9" * 40, "1e9", "\x00", "%00", "../../etc/passwd", "' OR 1=1 --", "a:b", "batch:", ":", "2026-02-30"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(1 << 70), 1 << 70), st.floats(allow_nan=False), TEXTS)
TREES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)), max_leaves=15
)
# what canonical JSON can write, so that a package around it can be signed
CANONICAL = st.recursive(
    st.one_of(st.booleans(), st.integers(-(1 << 52), 1 << 52), st.text(st.characters(codec="utf-8"), max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("abcxyz.1", min_size=1, max_size=6), inner, max_size=3)),
    max_leaves=8,
)
FIELDS = [
    "header",
    "id",
    "sender",
    "receiver",
    "edition",
    "mode",
    "scope",
    "environment",
    "count",
    "records_digest",
    "created_at",
    "signature",
    "suite",
    "key",
    "value",
    "records",
    "via",
    "seals",
    "grant_type",
    "client_id",
    "client_secret",
    "node",
    "day",
    "state",
    "queue",
    "last_error",
    "answer",
    "note",
    "ref",
    "direction",
    "cursor",
    "from",
    "to",
    "kind",
    "prefix",
    "keys",
]
GETS = [one for one in OPERATIONS if one.method == "GET"]
POSTS = [one for one in OPERATIONS if one.method == "POST"]


def answered(answer: httpx.Response) -> httpx.Response:
    """An answer, not a fault: below 500, and a refusal has its code."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["code"].startswith("TK-"), answer.text
    return answer


@pytest.fixture(scope="module")
def caller(town: Any) -> Iterator[httpx.Client]:
    """One line to the platform with the market's token."""
    headers = {"authorization": f"Bearer {town.token(town.market)}"}
    with httpx.Client(base_url=town.url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


@pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.name)
def test_any_json_to_any_operation_that_takes_a_body(caller: httpx.Client, operation: Any) -> None:
    @BOUNDED
    @given(st.one_of(TREES, st.dictionaries(st.sampled_from(FIELDS), TREES, max_size=8)))
    def send(tree: Any) -> None:
        body = json.dumps(tree).encode("utf-8", "surrogatepass")
        answered(caller.request(operation.method, operation.path, content=body))

    send()


@pytest.mark.parametrize("operation", GETS, ids=lambda one: one.name)
def test_any_query_to_any_operation_that_is_read(caller: httpx.Client, operation: Any) -> None:
    @BOUNDED
    @given(st.dictionaries(st.sampled_from([*FIELDS, "id", "purpose"]), TEXTS, max_size=5), st.text("abc.:-%/ä", max_size=12))
    def send(query: dict[str, str], package: str) -> None:
        path = operation.path.replace("{package}", httpx.URL("http://x").copy_with(path=f"/{package}").raw_path.decode()[1:] or "-")
        encoded = {name: text.encode("utf-8", "replace") for name, text in query.items()}
        answered(caller.request(operation.method, path, params=encoded))

    send()


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff\xfe{}", b"{", b'{"a":1}{', b'{"\\ud800":1}', b'{"records":[' + b"[" * 5000])
@pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.name)
def test_bytes_that_are_no_json(caller: httpx.Client, operation: Any, body: bytes) -> None:
    answered(caller.request(operation.method, operation.path, content=body))


def test_signed_packages_with_any_value_at_any_place_of_their_records(town: Any, trade: Any, caller: httpx.Client) -> None:
    numbers = iter(range(800_000, 900_000))

    @settings(BOUNDED, max_examples=150)
    @given(st.lists(st.tuples(st.randoms(use_true_random=False), CANONICAL, st.booleans()), min_size=1, max_size=4))
    def send(changes: list[Any]) -> None:
        number = next(numbers)
        record = copy.deepcopy(town.sealed(trade(number))[0])
        for chance, value, new in changes:
            change(record, chance, value, new)
        package = town.package([record], f"hostile-{number}")
        answer = answered(caller.request("POST", "/v1/submit", content=orjson.dumps(package)))
        if answer.status_code == 200:
            counts = answer.json()["counts"]
            assert counts["total"] + counts["duplicate"] == 1

    send()
    assert town.office.store.integrity() == []


def change(tree: Any, chance: Any, value: Any, new: bool) -> None:
    """Put a value somewhere in a tree: in the place of another, or under a new name."""
    while True:
        at = chance.choice(list(tree) if isinstance(tree, dict) else list(range(len(tree))) or [None])
        if at is None:
            tree.append(value)
            return
        if isinstance(tree[at], dict | list) and tree[at] and chance.random() < 0.6:
            tree = tree[at]
            continue
        if new and isinstance(tree, dict):
            tree["x" + chance.choice(["", "key", "1"])] = value
        else:
            tree[at] = value
        return
