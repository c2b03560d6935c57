"""The upload of a session by a page: streamed to disk, and never left half done."""

from __future__ import annotations

import contextlib
import time

from jupyter_server._tz import utcnow
from tornado import web

from ..errors import CutShort, Expired, NoLength, Refused, TooLarge
from ..requests import Request
from ..spool import Upload
from .base import Handler, browser_route

_ACTIVITY_SECONDS = 1.0


@web.stream_request_body
class SessionBundleHandler(Handler):
    """``session_bundle?viewerId=&requestId=``.

    Strangers, and bodies that are too large, are refused before the body. A person who is known
    but whose upload nobody expects is told so after the body was read away: proxies don't deliver
    an answer that comes while they still send.
    """

    streams_body = True

    def initialize(self) -> None:
        """Begin without an upload."""
        super().initialize()
        self._upload: Upload | None = None
        self._expected: Request | None = None
        self._refusal: Refused | None = None
        self._noted = 0.0

    @property
    def max_body_bytes(self) -> int:
        """Size of the largest session taken."""
        return self.max_upload_bytes

    async def begin(self) -> None:
        """Claim the request that this upload is for."""
        try:
            await super().begin()
            if self.length is None:
                raise NoLength("an upload must say how long it is (Content-Length)")
        except (TooLarge, NoLength) as refusal:
            # What is expected won't come: the kernel need not wait for it.
            with contextlib.suppress(Refused):
                self._expected = self._claim()
            self._fail(refusal)
            raise
        try:
            self._upload = self.spool.begin(self.length)
            self._expected = self._claim()
            await self._upload.open()
        except Refused as refusal:
            self._fail(refusal)

    async def data_received(self, chunk: bytes) -> None:
        """Write the next bytes, or read them away."""
        self._note_activity()
        if self._upload is None or self._expected is None:
            return
        try:
            if self._expected.state != "receiving":
                raise Expired(f"the request has ended: {self._expected.error}")
            self._expected.bytes += len(chunk)
            await self._upload.write(chunk)
        except Refused as refusal:
            self._fail(refusal)

    @browser_route
    async def post(self) -> None:
        """Check the file and hand it over."""
        upload, expected = self._upload, self._expected
        if upload is None or expected is None:
            raise self._refusal or CutShort("the upload was cut off")
        try:
            sha256 = await upload.finish()
            self.registry.ready(expected, upload.path, upload.received, sha256)
        except Refused as refusal:
            self._fail(refusal)
            raise
        upload.keep()
        self._upload = None
        self.relay.uploaded(expected)
        await self.finish({"status": "ok", "bytes": upload.received, "sha256": sha256})

    def on_connection_close(self) -> None:
        """Drop what came of an upload that was cut off."""
        super().on_connection_close()
        self._abort()

    def on_finish(self) -> None:
        """Drop what came of an upload that failed."""
        super().on_finish()
        self._abort()

    def _claim(self) -> Request:
        viewer_id = self.get_query_argument("viewerId", "")
        return self.registry.claim(viewer_id, self.get_query_argument("requestId", ""))

    def _abort(self) -> None:
        if self._upload is not None:
            received, length = self._upload.received, self.length
            self._fail(CutShort(f"the upload was cut off after {received:,} of {length:,} bytes"))

    def _fail(self, refusal: Refused) -> None:
        self._refusal = self._refusal or refusal
        upload, self._upload = self._upload, None
        if upload is not None:
            upload.discard()
        if self._expected is not None and self.registry.fail(self._expected, refusal):
            self.relay.uploaded(self._expected)

    def _note_activity(self) -> None:
        # Else a Hub takes a server for idle while a slow upload runs.
        if time.monotonic() - self._noted > _ACTIVITY_SECONDS:
            self._noted = time.monotonic()
            self.settings["api_last_activity"] = utcnow()


ROUTES = [(r"session_bundle", SessionBundleHandler)]
