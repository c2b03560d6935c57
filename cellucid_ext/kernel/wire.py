"""HTTP and websocket to one server, with one way of proving who we are."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClosedError, WebSocketError, websocket_connect

from ..auth import KERNEL_HEADER, sign
from ..protocol import MAX_FRAME_BYTES, NAMESPACE, PING_SECONDS, PROTOCOL
from .discovery import Candidate, Kernel
from .errors import ServerGone, ServerRefused, ViewerError, ViewerTimeout

PROBE_SECONDS = 1.0
ANSWER_SECONDS = 10.0
SLICE_BYTES = 2**20

_MAX_CLIENTS = 32
_MAX_BODY_BYTES = 2**40
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_BROKEN = (OSError, StreamClosedError, WebSocketError, WebSocketClosedError, asyncio.TimeoutError)


class Socket(Protocol):
    """The kernel's websocket."""

    async def read(self) -> str | bytes:
        """Wait for the next message; raises `ServerGone` when the connection ends."""

    async def write(self, text: str) -> None:
        """Send a message."""

    def close(self) -> None:
        """Hang up."""


class Transport(Protocol):
    """What a link needs of the network, so that it can be tested without one."""

    url: str
    how: str
    kernel: Kernel

    async def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> dict[str, Any]:
        """Ask, and return the JSON answered."""

    async def put(
        self, path: str, body: memoryview, headers: Mapping[str, str], *, seconds: float
    ) -> None:
        """Send bytes as they are, without a copy."""

    async def fetch(self, path: str, file: BinaryIO, *, seconds: float) -> tuple[int, str]:
        """Write an answer's body into a file; returns its size and SHA-256."""

    async def open(self, path: str) -> Socket:
        """Open a websocket."""


@dataclass
class _TornadoSocket:
    connection: Any

    async def read(self) -> str | bytes:
        message: str | bytes | None = await self.connection.read_message()
        if message is None:
            code, reason = self.connection.close_code, self.connection.close_reason
            raise ServerGone(f"the server closed the connection ({code}{_after(reason)})")
        return message

    async def write(self, text: str) -> None:
        try:
            await self.connection.write_message(text)
        except _BROKEN as error:
            raise ServerGone(f"the connection to the server broke{_after(error)}") from None

    def close(self) -> None:
        self.connection.close()


