"""Flat records become wire records and back; records become signed packages. Pure: keys, ids and times are passed in."""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from tracekit.ids import GROUPS, NOT_IN_CONTENT_ID, canonical, content_id, group_digest, records_digest
from tracekit.sdk import Record, Suite
from tracekit.spec.sets import Kind
from tracekit.trees import is_array, is_object


def salt(secret: bytes, record: Mapping[str, Any], group: str) -> str:
    """The salt of one group: from the origin's secret and the identity, so that sealing again gives the same content id."""
    identity = [record["origin"], record["kind"], record["key"], record["revision"], group]
    return hmac.digest(secret, canonical(identity), "sha256")[:16].hex()


class Places(NamedTuple):
    """Where a kind's sensitive elements stand: (field, group) of the record, of each item, and deeper paths."""

    own: tuple[tuple[str, str], ...]
    item: tuple[tuple[str, str], ...]
    item_names: frozenset[str]
    deeper: tuple[tuple[str, str], ...]


_PLACES: dict[str, tuple[Kind, Places]] = {}


def places_of(kind: Kind) -> Places:
    """The sensitive places of a kind, worked out once."""
    known = _PLACES.get(kind.id)
    if known is None or known[0] is not kind:
        known = _PLACES[kind.id] = (kind, _places(kind.sensitive))
    return known[1]


def _places(sensitive: Mapping[str, str]) -> Places:
    own = tuple((path, group) for path, group in sensitive.items() if "." not in path)
    item = tuple((path[6:], group) for path, group in sensitive.items() if path.startswith("items.") and path.count(".") == 1)
    done = {name for name, _ in own} | {f"items.{name}" for name, _ in item}
    deeper = tuple((path, group) for path, group in sensitive.items() if path not in done)
    return Places(own, item, frozenset(name for name, _ in item), deeper)


def seal_record(flat: Mapping[str, Any], kind: Kind, secret: bytes) -> Record:
    """Turn a flat record into wire form: sensitive elements move into salted groups, the record keeps their digests."""
    record: Record = dict(flat)
    places = places_of(kind)
    taken: dict[str, Record] = {}
    for name, group in places.own:
        if name in record:
            taken.setdefault(group, {})[name] = record.pop(name)
    items = record.get("items")
    if places.item and is_array(items):
        record["items"] = [_without(item, places, taken) for item in items]
    for path, group in places.deeper:
        _take(record, path, group, taken)
    digests: dict[str, str] = {}
    for group, values in taken.items():
        sealed = {"salt": salt(secret, record, group), "values": values}
        record[group] = sealed
        digests[group] = group_digest(sealed)
    if digests:
        record["groups"] = digests
    return record


def _without(item: Any, places: Places, taken: dict[str, Record]) -> Any:
    """The item without its sensitive fields, which go to their groups."""
    if not is_object(item) or places.item_names.isdisjoint(item):
        return item
    left = dict(item)
    for name, group in places.item:
        if name in left:
            taken.setdefault(group, {})[f"items.{item.get('line')}.{name}"] = left.pop(name)
    return left


def _take(record: Record, path: str, group: str, taken: dict[str, Record]) -> None:
    """Move a value from below an object (`extension.x`, `items.extension.x`) to its group."""
    head, _, rest = path.partition(".")
    inner = record.get(head)
    if head == "items" and is_array(inner):
        record["items"] = [
            _take_below(item, rest, f"items.{item.get('line')}.", group, taken) if is_object(item) else item for item in inner
        ]
    elif is_object(inner):
        record.update(_take_below(record, path, "", group, taken))
        if not record[head]:
            del record[head]


def _take_below(parent: Record, path: str, prefix: str, group: str, taken: dict[str, Record]) -> Record:
    head, _, name = path.partition(".")
    inner = parent.get(head)
    if not is_object(inner) or name not in inner:
        return parent
    taken.setdefault(group, {})[prefix + path] = inner[name]
    left = {key: value for key, value in inner.items() if key != name}
    made = {**parent, head: left}
    if not left and prefix:
        del made[head]
    return made


