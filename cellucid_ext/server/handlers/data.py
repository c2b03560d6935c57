"""Files of a viewer's dataset: a page asks, its kernel answers, the bytes flow through."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import BadRequest, NotFound, PageGone, Refused
from ..reads import Head, Read
from .base import Handler, browser_route, kernel_route
from .viewers import VIEWER

_PASSED_ON: Final = ("ETag", "Content-Range", "Content-Length", "Content-Encoding")
_FAILURES: Final = (404, 416, 500)
_STATUSES: Final = (200, 206, 304, *_FAILURES)
_MAX_PATH: Final = 1024
_MAX_HEADER: Final = 1024
_READ_AWAY_BYTES: Final = 4 * 2**20


class DataHandler(Handler):
    """``viewers/{viewerId}/data/{path}``: one file, or a part of it."""

    def initialize(self) -> None:
        """Begin without a read."""
        super().initialize()
        self._read: Read | None = None

    @browser_route
    async def get(self, viewer_id: str, path: str) -> None:
        """Ask the kernel and pass its answer on."""
        viewer = self.registry.get(viewer_id)
        _check_path(path)
        self._read = read = self.relay.read(
            viewer, path, self._asked("Range"), self._asked("If-None-Match")
        )
        try:
            head = await read.head()
            kind = "application/json" if head.status in _FAILURES else _content_type(path)
            self._begin(head, kind)
            await self._pass_on(read)
            with contextlib.suppress(StreamClosedError):
                await self.finish(set_content_type=kind)
        finally:
            self.relay.reads.end(read)

    def on_connection_close(self) -> None:
        """Tell the kernel, by its next piece, that nobody listens."""
        super().on_connection_close()
        if self._read is not None:
            self.relay.reads.end(self._read)

    def compute_etag(self) -> None:
        """Leave the tag to the kernel."""

    def _asked(self, name: str) -> str | None:
        value = self.request.headers.get(name)
        return value if value is not None and len(value) <= _MAX_HEADER else None

    def _begin(self, head: Head, content_type: str) -> None:
        self.set_status(head.status)
        self.set_header("Content-Type", content_type)
        self.set_header("Cache-Control", "private, no-cache")
        for name, value in head.headers.items():
            if head.status != 304 or name == "ETag":
                self.set_header(name, value)

    async def _pass_on(self, read: Read) -> None:
        try:
            async for piece in read.pieces():
                if self.get_status() != 304:
                    self.write(piece)
                await asyncio.wait_for(self.flush(), self.relay.reads.seconds)
        except (Refused, TimeoutError, StreamClosedError):
            if not self._headers_written:
                raise
            # The status is out: only a broken connection still says that this is not all.
            connection: Any = self.request.connection
            connection.close()


@web.stream_request_body
class ReplyHandler(Handler):
    """``replies/{replyId}?status=``: a kernel's answer to one read."""

    streams_body = True

    def initialize(self) -> None:
        """Begin without a read."""
        super().initialize()
        self._read: Read | None = None
        self._refusal: Refused | None = None
        self._unread = 0
        self._whole = False

    @property
    def max_body_bytes(self) -> int:
        """Far more than any file has: a body is never held as a whole."""
        return 2**40

    async def begin(self) -> None:
        """Find the page that waits, and begin to answer it."""
        await super().begin()
        status = self.get_query_argument("status", "200")
        if status not in map(str, _STATUSES):
            raise BadRequest(f"'status' is {status!r}; it must be one of {_STATUSES}")
        given = self.request.headers
        head = Head(int(status), {name: given[name] for name in _PASSED_ON if name in given})
        try:
            read = self.relay.reads.find(self.path_kwargs["reply_id"], self.kernel_id)
            read.answer(head)
        except Refused as refusal:
            self._refusal = refusal
        else:
            self._read = read

    async def data_received(self, chunk: bytes) -> None:
        """Pass the next bytes on, when the page takes them."""
        self.note_activity()
        if self._read is not None:
            try:
                await self._read.feed(chunk)
            except Refused as refusal:
                self._refusal, self._read = refusal, None
        elif self._refusal is not None:
            # A client that still sends may miss an answer, so a little is read away.
            self._unread += len(chunk)
            if self._unread > _READ_AWAY_BYTES and not self._finished:
                self.send_error(exc_info=(type(self._refusal), self._refusal, None))

    @kernel_route
    async def put(self, reply_id: str) -> None:
        """End the answer."""
        if self._read is None:
            raise self._refusal or NotFound("nothing waits for this answer")
        self._whole = True
        with contextlib.suppress(PageGone):  # it may have left with all it was promised
            await self._read.feed(None)
        self.set_status(204)
        await self.finish()

    def on_connection_close(self) -> None:
        """Tell the page that the rest won't come."""
        super().on_connection_close()
        self._break_off()

    def on_finish(self) -> None:
        """Tell the page, unless it has everything."""
        super().on_finish()
        self._break_off()

    def _break_off(self) -> None:
        read, self._read = self._read, None
        if read is not None and not self._whole:
            read.break_off()


def _check_path(path: str) -> None:
    parts = path.split("/")
    if (
        len(path) > _MAX_PATH
        or "\0" in path
        or "\\" in path
        or not {".", "..", ""}.isdisjoint(parts)
    ):
        raise NotFound("no file of a dataset has such a path")


def _content_type(path: str) -> str:
    kinds = {"json": "application/json", "txt": "text/plain; charset=UTF-8"}
    return kinds.get(path.rpartition(".")[2], "application/octet-stream")


ROUTES = [
    (VIEWER + r"/data/(?P<path>.+)", DataHandler),
    (r"replies/(?P<reply_id>[A-Za-z0-9_-]{1,64})", ReplyHandler),
]
