"""Request bodies: read within a size and a time, decompressed without trusting what they claim."""

import asyncio
import zlib
from io import BytesIO

from starlette.requests import ClientDisconnect, Request

from tracekit.platform.package import MAX_BYTES
from tracekit.platform.refusal import refusal

try:
    import zstandard
except ModuleNotFoundError:  # the extra `zstd` is not installed: then describe does not offer it
    zstandard = None

ENCODINGS = ("gzip", "zstd") if zstandard else ("gzip",)
SECONDS = 30.0
_MAX_WINDOW = 8 * 1024 * 1024
_GZIP = 31


async def read_body(request: Request, limit: int = MAX_BYTES, seconds: float = SECONDS) -> bytes:
    """The raw body, refused as soon as it is too large or too slow.

    Raises:
        DockingRejected: too large.
        DockingUnavailable: it did not come in time.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise refusal("TK-DOCK-101", limit=str(limit))
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, limit)
    except TimeoutError:
        raise refusal("TK-DOCK-123", seconds=f"{seconds:g}") from None
    except ClientDisconnect:
        raise refusal("TK-DOCK-102", reason="the body ended early") from None


async def _collect(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise refusal("TK-DOCK-101", limit=str(limit))
        parts.append(part)
    return b"".join(parts)


def decode(raw: bytes, encoding: str, limit: int = MAX_BYTES) -> bytes:
    """Undo a content encoding; what would grow above the limit is refused while it grows.

    Raises:
        DockingRejected: unknown encoding, damaged, or too large.
    """
    if encoding in ("", "identity"):
        return raw
    if encoding not in ENCODINGS:
        raise refusal("TK-DOCK-119", encoding=encoding[:32])
    try:
        body = _gunzip(raw, limit) if encoding == "gzip" else _unzstd(raw, limit)
    except Exception as error:
        if type(error).__module__.startswith("tracekit"):
            raise
        raise refusal("TK-DOCK-102", reason=f"{encoding}: {error}") from None
    if len(body) > limit:
        raise refusal("TK-DOCK-101", limit=str(limit))
    return body


def _gunzip(raw: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    body = stream.decompress(raw, limit + 1)
    if len(body) <= limit and (not stream.eof or stream.unused_data):
        raise ValueError("not one whole gzip stream")
    return body


def _unzstd(raw: bytes, limit: int) -> bytes:
    if zstandard is None:
        raise refusal("TK-DOCK-119", encoding="zstd")
    reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(BytesIO(raw))
    body = reader.read(limit + 1)
    if not body:
        raise ValueError("not a zstd frame")
    return body
