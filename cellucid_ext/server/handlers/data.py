"""Files of a viewer's dataset: a page asks, its kernel answers, the bytes flow through."""

from __future__ import annotations

import contextlib
from typing import Final

from tornado import web

from ..errors import BadRequest, NotFound, PageGone, Refused
from ..reads import Head, Read
from .base import Handler, browser_route, kernel_route
from .files import FAILURES, FileHandler, check_path
from .viewers import VIEWER

_PASSED_ON: Final = frozenset(
    ("ETag", "Content-Range", "Content-Length", "Content-Encoding", "Cache-Control")
)
_STATUSES: Final = (200, 206, 304, *FAILURES)
_READ_AWAY_BYTES: Final = 4 * 2**20


class DataHandler(FileHandler):
    """``viewers/{viewerId}/data/{path}``: one file, or a part of it."""

    def initialize(self) -> None:
        """Begin without a read."""
        super().initialize()
        self._read: Read | None = None

    @browser_route
    async def get(self, viewer_id: str, path: str) -> None:
        """Ask the kernel and pass its answer on."""
        viewer = self.registry.get(viewer_id)
        check_path(path)
        self._read = read = self.relay.read(viewer, path, self.asked())
        try:
            head = await read.head()
            seconds = self.relay.reads.seconds
            await self.send(path, head.status, head.headers, read.pieces(), seconds)
        finally:
            self.relay.reads.end(read)

    def on_connection_close(self) -> None:
        """Tell the kernel, by its next piece, that nobody listens."""
        super().on_connection_close()
        if self._read is not None:
            self.relay.reads.end(self._read)


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


ROUTES = [
    (VIEWER + r"/data/(?P<path>.+)", DataHandler),
    (r"replies/(?P<reply_id>[A-Za-z0-9_-]{1,64})", ReplyHandler),
]
