"""What the uploads of pages share: streamed to disk, and never left half done."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from ...protocol import MAX_PARTS
from ..errors import BadRequest, CutShort, NoLength, Refused, TooLarge
from ..incoming import Turn
from ..uploads import Part
from .base import Handler


class Receiving(Handler):
    """A session that comes as a body, or as several with ``&part=&parts=``.

    Strangers, and bodies that are too large, are refused before the body. A person who is known
    but whose upload is not taken is told so after the body was read away: proxies don't deliver
    an answer that comes while they still send.
    """

    streams_body = True

    def initialize(self) -> None:
        """Begin without an upload."""
        super().initialize()
        self._turn: Turn | None = None
        self._refusal: Refused | None = None
        self._came = 0

    async def claim(self, length: int, part: Part | None) -> Turn:
        """Begin to take a body of so many bytes, or refuse it."""
        raise NotImplementedError

    def refuse(self, part: Part | None, why: Refused) -> None:
        """Note that a body is refused before it came."""

    @property
    def max_body_bytes(self) -> int:
        """Size of the largest session taken, or of the largest part of one."""
        in_parts = "parts" in self.request.query_arguments
        return self.limits.max_part_bytes if in_parts else self.limits.max_upload_bytes

    async def begin(self) -> None:
        """Look whether this upload is taken."""
        try:
            part = self._part()
        except BadRequest as refusal:
            await super().begin()
            self._refusal = refusal
            return
        try:
            await super().begin()
            if self.length is None:
                raise NoLength("an upload must say how long it is (Content-Length)")
        except (TooLarge, NoLength) as refusal:
            with contextlib.suppress(Refused):
                self.refuse(part, refusal)
            raise
        try:
            self._turn = await self.claim(self.length, part)
        except Refused as refusal:
            self._refusal = refusal

    async def data_received(self, chunk: bytes) -> None:
        """Write the next bytes, or read them away."""
        self.note_activity()
        self._came += len(chunk)
        if self._turn is not None and self._refusal is None:
            try:
                await self._turn.write(chunk)
            except Refused as refusal:
                self._refusal = refusal

    async def received(self) -> dict[str, Any]:
        """Check what has come, and say what is there of the session.

        Raises
        ------
        Refused
            If it is not taken.
        """
        if self._refusal is not None or self._turn is None:
            raise self._refusal or CutShort("the upload was cut off")
        return await self._turn.finish()

    def on_connection_close(self) -> None:
        """Drop what came of an upload that was cut off."""
        super().on_connection_close()
        # What came whole is taken, though nobody waits for the answer any more.
        if self._came < (self.length or 0):
            self._leave()

    def on_finish(self) -> None:
        """Drop what came of an upload that failed."""
        super().on_finish()
        self._leave()

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
            told = [text and text[:20] for text in (number, of)]
            raise BadRequest(
                f"'part' is {told[0]!r} and 'parts' is {told[1]!r}; they must be whole numbers, "
                f"1 <= part <= parts <= {MAX_PARTS:,}"
            )
        return Part(*counts)


def _count(text: str | None) -> int:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,18}", text) else 0
