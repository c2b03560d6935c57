"""What this server takes, as its administrator set it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..protocol import (
    AUTOSAVE_COUNT,
    AUTOSAVE_SECONDS,
    MAX_EVENTS_BYTES,
    MAX_FRAME_BYTES,
    MAX_PARTS,
    MAX_PENDING_REQUESTS,
    MAX_TTL_SECONDS,
    MAX_UPLOAD_BYTES,
    MAX_UPLOADS_AT_ONCE,
    MAX_UPLOADS_PER_VIEWER,
    MAX_VIEWERS_PER_KERNEL,
    MIN_TTL_SECONDS,
    PART_BYTES,
)


@dataclass(frozen=True)
class Limits:
    """The limits of one server; sizes in bytes, times in seconds.

    Attributes
    ----------
    max_upload_bytes, part_bytes
        The largest session, and the largest part of one that is sent in parts.
    max_uploads_at_once, max_uploads_per_viewer
        How many may arrive at a time, on the whole server and for one viewer.
    max_viewers_per_kernel, max_pending_requests
        How many viewers a kernel may have, and how many sessions may be expected on the server.
    min_ttl_seconds, max_ttl_seconds
        How long a kernel may let the server expect a session.
    autosave_count, autosave_seconds
        How many autosaves are kept of a dataset, none if 0; and how often a page saves.

    Examples
    --------
    >>> Limits(max_upload_bytes=1000).describe()["partBytes"]
    1000
    """

    max_upload_bytes: int = MAX_UPLOAD_BYTES
    part_bytes: int = PART_BYTES
    max_uploads_at_once: int = MAX_UPLOADS_AT_ONCE
    max_uploads_per_viewer: int = MAX_UPLOADS_PER_VIEWER
    max_viewers_per_kernel: int = MAX_VIEWERS_PER_KERNEL
    max_pending_requests: int = MAX_PENDING_REQUESTS
    min_ttl_seconds: float = MIN_TTL_SECONDS
    max_ttl_seconds: float = MAX_TTL_SECONDS
    autosave_count: int = AUTOSAVE_COUNT
    autosave_seconds: int = AUTOSAVE_SECONDS

    @property
    def max_part_bytes(self) -> int:
        """Size of the largest part: never above that of a whole session."""
        return min(self.part_bytes, self.max_upload_bytes)

    def describe(self) -> dict[str, Any]:
        """Say what clients are told."""
        return {
            "maxUploadBytes": self.max_upload_bytes,
            "partBytes": self.max_part_bytes,
            "maxParts": MAX_PARTS,
            "maxEventsBytes": MAX_EVENTS_BYTES,
            "maxFrameBytes": MAX_FRAME_BYTES,
            "maxUploadsAtOnce": self.max_uploads_at_once,
            "maxUploadsPerViewer": self.max_uploads_per_viewer,
            "maxViewersPerKernel": self.max_viewers_per_kernel,
            "maxPendingRequests": self.max_pending_requests,
            "minTtlSeconds": self.min_ttl_seconds,
            "maxTtlSeconds": self.max_ttl_seconds,
            "autosaveCount": self.autosave_count,
            "autosaveSeconds": self.autosave_seconds,
        }
