"""The two ends of a server's conversations, as a kernel and a page play them."""

from __future__ import annotations

import contextlib
import json
import secrets
import struct
import time
from collections.abc import Mapping
from typing import Any, Self

from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from cellucid_ext.auth import sign
from cellucid_ext.protocol import PROTOCOL, SESSION_MAGIC, Numbered

from .described import check_answer

DATASET: Mapping[str, Any] = {
    "title": "PBMC",
    "height": 600,
    "dataset": {"id": "pbmc", "name": "PBMC", "nCells": 2700, "nVars": 1838},
}


def session(size: int = 100) -> bytes:
    """Write a valid session with one chunk of `size` bytes."""
    chunk: dict[str, Any] = {"id": "test/bytes", "contributorId": "test", "priority": "lazy"}
    chunk |= {"kind": "binary", "codec": "none", "label": "bytes", "datasetDependent": False}
    chunk |= {"storedBytes": size, "uncompressedBytes": size}
    manifest = json.dumps({"createdAt": "2026-01-01T00:00:00.000Z", "chunks": [chunk]}).encode()
    head = SESSION_MAGIC + struct.pack("<I", len(manifest)) + manifest
    return head + struct.pack("<I", size) + bytes(size)


class Peer:
    """Somebody who sends requests, with the headers that say who they are."""

    def __init__(self, client: Any, base: str, headers: dict[str, str]) -> None:
        self.client = client
        self.base = base
        self.headers = headers

    async def fetch(
        self, method: str, path: str, body: bytes | None = None, **options: Any
    ) -> HTTPResponse:
        headers = self.signed(method, self.base + path, body, options) | options.pop("headers", {})
        options.setdefault("request_timeout", 30)
        if "body_producer" not in options:
            options["body"] = body
        answer: HTTPResponse = await self.client.fetch(
            self.base + path,
            method=method,
            headers=headers,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            **options,
        )
        check_answer(method, path, answer.code, answer.body)
        return answer

    async def json(
        self, method: str, path: str, document: Any = None, *, status: int = 200, **options: Any
    ) -> Any:
        """Ask, check the status, and return the JSON answered."""
        body = b"" if document is None else json.dumps(document).encode()
        answer = await self.fetch(method, path, body or None, **options)
        assert answer.code == status, (answer.code, answer.body)
        return json.loads(answer.body) if answer.body else None

    def signed(
        self, method: str, target: str, body: bytes | None, options: dict[str, Any]
    ) -> dict[str, str]:
        return dict(self.headers)

    async def connect(self, path: str) -> WebSocketClientConnection:
        url = self.client.get_url(self.base + path).replace("http", "ws", 1)
        request = HTTPRequest(url, headers=self.signed("GET", self.base + path, b"", {}))
        return await websocket_connect(request)


class KernelPeer(Peer):
    """A kernel, which proves itself."""

    def __init__(self, kernel_id: str, key: bytes, client: Any, base: str) -> None:
        super().__init__(client, base, {})
        self.kernel_id = kernel_id
        self.key = key

    def signed(
        self, method: str, target: str, body: bytes | None, options: dict[str, Any]
    ) -> dict[str, str]:
        covered = None if "/replies/" in target else body or b""
        return sign(self.key, self.kernel_id, method, target, covered, time.time())


class Line:
    """A client's end of a numbered conversation, over one websocket after another."""

    def __init__(self, peer: Peer, path: str, **hello: Any) -> None:
        self.numbered = Numbered()
        self._peer, self._path = peer, path
        self._channel_id = secrets.token_urlsafe(12)
        self._hello = {"type": "hello", "protocol": PROTOCOL, "channelId": self._channel_id}
        self._hello |= hello
        self._socket: WebSocketClientConnection | None = None

    async def open(self) -> dict[str, Any]:
        """Connect and greet; returns the welcome."""
        self._socket = await self._peer.connect(self._path)
        await self._write({**self._hello, "received": self.numbered.received})
        welcome = await self.raw()
        assert welcome is not None
        assert welcome["type"] == "welcome", welcome
        if welcome["resumed"]:
            self.numbered.acknowledge(welcome["received"])
            waiting = self.numbered.unacknowledged()
        else:
            waiting = self.numbered.restart()
        for frame in waiting:
            await self._write(frame)
        return welcome

    async def __aenter__(self) -> Self:
        self.welcome = await self.open()
        return self

    async def __aexit__(self, *args: object) -> None:
        self.drop()

    async def send(self, message: dict[str, Any], *, lose: bool = False) -> None:
        """Send a message; or only believe so."""
        frame = self.numbered.add(message)
        if not lose:
            await self._write(frame)

    async def raw(self) -> dict[str, Any] | None:
        """Read the next frame, of any kind; None when the server hung up."""
        assert self._socket is not None
        text = await self._socket.read_message()
        return None if text is None else json.loads(text)

    async def expect(self, kind: str, *, acknowledge: bool = True) -> dict[str, Any]:
        """Read until the next new message, which must be of this type."""
        while True:
            frame = await self.raw()
            assert frame is not None, (kind, self.closed)
            if frame["type"] == "ack":
                self.numbered.acknowledge(frame["ack"])
            elif self.numbered.is_new(frame):
                if acknowledge:
                    with contextlib.suppress(WebSocketClosedError):  # its last words
                        await self._write({"type": "ack", "ack": self.numbered.received})
                assert frame["type"] == kind, frame
                return {key: value for key, value in frame.items() if key != "seq"}

    async def acknowledged(self) -> None:
        """Read until the server has all that was sent."""
        while self.numbered.unacknowledged():
            frame = await self.raw()
            assert frame is not None
            assert frame["type"] == "ack", frame
            self.numbered.acknowledge(frame["ack"])

    async def hung_up(self) -> int | None:
        """Read until the server hangs up; returns its code."""
        while await self.raw() is not None:
            pass
        return self.closed

    @property
    def closed(self) -> int | None:
        assert self._socket is not None
        return self._socket.close_code

    def drop(self) -> None:
        """Break the connection without a word."""
        if self._socket is not None and self._socket.protocol is not None:
            self._socket.protocol.stream.close()  # type: ignore[attr-defined]

    async def _write(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        await self._socket.write_message(json.dumps(frame))


def page_line(person: Peer, viewer_id: str) -> Line:
    return Line(person, f"viewers/{viewer_id}/channel")


def kernel_line(kernel: KernelPeer) -> Line:
    return Line(kernel, "kernel", kernelId=kernel.kernel_id)
