"""Viewers: registered by kernels, listed for both sides, and commanded."""

from __future__ import annotations

from typing import cast

from ...protocol import Registration
from ..errors import BadRequest
from .base import Handler, kernel_route


class ViewersHandler(Handler):
    """``viewers``: list, register."""

    @kernel_route
    async def get(self) -> None:
        """List viewers: a kernel's own, or all for a person."""
        viewers = self.registry.of_kernel(self.kernel_id)
        await self.finish({"viewers": [self.relay.describe(viewer) for viewer in viewers]})

    @kernel_route
    async def post(self) -> None:
        """Register a viewer."""
        if self.kernel_id is None:
            raise BadRequest("say which kernel registers: header 'X-Cellucid-Kernel'")
        viewer = self.registry.register(self.kernel_id, cast(Registration, self.json_object()))
        self.relay.connections.await_kernel(self.kernel_id)
        self.settings["cellucid_kernels"].watch(self.kernel_id)
        self.settings["cellucid_journal"].registered(viewer)
        self.set_status(201)
        await self.finish({"viewerId": viewer.viewer_id, "viewerToken": viewer.token})


class ViewerHandler(Handler):
    """``viewers/{viewerId}``: one of them."""

    @kernel_route
    async def get(self, viewer_id: str) -> None:
        """Describe it."""
        await self.finish(self.relay.describe(self.registry.get(viewer_id, self.kernel_id)))

    @kernel_route
    async def delete(self, viewer_id: str) -> None:
        """Close it."""
        self.relay.end_viewer(self.registry.get(viewer_id, self.kernel_id), "closed")
        self.set_status(204)
        await self.finish()


class CommandsHandler(Handler):
    """``viewers/{viewerId}/commands``: from the kernel to the pages."""

    @kernel_route
    async def post(self, viewer_id: str) -> None:
        """Pass a command on."""
        viewer = self.registry.get(viewer_id, self.kernel_id)
        command = self.json_object()
        command.pop("seq", None)
        kind = command.get("type")
        if not isinstance(kind, str) or not 0 < len(kind) <= 64:
            raise BadRequest("a command needs a short text in 'type'")
        self.set_status(202)
        await self.finish({"delivered": self.relay.command(viewer, command)})


VIEWER = r"viewers/(?P<viewer_id>[A-Za-z0-9_-]{1,64})"

ROUTES = [
    (r"viewers", ViewersHandler),
    (VIEWER, ViewerHandler),
    (VIEWER + r"/commands", CommandsHandler),
]
