"""From the user's flat records and models to wire records; what is missing in one becomes a finding, not an exception."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import orjson

from tracekit.dock.sealing import time_text
from tracekit.errors import ConfigError
from tracekit.pipeline.intake import seal_flat
from tracekit.sdk import Record

if TYPE_CHECKING:
    from tracekit.registry import Registry


@runtime_checkable
class Model(Protocol):
    """What a generated pydantic model can do."""

    def to_flat(self) -> dict[str, Any]:
        """The flat JSON tree."""
        ...


Flat = Mapping[str, Any] | Model
"""A record in flat form: a JSON-shaped mapping, or a generated model."""

# sealing needs the identity; a record without one is sealed under these and then shown to the check without them
_STAND_INS = {"origin": "-", "key": "-", "kind": "-"}
# dates are text in one of the forms of the wire; orjson would choose a form of its own
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_JSON = (str, int, bool, float, type(None))


def wire_records(records: Iterable[Flat], registry: "Registry", *, origin: str, secret: bytes, now: float) -> list[Record]:
    """Seal flat records.

    Args:
        origin: the code of records that name none; empty: they stay without.
        secret: what salts are derived from.

    Raises:
        ConfigError: a value is not JSON-shaped; names record and field.
    """
    defaults = {"origin": origin} if origin else {}
    stamp = time_text(now)
    return [_wire({**defaults, **_tree(one)}, index, registry, secret, stamp) for index, one in enumerate(records)]


def _wire(flat: Record, index: int, registry: "Registry", secret: bytes, stamp: str) -> Record:
    missing = _STAND_INS.keys() - flat.keys()
    try:
        orjson.dumps(flat, option=_PLAIN)
        record = seal_flat([{**_STAND_INS, **flat}], registry, secret, stamp)[0]
    except (TypeError, ValueError) as error:
        raise not_json(flat, index, str(error)) from None
    return {name: value for name, value in record.items() if name not in missing}


def not_json(record: Mapping[str, Any], index: int, reason: str) -> ConfigError:
    """The error of a record that cannot be written as JSON; names the first field that is to blame."""
    field, value = _foreign(record, "") or ("?", None)
    reason = f"{type(value).__name__} is not JSON; decimals and times are text" if value is not None else reason
    params = {"index": str(index), "field": field, "reason": reason}
    return ConfigError(f"record {index}: {field}: {reason}", code="TK-DOCK-022", params=params)


def _foreign(value: object, path: str) -> tuple[str, object] | None:
    """The first value that JSON has no form for, and its place."""
    if isinstance(value, _JSON):
        return None
    if isinstance(value, Mapping):
        pairs = list(cast("Mapping[object, object]", value).items())
    elif isinstance(value, list):
        pairs = list(enumerate(cast("list[object]", value), 1))
    else:
        return path, value
    return next((found for name, inner in pairs if (found := _foreign(inner, f"{path}.{name}".lstrip(".")))), None)


def _tree(one: Flat) -> Record:
    return one.to_flat() if isinstance(one, Model) else dict(one)
