"""Requests for a session: made by a kernel, looked at by both sides, fetched by the kernel."""

from __future__ import annotations

import asyncio
import contextlib

from ...protocol import MAX_WAIT_SECONDS
from ..errors import BadRequest, Expired
from ..requests import Request
from .base import Handler, kernel_route, send_file
from .viewers import VIEWER


class RequestsHandler(Handler):
    """``viewers/{viewerId}/requests``: expect a session."""

    @kernel_route
    async def post(self, viewer_id: str) -> None:
        """Expect one session file."""
        viewer = self.registry.get(viewer_id, self.kernel_id)
        asked = self.json_object()
        request = self.requests.expect(
            viewer, asked.get("requestId", ""), asked.get("ttlSeconds", "")
        )
        self.settings["cellucid_journal"].expected(request)
        self.set_status(201)
        await self.finish({"requestId": request.request_id, "state": request.state})


class RequestHandler(Handler):
    """``viewers/{viewerId}/requests/{requestId}``: one of them."""

    @kernel_route
    async def get(self, viewer_id: str, request_id: str) -> None:
        """Describe it; ``?wait=`` seconds for it to be finished."""
        self.registry.get(viewer_id, self.kernel_id)
        wait = self._wait()
        request = self.requests.find(viewer_id, request_id)
        if wait and not request.finished:
            await self._changed(request, wait)
            request = self.requests.find(viewer_id, request_id)
        await self.finish(request.describe())

    @kernel_route
    async def delete(self, viewer_id: str, request_id: str) -> None:
        """Expect it no longer."""
        self.registry.get(viewer_id, self.kernel_id)
        self.requests.cancel(self.requests.find(viewer_id, request_id))
        self.set_status(204)
        await self.finish()

    def _wait(self) -> float:
        text = self.get_query_argument("wait", "0")
        with contextlib.suppress(ValueError):
            if 0 <= float(text) <= MAX_WAIT_SECONDS:
                return float(text)
        raise BadRequest(f"'wait' is {text!r}; it must be from 0 to {MAX_WAIT_SECONDS:g} seconds")

    async def _changed(self, request: Request, wait: float) -> None:
        finished = asyncio.Event()

        def look() -> None:
            if request.finished:
                finished.set()

        request.watchers.add(look)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(finished.wait(), wait)
        finally:
            request.watchers.discard(look)


class BundleHandler(Handler):
    """``viewers/{viewerId}/requests/{requestId}/bundle``: the file."""

    @kernel_route
    async def get(self, viewer_id: str, request_id: str) -> None:
        """Send it, and drop it once it was sent whole."""
        self.registry.get(viewer_id, self.kernel_id)
        request = self.requests.find(viewer_id, request_id)
        path = self.requests.file_of(request)
        kind = "application/octet-stream"
        try:
            await send_file(self, path, kind, lambda: self.requests.consumed(request))
        except Expired:
            self.requests.lost(request)
            self.requests.file_of(request)  # says why there is none
            raise


REQUEST = VIEWER + r"/requests/(?P<request_id>[A-Za-z0-9_-]{1,64})"

ROUTES = [
    (VIEWER + r"/requests", RequestsHandler),
    (REQUEST, RequestHandler),
    (REQUEST + r"/bundle", BundleHandler),
]
