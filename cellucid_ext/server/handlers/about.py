"""Whether the server part is there, and what it takes."""

from __future__ import annotations

from typing import cast

from ..._version import __version__
from ...protocol import MAX_WAIT_SECONDS, PING_SECONDS, PROTOCOL, RESUME_SECONDS
from ..uploads import Uploads
from .base import Handler, browser_route, kernel_route


class HealthHandler(Handler):
    """``health``: for people and monitors."""

    @browser_route
    async def get(self) -> None:
        """Say that it works."""
        uploads = cast(Uploads, self.settings["cellucid_uploads"])
        answer = {"status": "ok", "version": __version__, "protocol": PROTOCOL}
        now = {"pendingRequests": self.requests.waiting, "uploads": uploads.under_way}
        await self.finish({**answer, "limits": self.limits.describe(), "now": now})


class InfoHandler(Handler):
    """``info``: what a client needs to know."""

    @kernel_route
    async def get(self) -> None:
        """Tell versions, limits, and times in seconds."""
        times = {
            "maxWaitSeconds": MAX_WAIT_SECONDS,
            "pingSeconds": PING_SECONDS,
            "resumeSeconds": RESUME_SECONDS,
        }
        about = {"version": __version__, "protocol": PROTOCOL}
        await self.finish({**about, **self.limits.describe(), **times})


ROUTES = [(r"health", HealthHandler), (r"info", InfoHandler)]
