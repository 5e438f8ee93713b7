"""Bodies on the line: request compression by what the peer accepts, and replies that cannot grow without bound."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec

_GZIP_WINDOW = 31
_SMALL = 1024


def _zstd(body: bytes) -> bytes:
    import zstandard  # an extra: named only when the peer takes it

    return zstandard.ZstdCompressor(level=3).compress(body)


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": _zstd,
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
}


def is_known(encoding: str) -> bool:
    """True if this installation can compress with the named content encoding."""
    return encoding == "gzip" or (encoding == "zstd" and find_spec("zstandard") is not None)


def compress(body: bytes, accepted: Sequence[str]) -> tuple[bytes, str]:
    """The body in the best encoding that both sides know, and the encoding's name (empty: as it is)."""
    if len(body) >= _SMALL:
        for encoding, encode in _ENCODERS.items():
            if encoding in accepted and is_known(encoding):
                return encode(body), encoding
    return body, ""


class TooLarge(ValueError):
    """A reply above its bound."""


def collect(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Join a reply's raw chunks, undoing gzip, and stop as soon as it is above the limit.

    Raises:
        TooLarge: more than `limit` bytes after decoding.
        ValueError: an encoding that was not asked for, or a damaged one.
    """
    if encoding not in ("", "identity", "gzip"):
        raise ValueError(f"content encoding {encoding}")
    inflate = zlib.decompressobj(_GZIP_WINDOW) if encoding == "gzip" else None
    out = bytearray()
    for chunk in chunks:
        try:
            out += inflate.decompress(chunk, limit + 1 - len(out)) if inflate else chunk
        except zlib.error as error:
            raise ValueError(f"damaged gzip: {error}") from error
        if len(out) > limit:
            raise TooLarge
    if inflate and not inflate.eof:
        raise ValueError("gzip ends early")
    return bytes(out)
