"""The routes, one file a resource."""

from __future__ import annotations

from typing import Any

from ...protocol import NAMESPACE
from . import about, autosaves, bundles, channels, data, events, page, requests, sessions, viewers
from . import open as opened

ROUTES: list[tuple[str, type[Any]]] = [
    (f"/{NAMESPACE}/{pattern}", handler)
    for room in (
        *(about, viewers, requests, bundles, autosaves, events, data, opened, sessions),
        *(channels, page),
    )
    for pattern, handler in room.ROUTES
]
"""Patterns under the server's base URL, and who handles them."""
