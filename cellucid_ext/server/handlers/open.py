"""Files of a dataset that lies on the server's disk, with no kernel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, cast

from jupyter_core.utils import ensure_async

from ..errors import Forbidden, PageGone
from ..open import OpenDatasets
from .base import Handler, browser_route, hide_address
from .files import FileHandler, check_path

_PEER_SECONDS: Final = 60.0


class OpenHandler(FileHandler):
    """``open/{dataset}/-/{path}``: one file, or a part of it.

    What stands before the last ``/-/`` says where the dataset is: no file of a dataset has a
    folder of that name in its path.
    """

    def initialize(self) -> None:
        """Begin without an answer."""
        super().initialize()
        self._answering: asyncio.Task[None] | None = None
        hide_address(self, "open")

    @browser_route
    async def get(self, path: str, dataset: str = "") -> None:
        """Read the file and send it."""
        check_path(path)
        await require_contents(self)
        self._answering = asyncio.create_task(self._answer(dataset, path))
        try:
            await self._answering
        except asyncio.CancelledError:
            raise PageGone("the page that asked for this has left") from None

    def on_connection_close(self) -> None:
        """Do nothing more for a page that has left: others wait."""
        super().on_connection_close()
        if self._answering is not None:
            self._answering.cancel()

    async def _answer(self, dataset: str, path: str) -> None:
        datasets = cast(OpenDatasets, self.settings["cellucid_open"])
        root = self.get_query_argument("root", None)
        modality = self.get_query_argument("modality", None)
        async with datasets.answer(dataset, root, path, self.asked(), modality) as answer:
            headers = {**answer.headers, "Content-Length": str(answer.nbytes)}
            pieces = self._noted(answer.pieces)
            await self.send(path, answer.status, headers, pieces, _PEER_SECONDS)

    async def _noted(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self.note_activity()
            yield piece


async def require_contents(handler: Handler) -> None:
    """Refuse whom the authorizer does not let read files.

    To read files of the server is what its contents are about, under whatever address.
    """
    if not await ensure_async(
        handler.authorizer.is_authorized(handler, handler.current_user, "read", "contents")
    ):
        raise Forbidden("you are not allowed to read files here")


ROUTES = [
    (r"open/(?P<dataset>.+)/-/(?P<path>.+)", OpenHandler),
    (r"open/-/(?P<path>.+)", OpenHandler),
]
