"""The server's questions for files of a dataset, answered over HTTP."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from . import reads
from .background import in_thread
from .errors import ViewerError
from .shown import Shown
from .wire import Transport

READS_AT_ONCE: Final = 4

_REPLY_SECONDS: Final = 300.0

_logger = logging.getLogger(__name__)


class Replies:
    """Reads files in threads, a few at once, and sends them.

    Parameters
    ----------
    wire
        Where they are sent.
    """

    def __init__(self, wire: Transport) -> None:
        self._wire = wire
        self._places = asyncio.Semaphore(READS_AT_ONCE)

    async def reply(self, shown: Shown | None, frame: dict[str, Any]) -> None:
        """Answer one ``read`` of the server; `shown` is None where the viewer is unknown."""
        async with self._places:
            path = str(frame.get("path"))
            if shown is None:
                reply = reads.failure(404, "no-such-viewer", "this kernel has no such viewer")
            else:
                reply = await in_thread(
                    reads.answer, shown.source, path, frame.get("range"), frame.get("ifNoneMatch")
                )
            to = f"replies/{frame.get('replyId')}?status={reply.status}"
            try:
                await self._wire.put(to, reply.body, reply.headers, seconds=_REPLY_SECONDS)
            except ViewerError as error:
                # The page that asked is gone, or asks again.
                _logger.debug("the reply for %r was not taken: %s", path, error)
