"""Whether the server part is there, and what it takes."""

from __future__ import annotations

from typing import Any

from ..._version import __version__
from ...protocol import (
    MAX_EVENTS_BYTES,
    MAX_FRAME_BYTES,
    MAX_PENDING_REQUESTS,
    MAX_TTL_SECONDS,
    MAX_UPLOADS_AT_ONCE,
    MAX_VIEWERS_PER_KERNEL,
    MAX_WAIT_SECONDS,
    MIN_TTL_SECONDS,
    PING_SECONDS,
    PROTOCOL,
    RESUME_SECONDS,
)
from .base import Handler, browser_route, kernel_route


def _limits(max_upload_bytes: int) -> dict[str, Any]:
    return {
        "maxUploadBytes": max_upload_bytes,
        "maxEventsBytes": MAX_EVENTS_BYTES,
        "maxFrameBytes": MAX_FRAME_BYTES,
        "maxUploadsAtOnce": MAX_UPLOADS_AT_ONCE,
        "maxViewersPerKernel": MAX_VIEWERS_PER_KERNEL,
        "maxPendingRequests": MAX_PENDING_REQUESTS,
        "minTtlSeconds": MIN_TTL_SECONDS,
        "maxTtlSeconds": MAX_TTL_SECONDS,
    }


class HealthHandler(Handler):
    """``health``: for people and monitors."""

    @browser_route
    async def get(self) -> None:
        """Say that it works."""
        limits = _limits(self.max_upload_bytes)
        answer = {"status": "ok", "version": __version__, "protocol": PROTOCOL, "limits": limits}
        await self.finish(answer)


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
        await self.finish({**about, **_limits(self.max_upload_bytes), **times})


ROUTES = [(r"health", HealthHandler), (r"info", InfoHandler)]
