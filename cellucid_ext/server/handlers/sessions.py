"""What is in a session file on the server's disk."""

from __future__ import annotations

from typing import cast

from ..sessions import SessionFiles
from .base import Handler, browser_route, hide_address
from .open import require_contents


class SessionHandler(Handler):
    """``sessions/{path}``: one file, described without reading it whole."""

    def initialize(self) -> None:
        """Begin."""
        super().initialize()
        hide_address(self, "sessions")

    @browser_route
    async def get(self, path: str) -> None:
        """Describe it."""
        await require_contents(self)
        files = cast(SessionFiles, self.settings["cellucid_sessions"])
        await self.finish(await files.describe(path))


ROUTES = [(r"sessions/(?P<path>.+)", SessionHandler)]
