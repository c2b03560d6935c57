"""The server's questions for files of a dataset and for what Python sent, answered over HTTP."""

from __future__ import annotations

import logging
from typing import Any, Final

from .. import answers
from .background import in_thread
from .current import Current
from .errors import ViewerError, ViewerStopped
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
            await self._put(frame, _no_such_viewer())
            return
        asked = answers.Asked.of(frame)
        if path.startswith(SENT):
            async with shown.sent_reads:
                reply = await in_thread(shown.sent.answer, path, asked)
        else:
            async with shown.reads:
                reply = await in_thread(_read, shown.current, path, asked)
        # Not in that place: a page that sleeps would keep the others of its viewer waiting.
        await self._put(frame, reply)

    async def _put(self, frame: dict[str, Any], reply: answers.Reply) -> None:
        to = f"replies/{frame.get('replyId')}?status={reply.status}"
        try:
            await self._wire.put(to, reply.body, reply.headers, seconds=_REPLY_SECONDS)
        except (ViewerError, ValueError) as error:
            # The page that asked is gone, or the file changed: it asks again.
            _logger.debug("the reply for %r was not taken: %s", frame.get("path"), error)


def _read(current: Current, path: str, asked: answers.Asked) -> answers.Reply:
    try:
        with current.reading() as source:
            return answers.answer(source, path, asked)
    except ViewerStopped:
        return _no_such_viewer()


def _no_such_viewer() -> answers.Reply:
    return answers.failure(404, "no-such-viewer", "this kernel has no such viewer")
