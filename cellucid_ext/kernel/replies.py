"""The server's questions for files of a dataset and for what Python sent, answered over HTTP."""

from __future__ import annotations

import logging
from typing import Any, Final

from .. import answers
from .background import in_thread
from .errors import ViewerError
from .sent import SENT
from .shown import Shown
from .transport import Transport

_REPLY_SECONDS: Final = 300.0

_logger = logging.getLogger(__name__)


class Replies:
    """Reads files in threads, a few at once for each viewer, and sends them.

    Parameters
    ----------
    wire
        Where they are sent.
    """

    def __init__(self, wire: Transport) -> None:
        self._wire = wire

    async def reply(self, shown: Shown | None, frame: dict[str, Any]) -> None:
        """Answer one ``read`` of the server; `shown` is None where the viewer is unknown."""
        path = str(frame.get("path"))
        if shown is None:
            gone = answers.failure(404, "no-such-viewer", "this kernel has no such viewer")
            await self._put(frame, gone)
            return
        headers = frame.get("range"), frame.get("ifNoneMatch")
        if path.startswith(SENT):
            async with shown.sent_reads:
                await self._put(frame, await in_thread(shown.sent.answer, path, *headers))
        else:
            async with shown.reads:
                reply = await in_thread(answers.answer, shown.source, path, *headers)
                await self._put(frame, reply)

    async def _put(self, frame: dict[str, Any], reply: answers.Reply) -> None:
        to = f"replies/{frame.get('replyId')}?status={reply.status}"
        try:
            await self._wire.put(to, reply.body, reply.headers, seconds=_REPLY_SECONDS)
        except (ViewerError, ValueError) as error:
            # The page that asked is gone, or the file changed: it asks again.
            _logger.debug("the reply for %r was not taken: %s", frame.get("path"), error)
