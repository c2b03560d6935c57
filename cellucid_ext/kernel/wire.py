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
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPTimeoutError
from tornado.websocket import WebSocketClosedError, WebSocketError, websocket_connect

from ..auth import KERNEL_HEADER, sign
from ..protocol import (
    MAX_EVENTS_BYTES,
    MAX_FRAME_BYTES,
    MAX_TTL_SECONDS,
    MAX_VIEWERS_PER_KERNEL,
    MIN_TTL_SECONDS,
    NAMESPACE,
    PING_SECONDS,
    PROTOCOL,
)
from .background import in_thread
from .client import Client
from .discovery import Candidate, Kernel
from .errors import ServerGone, ServerRefused, ViewerError, ViewerTimeout
from .symptoms import why_refused, why_silent, why_unreachable, why_unwritable
from .transport import MAX_JSON_BYTES, Socket

if TYPE_CHECKING:
    from ..dataset.source import Body

PROBE_SECONDS = 1.0
ANSWER_SECONDS = 10.0
SLICE_BYTES = 2**20

MAX_EVENT_BYTES = 3 * MAX_EVENTS_BYTES
"""Of an event that is fetched: the server writes it anew, with escapes and spaces."""

# Above what all viewers' replies take at once: what is more waits, commands too.
_MAX_CLIENTS = 16 * MAX_VIEWERS_PER_KERNEL
_MAX_BODY_BYTES = 2**40
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_BROKEN = (OSError, StreamClosedError, WebSocketError, WebSocketClosedError, asyncio.TimeoutError)


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
        self.token = candidate.token
        self.ttl_seconds = (MIN_TTL_SECONDS, MAX_TTL_SECONDS)
        self._base = f"{self.url}{NAMESPACE}/"
        self._origin_length = len("/".join(self.url.split("/", 3)[:3]))
        self._tls = _tls_context(candidate)
        self._client = Client(
            force_instance=True, max_clients=_MAX_CLIENTS, max_body_size=_MAX_BODY_BYTES
        )

    async def probe(self) -> str:
        """Ask whether this is our server, within a second; returns why not, or an empty text."""
        try:
            info = await self.info(seconds=PROBE_SECONDS)
        except ServerRefused as error:
            if error.code or error.status != 404:
                return str(error)
            return (
                f"{self.url} answers, but this extension is not running there: install "
                "cellucid-ext where that Jupyter runs and restart it"
            )
        except ViewerError as error:
            return str(error)
        if "protocol" not in info:
            return (
                f"{self.url} answers, but is no Jupyter server with this extension: check the "
                "address, and what stands between here and Jupyter"
            )
        if info["protocol"] != PROTOCOL:
            return (
                f"{self.url} speaks version {info.get('protocol')!r} of the protocol, this kernel "
                f"{PROTOCOL}: install the same version of cellucid-ext for both and restart both"
            )
        return ""

    async def info(self, *, seconds: float) -> dict[str, Any]:
        """Ask what the server is and allows, and keep its `ttl_seconds`."""
        info = await self.send("GET", "info", seconds=seconds)
        least, most = info.get("minTtlSeconds"), info.get("maxTtlSeconds")
        if isinstance(least, int | float) and isinstance(most, int | float):
            self.ttl_seconds = (least, most)
        return info

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        seconds: float,
        at_most: int = MAX_JSON_BYTES,
    ) -> dict[str, Any]:
        """Ask, and return the JSON answered, ``{}`` where there is none."""
        if body is None:
            return await self._ask(self._request(method, path, b"", {}, seconds), at_most)
        data = json.dumps(body, allow_nan=False).encode()
        request = self._request(method, path, data, {"Content-Type": "application/json"}, seconds)
        request.body = data
        return await self._ask(request, at_most)

    async def put(
        self, path: str, body: Body, headers: Mapping[str, str], *, seconds: float
    ) -> None:
        """Send bytes as they are, in slices, each when the one before is on its way."""
        length = {"Content-Length": str(body.nbytes)}
        request = self._request("PUT", path, None, {**headers, **length}, seconds)

        async def produce(write: Callable[[memoryview], Any]) -> None:
            for start in range(0, body.nbytes, SLICE_BYTES):
                piece = body[start : start + SLICE_BYTES]
                if not isinstance(piece, memoryview):
                    piece = memoryview(await in_thread(piece.tobytes))
                await write(piece)

        request.body_producer = produce  # type: ignore[assignment]
        await self._ask(request, MAX_JSON_BYTES)

    async def fetch(
        self, path: str, file: BinaryIO, at_most: int, *, seconds: float
    ) -> tuple[int, str]:
        """Write an answer's body into an unbuffered file; returns its size and SHA-256.

        Raises
        ------
        ViewerError
            If the file can't be written, or the body goes on far beyond `at_most` bytes.
        """
        request = self._request("GET", path, b"", {}, seconds)
        digest, size, begin = hashlib.sha256(), 0, bytearray()

        def take(chunk: bytes) -> None:
            nonlocal size
            size += len(chunk)
            # What is wrong may take more bytes to say than the file has.
            self._check_size(size, max(at_most, SLICE_BYTES))
            digest.update(chunk)
            begin.extend(chunk[: SLICE_BYTES - len(begin)])
            try:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError as error:
                raise ViewerError(why_unwritable(file.name, error)) from None

        status = await self._stream(request, take)
        if not _is_success(status):
            raise self._refused(status, bytes(begin))
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
            body = error.response.body if error.response else b""
            raise self._refused(error.code, body) from None
        except _BROKEN as error:
            raise self._gone(error) from None
        return _TornadoSocket(connection)

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> HTTPRequest:
        url = self._base + path
        if self.token:
            who = {
                "Authorization": f"token {self.token}",
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
            # A few bytes could unpack to more than the memory holds.
            decompress_response=False,
            ssl_options=self._tls,
        )

    async def _ask(self, request: HTTPRequest, at_most: int) -> dict[str, Any]:
        body = bytearray()

        def take(chunk: bytes) -> None:
            self._check_size(len(body) + len(chunk), at_most)
            body.extend(chunk)

        status = await self._stream(request, take)
        if not _is_success(status):
            raise self._refused(status, bytes(body))
        return _json_object(bytes(body)) or {}

    async def _stream(self, request: HTTPRequest, take: Callable[[bytes], None]) -> int:
        over = False

        def take_until_over(chunk: bytes) -> None:
            if over:
                raise ViewerError("nobody waits for this answer any more")
            take(chunk)

        request.streaming_callback = take_until_over
        try:
            # Tornado can't take a request back, and logs what becomes of one that was cancelled.
            answer = await asyncio.shield(self._client.fetch(request, raise_error=False))
        except HTTPTimeoutError:
            raise ViewerTimeout(why_silent(self.url, request.request_timeout or 0)) from None
        except (HTTPClientError, *_BROKEN) as error:
            raise self._gone(error) from None
        finally:
            over = True
        return answer.code

    def _check_size(self, size: int, at_most: int) -> None:
        if size > at_most:
            raise ViewerError(
                f"what answers at {self.url} sends more than the {at_most:,} bytes expected: "
                "check that the address is of a Jupyter server with this extension, of the same "
                "version as here"
            )

    def _gone(self, error: BaseException | None) -> ServerGone:
        return ServerGone(why_unreachable(self.url, error))

    def _refused(self, status: int, body: bytes) -> ServerRefused:
        answer = _json_object(body)
        why = why_refused(self.url, status, answer, bool(self.token))
        return ServerRefused(why, status, str((answer or {}).get("code") or ""))


def _is_success(status: int) -> bool:
    return 200 <= status < 300


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
