"""A platform's records as packages for the platform above: groups withheld, the origin's seal and every hop kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from tracekit.dock.sealing import Signer
from tracekit.ids import canonical
from tracekit.pipeline.seal import join_body, seal_package, withhold

if TYPE_CHECKING:
    from tracekit.store.values import Stored


def upward(
    stored: Sequence["Stored"],
    header: Mapping[str, Any],
    signer: Signer,
    *,
    code: str,
    withheld: Callable[[str], Collection[str]],
    book: Mapping[int, tuple[bytes, bytes]],
) -> dict[str, Any]:
    """Seal stored records for the platform above.

    Args:
        code: our own code: the signer of the hop that is added.
        withheld: the groups of a kind that stay here.
        book: by record id the seal under which others first sent it (`header signature content_ids`) and its hops, both JSON.
    """
    records = [withhold(join_body(one.body, one.aside), withheld(one.kind)) for one in stored]
    via, seals = _history(stored, code, book)
    return seal_package(
        header,
        records,
        signer.suite,
        signer.private_pem,
        signer.key,
        content_ids=[one.content_id for one in stored],
        via=via,
        seals=seals,
    )  # fmt: skip  the package, then what came with its records


def _history(
    stored: Sequence["Stored"], code: str, book: Mapping[int, tuple[bytes, bytes]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One entry a record: its seal's place in the list of distinct seals, and the hops with ours added."""
    places: dict[bytes, int] = {}
    via: list[dict[str, Any]] = []
    for one in stored:
        seal, hops = book.get(one.record_id, (b"", b"[]"))
        entry: dict[str, Any] = {"hops": [*orjson.loads(hops), {"receipt": one.receipt, "signer": code}]}
        if seal:
            entry["seal"] = places.setdefault(seal, len(places))
        via.append(entry)
    return via, [orjson.loads(seal) for seal in places]


def resumed(package: Mapping[str, Any], header: Mapping[str, Any], signature: Mapping[str, Any]) -> bytes:
    """The bytes of a package under the header and signature of its first attempt."""
    return canonical({**package, "header": header, "signature": signature})
