"""Files of a dataset that lies on the server's disk, with no kernel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final, cast

from jupyter_core.utils import ensure_async

from ..errors import BadDataset, Forbidden
from ..open import OpenDatasets
from .base import browser_route, hide_address
from .files import FileHandler, check_path

if TYPE_CHECKING:
    from ...dataset.source import Body

_PIECE_BYTES: Final = 2**20
_PEER_SECONDS: Final = 60.0


class OpenHandler(FileHandler):
    """``open/{dataset}/-/{path}``: one file, or a part of it.

    What stands before the last ``/-/`` says where the dataset is: no file of a dataset has a
    folder of that name in its path.
    """

    def initialize(self) -> None:
        """Begin."""
        super().initialize()
        hide_address(self, "open")

    @browser_route
    async def get(self, path: str, dataset: str = "") -> None:
        """Read the file and send it."""
        check_path(path)
        # To read files of the server is what its contents are about, under whatever address.
        if not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", "contents")
        ):
            raise Forbidden("you are not allowed to read files here")
        datasets = cast(OpenDatasets, self.settings["cellucid_open"])
        reply = await datasets.answer(
            dataset,
            self.get_query_argument("root", None),
            path,
            self.asked("Range"),
            self.asked("If-None-Match"),
        )
        headers = {**reply.headers, "Content-Length": str(reply.body.nbytes)}
        pieces = self._pieces_of(datasets, reply.body)
        await self.send(path, reply.status, headers, pieces, _PEER_SECONDS)

    async def _pieces_of(self, datasets: OpenDatasets, body: Body) -> AsyncIterator[bytes]:
        for start in range(0, body.nbytes, _PIECE_BYTES):
            self.note_activity()
            try:
                piece = await datasets.run(body[start : start + _PIECE_BYTES].tobytes)
            except ValueError as error:
                raise BadDataset(str(error)) from None
            yield piece


ROUTES = [
    (r"open/(?P<dataset>.+)/-/(?P<path>.+)", OpenHandler),
    (r"open/-/(?P<path>.+)", OpenHandler),
]
