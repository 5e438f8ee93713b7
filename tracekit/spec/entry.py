"""The strict way from bytes to a JSON tree: what `orjson` lets pass and the wire form does not."""

import json
from typing import Any

import orjson

from tracekit.findings import Finding
from tracekit.spec import lexical
from tracekit.spec.scan import clean

MAX_BYTES = 1 << 20


class NotJson(ValueError):
    """The bytes are no acceptable JSON; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def parse_json(data: bytes, limit: int = MAX_BYTES) -> Any:
    """Read JSON with no duplicate keys, no fractions, no NaN and no lone surrogates.

    The fast parser keeps the last of two equal keys without a word, so whoever needs exactly what was signed
    must come in here; `parse_quick` is for bytes whose digest is compared anyway.

    Raises:
        NotJson: not UTF-8, not JSON, too large, a key twice, or a number with a fraction.
    """
    if len(data) > limit:
        raise NotJson(Finding("TK-REC-039", params={"size": str(len(data)), "limit": str(limit)}))
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_float=_no_fraction, parse_constant=_no_fraction, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        if isinstance(error, NotJson):
            raise
        raise NotJson(Finding("TK-REC-037", params={"problem": clean(str(error))})) from error


def parse_quick(data: bytes) -> Any:
    """Read JSON at full speed; fractions and surrogates are left to the validator, of equal keys the last one stays.

    Raises:
        NotJson: not UTF-8 or not JSON.
    """
    try:
        return orjson.loads(data)
    except ValueError as error:
        raise NotJson(Finding("TK-REC-037", params={"problem": clean(str(error))})) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise NotJson(Finding("TK-REC-038", path=clean(twice), params={"key": clean(twice)}))
    return tree


def _no_fraction(text: str) -> Any:
    raise NotJson(Finding("TK-REC-005", params={"value": text[:40]}))


def _integer(text: str) -> int:
    digits = len(str(lexical.SAFE_INTEGER)) + 1
    if len(text) > digits:
        raise NotJson(Finding("TK-REC-007", params={"low": "-(2^53-1)", "high": "2^53-1"}))
    return int(text)
