"""Unfinished work that pages save, and find again."""

from __future__ import annotations

from typing import cast

from ..autosave import Autosaves
from ..incoming import Turn
from ..requests import Request
from ..uploads import Part
from .base import Handler, browser_route, hide_address, send_file
from .receiving import Receiving


class AutosavesHandler(Handler):
    """``autosaves/{datasetId}``: those of one dataset."""

    def initialize(self) -> None:
        """Begin."""
        super().initialize()
        hide_address(self, "autosaves")

    @browser_route
    async def get(self, dataset_id: str) -> None:
        """List them, newest first."""
        autosaves = cast(Autosaves, self.settings["cellucid_autosaves"])
        await self.finish({"autosaves": await autosaves.of_dataset(dataset_id)})


class AutosaveHandler(Receiving):
    """``autosaves/{datasetId}/{name}``: one of them; ``?upload=&part=&parts=`` for parts."""

    def initialize(self) -> None:
        """Begin without an upload."""
        super().initialize()
        hide_address(self, "autosaves")
        self._request: Request | None = None

    async def begin(self) -> None:
        """Look whether this upload is taken, if it is one."""
        if self.request.method == "PUT":
            await super().begin()

    async def claim(self, length: int, part: Part | None) -> Turn:
        """Begin an autosave, or go on with it."""
        dataset_id, name = self.path_kwargs["dataset_id"], self.path_kwargs["name"]
        upload_id = self.get_query_argument("upload", "")
        self._request, turn = await self._autosaves.begin(dataset_id, name, length, part, upload_id)
        return turn

    @browser_route
    async def get(self, dataset_id: str, name: str) -> None:
        """Send it."""
        path = await self._autosaves.path_of(dataset_id, name)
        await send_file(self, path, "application/octet-stream", lambda: None)

    @browser_route
    async def put(self, dataset_id: str, name: str) -> None:
        """Check what has come, and keep it once it is whole."""
        answer = await self.received()
        if answer["status"] == "ok" and self._request is not None:
            await self._autosaves.keep(self._request, dataset_id, name)
            self.set_status(201)
        await self.finish(answer)

    @property
    def _autosaves(self) -> Autosaves:
        return cast(Autosaves, self.settings["cellucid_autosaves"])


ROUTES = [
    (r"autosaves/(?P<dataset_id>[^/]+)", AutosavesHandler),
    (r"autosaves/(?P<dataset_id>[^/]+)/(?P<name>[^/]+)", AutosaveHandler),
]
