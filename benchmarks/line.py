"""A kernel's or a page's end of its conversation with the server, by the protocol alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from cellucid_ext.protocol import PROTOCOL, Numbered, decode_frame, encode_frame

_CONNECT_SECONDS = 60


class Line:
    """One conversation, which goes on over a new websocket when the old one is cut.

    Parameters
    ----------
    url
        Address of the websocket.
    headers
        What says who we are.
    took
        Called with each message that was not taken before.
    hello
        What the greeting says besides.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        took: Callable[[dict[str, Any]], object],
        **hello: str,
    ) -> None:
        self.opened = asyncio.Event()
        self._url = url
        self._headers = dict(headers)
        self._took = took
        self._hello = {"type": "hello", "protocol": PROTOCOL, **hello}
        self._hello["channelId"] = secrets.token_urlsafe(12)
        self._numbered = Numbered()
        self._socket: WebSocketClientConnection | None = None

    async def run(self) -> None:
        """Converse until cancelled."""
        while True:
            await self._converse()

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message, now or when the connection is back."""
        frame = self._numbered.add(message)
        if self._socket is not None:
            with contextlib.suppress(WebSocketClosedError, StreamClosedError):
                await self._socket.write_message(encode_frame(frame))

    def cut(self) -> None:
        """Lose the connection."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()

    async def _converse(self) -> None:
        request = HTTPRequest(self._url, headers=self._headers, connect_timeout=_CONNECT_SECONDS)
        socket = await websocket_connect(request)
        hello = {**self._hello, "received": self._numbered.received}
        await socket.write_message(encode_frame(hello))
        welcome = decode_frame(await socket.read_message() or "null")
        if welcome["resumed"]:
            self._numbered.acknowledge(welcome["received"])
            again = self._numbered.unacknowledged()
        else:
            again = self._numbered.restart()
        # All are on their way before anything else is sent: the server takes them in order only.
        self._socket = socket
        on_their_way = [socket.write_message(encode_frame(frame)) for frame in again]
        self.opened.set()
        with contextlib.suppress(WebSocketClosedError, StreamClosedError):
            await asyncio.gather(*on_their_way)
            while (text := await socket.read_message()) is not None:
                await self._take(socket, decode_frame(text))

    async def _take(self, socket: WebSocketClientConnection, frame: dict[str, Any]) -> None:
        if frame["type"] == "ack":
            self._numbered.acknowledge(frame["ack"])
            return
        if self._numbered.is_new(frame):
            self._took(frame)
        await socket.write_message(encode_frame({"type": "ack", "ack": self._numbered.received}))