def open_record(record: Mapping[str, Any]) -> Record:
    """Turn a wire record into flat form: values of the groups that are present go back to their places."""
    flat: Record = {key: value for key, value in record.items() if key not in GROUPS and key != "groups"}
    for group in GROUPS:
        if group in record:
            for path, value in record[group]["values"].items():
                _set(flat, path.split("."), value)
    return flat


def _set(flat: Record, parts: list[str], value: Any) -> None:
    if parts[0] == "items" and len(parts) > 2:
        flat["items"] = [_with(item, parts[2:], value) if str(item.get("line")) == parts[1] else item for item in flat.get("items", [])]
    else:
        flat.update(_with(flat, parts, value))


def _with(record: Mapping[str, Any], parts: list[str], value: Any) -> Record:
    if len(parts) == 1:
        return {**record, parts[0]: value}
    return {**record, parts[0]: _with(record.get(parts[0], {}), parts[1:], value)}


def withhold(record: Record, groups: Iterable[str]) -> Record:
    """The record without the named group objects: neither content id nor signature change."""
    hidden = frozenset(groups)
    return {key: value for key, value in record.items() if key not in hidden} if hidden & record.keys() else record


def faulty_groups(record: Record) -> list[str]:
    """Names of group objects that do not agree with their digest in `groups`."""
    digests: Mapping[str, Any] = record.get("groups", {})
    return [group for group in GROUPS if group in record and digests.get(group) != group_digest(record[group])]


def split_body(record: Record) -> tuple[bytes, bytes]:
    """The bytes that the content id covers, and the rest (`recorded_at` and group objects), both canonical."""
    body = dict(record)
    rest = {key: body.pop(key) for key in NOT_IN_CONTENT_ID if key in body}
    return canonical(body), canonical(rest)


def join_body(body: bytes, aside: bytes) -> Record:
    """The record again, from the two parts that a store keeps."""
    return {**orjson.loads(body), **orjson.loads(aside)}


def seal_package(
    header: Mapping[str, Any],
    records: Sequence[Record],
    suite: Suite,
    private_pem: str,
    key: str,
    *,
    content_ids: Sequence[str] = (),
    via: Sequence[Mapping[str, Any]] = (),
    seals: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Seal records into a signed package.

    Args:
        header: `id sender receiver edition mode scope environment created_at`; count and digest are added here.
        records: wire records, groups already withheld where they must be.
        suite: the signature suite.
        private_pem: the sender's key.
        key: the id of that key, for the receiver to find the public one.
        content_ids: of the records in order, computed if not given.
        via: one entry a record, when the sender forwards what others reported.
        seals: the packages in which the origins first sent these records.
    """
    ids = list(content_ids) or [content_id(record) for record in records]
    full = {**header, "count": len(records), "records_digest": records_digest(ids)}
    package: dict[str, Any] = {"header": full, "signature": signature(full, suite, private_pem, key), "records": list(records)}
    if via:
        package["via"] = list(via)
        package["seals"] = list(seals)
    return package


def signature(value: Mapping[str, Any], suite: Suite, private_pem: str, key: str) -> dict[str, str]:
    """Sign the canonical form of a header or receipt."""
    signed = suite.sign(private_pem, canonical(value))
    return {"suite": suite.id, "key": key, "value": base64.b64encode(signed).decode("ascii")}


def is_signed(value: Mapping[str, Any], made: Mapping[str, Any], suite: Suite, public_pem: str) -> bool:
    """True if `made` is a signature by that key over the canonical form of `value`; false for anything malformed."""
    try:
        raw = base64.b64decode(made["value"], validate=True)
    except (KeyError, TypeError, ValueError):
        return False
    return made.get("suite") == suite.id and suite.verify(public_pem, canonical(value), raw)


def is_sealed_by(seal: Mapping[str, Any], content_id_: str, suite: Suite, public_pem: str) -> bool:
    """True if the seal's signer sent the record with that content id: years later, at any level, with groups withheld."""
    header = seal["header"]
    return (
        content_id_ in seal["content_ids"]
        and records_digest(seal["content_ids"]) == header.get("records_digest")
        and is_signed(header, seal["signature"], suite, public_pem)
    )
