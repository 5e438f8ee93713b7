"""The platform's application behind a face that may change what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass
class Told:
    """An answer on its way out, with what was asked; a change writes into it."""

    asked: str
    """Method and path."""
    headers: dict[str, str]
    """Of the request, in lower case."""
    status: int
    media: str
    body: bytes

    @property
    def tree(self) -> Any:
        """The answer as JSON, or None."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            return None


class Face:
    """An ASGI application; without a change it is the one behind it."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.change: Callable[[Told], None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.change is None:
            await self._app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def hold(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, hold)
        asked = {name.decode(): value.decode() for name, value in scope["headers"]}
        sent = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        told = Told(f"{scope['method']} {scope['path']}", asked, start["status"], sent.get("content-type", ""), b"".join(parts))
        self.change(told)
        sent |= {"content-type": told.media, "content-length": str(len(told.body))}
        raw = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": told.status, "headers": raw})
        await send({"type": "http.response.body", "body": told.body})
