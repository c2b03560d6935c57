"""The upload of a session by a page: streamed to disk, and never left half done."""

from __future__ import annotations

import contextlib
from typing import cast

from tornado import web

from ...protocol import MAX_PARTS
from ..errors import BadRequest, CutShort, NoLength, Refused, TooLarge
from ..incoming import Turn
from ..uploads import Part, Uploads
from .base import Handler, browser_route


@web.stream_request_body
class SessionBundleHandler(Handler):
    """``session_bundle?viewerId=&requestId=``, and ``&part=&parts=`` for one of several parts.

    Strangers, and bodies that are too large, are refused before the body. A person who is known
    but whose upload nobody expects is told so after the body was read away: proxies don't deliver
    an answer that comes while they still send.
    """

    streams_body = True

    def initialize(self) -> None:
        """Begin without an upload."""
        super().initialize()
        self._turn: Turn | None = None
        self._refusal: Refused | None = None

    @property
    def max_body_bytes(self) -> int:
        """Size of the largest session taken, or of the largest part of one."""
        in_parts = "parts" in self.request.query_arguments
        return self.limits.max_part_bytes if in_parts else self.limits.max_upload_bytes

    async def begin(self) -> None:
        """Claim the request that this upload is for."""
        viewer_id = self.get_query_argument("viewerId", "")
        request_id = self.get_query_argument("requestId", "")
        try:
            part = self._part()
        except BadRequest as refusal:
            self._refusal = refusal
            return
        try:
            await super().begin()
            if self.length is None:
                raise NoLength("an upload must say how long it is (Content-Length)")
        except (TooLarge, NoLength) as refusal:
            with contextlib.suppress(Refused):
                self._uploads.refuse(viewer_id, request_id, part, refusal)
            raise
        try:
            self._turn = await self._uploads.begin(viewer_id, request_id, self.length, part)
        except Refused as refusal:
            self._refusal = refusal

    async def data_received(self, chunk: bytes) -> None:
        """Write the next bytes, or read them away."""
        self.note_activity()
        if self._turn is not None and self._refusal is None:
            try:
                await self._turn.write(chunk)
            except Refused as refusal:
                self._refusal = refusal

    @browser_route
    async def post(self) -> None:
        """Check what has come and hand it over."""
        if self._refusal is not None or self._turn is None:
            raise self._refusal or CutShort("the upload was cut off")
        await self.finish(await self._turn.finish())

    def on_connection_close(self) -> None:
        """Drop what came of an upload that was cut off."""
        super().on_connection_close()
        self._leave()

    def on_finish(self) -> None:
        """Drop what came of an upload that failed."""
        super().on_finish()
        self._leave()

    @property
    def _uploads(self) -> Uploads:
        return cast(Uploads, self.settings["cellucid_uploads"])

    def _leave(self) -> None:
        if self._turn is not None:
            self._turn.cut(self.length)

    def _part(self) -> Part | None:
        number = self.get_query_argument("part", None)
        of = self.get_query_argument("parts", None)
        if number is None and of is None:
            return None
        counts = [_count(text) for text in (number, of)]
        if not 1 <= counts[0] <= counts[1] <= MAX_PARTS:
            raise BadRequest(
                f"'part' is {number!r} and 'parts' is {of!r}; they must be whole numbers, "
                f"1 <= part <= parts <= {MAX_PARTS:,}"
            )
        return Part(*counts)


def _count(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else 0


ROUTES = [(r"session_bundle", SessionBundleHandler)]