class Wire:
    """A `Transport` over Tornado.

    Parameters
    ----------
    candidate
        The server and, where there is one, the token for it.
    kernel
        Who we are; its key proves it where there is no token.
    """

    def __init__(self, candidate: Candidate, kernel: Kernel) -> None:
        self.url = candidate.url
        self.how = candidate.how
        self.kernel = kernel
        self._candidate = candidate
        self._base = f"{self.url}{NAMESPACE}/"
        self._origin_length = len("/".join(self.url.split("/", 3)[:3]))
        self._tls = _tls_context(candidate)
        self._client = SimpleAsyncHTTPClient(
            force_instance=True, max_clients=_MAX_CLIENTS, max_body_size=_MAX_BODY_BYTES
        )

    async def probe(self) -> str:
        """Ask whether this is our server, within a second; returns why not, or an empty text."""
        try:
            info = await asyncio.wait_for(
                self.send("GET", "info", seconds=PROBE_SECONDS), PROBE_SECONDS
            )
        except TimeoutError:
            return f"{self.url} did not answer within {PROBE_SECONDS:g} s"
        except ServerRefused as error:
            if error.code or error.status != 404:
                return str(error)
            return (
                f"{self.url} answers, but this extension is not running there: install "
                "cellucid-ext where that Jupyter runs and restart it"
            )
        except ViewerError as error:
            return str(error)
        if info.get("protocol") != PROTOCOL:
            return (
                f"{self.url} speaks version {info.get('protocol')!r} of the protocol, this kernel "
                f"{PROTOCOL}: install the same version of cellucid-ext for both and restart both"
            )
        return ""

    async def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> dict[str, Any]:
        """Ask, and return the JSON answered, ``{}`` where there is none."""
        if body is None:
            return await self._ask(self._request(method, path, b"", {}, seconds))
        data = json.dumps(body, allow_nan=False).encode()
        request = self._request(method, path, data, {"Content-Type": "application/json"}, seconds)
        request.body = data
        return await self._ask(request)

    async def put(
        self, path: str, body: memoryview, headers: Mapping[str, str], *, seconds: float
    ) -> None:
        """Send bytes as they are, in slices, each when the one before is on its way."""
        length = {"Content-Length": str(body.nbytes)}
        request = self._request("PUT", path, None, {**headers, **length}, seconds)

        async def produce(write: Callable[[memoryview], Any]) -> None:
            for start in range(0, body.nbytes, SLICE_BYTES):
                await write(body[start : start + SLICE_BYTES])

        request.body_producer = produce  # type: ignore[assignment]
        await self._ask(request)

    async def fetch(self, path: str, file: BinaryIO, *, seconds: float) -> tuple[int, str]:
        """Write an answer's body into a file as it arrives; returns its size and SHA-256."""
        request = self._request("GET", path, b"", {}, seconds)
        digest, size, begin = hashlib.sha256(), 0, bytearray()

        def take(chunk: bytes) -> None:
            nonlocal size
            size += len(chunk)
            digest.update(chunk)
            file.write(chunk)
            if len(begin) < SLICE_BYTES:
                begin.extend(chunk)

        request.streaming_callback = take
        await self._ask(request, begin)
        return size, digest.hexdigest()

    async def open(self, path: str) -> Socket:
        """Open a websocket."""
        request = self._request("GET", path, b"", {}, ANSWER_SECONDS)
        request.url = request.url.replace("http", "ws", 1)
        try:
            connection = await asyncio.wait_for(
                websocket_connect(
                    request, ping_interval=PING_SECONDS, max_message_size=2 * MAX_FRAME_BYTES
                ),
                ANSWER_SECONDS,
            )
        except HTTPClientError as error:
            raise self._refused(error.code, b"") from None
        except _BROKEN as error:
            raise self._gone(error) from None
        return _TornadoSocket(connection)

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> HTTPRequest:
        url = self._base + path
        if self._candidate.token:
            who = {
                "Authorization": f"token {self._candidate.token}",
                KERNEL_HEADER: self.kernel.id,
            }
        else:
            target = url[self._origin_length :]
            who = sign(self.kernel.key, self.kernel.id, method, target, body, time.time())
        return HTTPRequest(
            url,
            method,
            headers={**headers, **who},
            connect_timeout=min(seconds, ANSWER_SECONDS),
            request_timeout=seconds,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            ssl_options=self._tls,
        )

    async def _ask(self, request: HTTPRequest, body: bytearray | None = None) -> dict[str, Any]:
        try:
            answer = await self._client.fetch(request, raise_error=False)
        except _BROKEN as error:
            raise self._gone(error) from None
        if isinstance(answer.error, HTTPTimeoutError):
            raise ViewerTimeout(
                f"the Jupyter server at {self.url} did not answer within "
                f"{request.request_timeout:g} s"
            )
        if answer.code == 599:
            raise self._gone(answer.error)
        data = bytes(answer.body if body is None else body)
        if not 200 <= answer.code < 300:
            raise self._refused(answer.code, data)
        content = _json_object(data) if body is None else None
        return content or {}

    def _gone(self, error: BaseException | None) -> ServerGone:
        return ServerGone(f"the Jupyter server at {self.url} does not answer{_after(error)}")

    def _refused(self, status: int, body: bytes) -> ServerRefused:
        answer = _json_object(body) or {}
        message = answer.get("message") or f"{status} {responses.get(status, '')}".strip()
        code = answer.get("code") or ""
        return ServerRefused(f"the Jupyter server refused: {message}", status, str(code))


def _json_object(data: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(data)
        if isinstance(value, dict):
            return value
    return None


def _after(reason: object) -> str:
    return f": {reason}" if reason is not None and str(reason) else ""


def _tls_context(candidate: Candidate) -> ssl.SSLContext | None:
    parts = urlsplit(candidate.url)
    if parts.scheme != "https":
        return None
    files = dict(candidate.tls)
    context = ssl.create_default_context(cafile=files.get("cafile"))
    if "certfile" in files:
        context.load_cert_chain(files["certfile"], files.get("keyfile"))
    elif parts.hostname in _LOOPBACK:
        # A server's certificate is made for the name that browsers use, never for the loopback.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
