"""The registry: which viewers there are. Plain state with an injected clock; it knows no HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..protocol import Dataset, Registration
from .errors import NoSuchViewer, TooMany
from .limits import Limits
from .registration import check_registration

VIEWER_SECONDS: Final = 24 * 3600.0
"""How long a viewer lives with neither a kernel nor a page."""


@dataclass
class Viewer:
    """One viewer of one kernel.

    Attributes
    ----------
    viewer_id, token
        Its name, unguessable; and what a page that embeds it must show to command it.
    kernel_id
        The kernel it belongs to.
    title, height, dataset
        What the kernel said of it; the height in CSS pixels.
    created
        When it was registered.
    seen
        When either side was last heard of, by the registry's clock.
    last_event
        Type of the last event of a page.
    """

    viewer_id: str
    token: str
    kernel_id: str
    title: str
    height: int
    dataset: Dataset
    created: datetime
    seen: float
    last_event: str | None = None


class Registry:
    """All viewers of one server.

    Parameters
    ----------
    clock
        Seconds that never go back.
    limits
        How many a kernel may have.

    Examples
    --------
    >>> registry = Registry(clock=lambda: 0.0, limits=Limits())
    >>> dataset = {"id": "pbmc", "name": "PBMC", "nCells": 2700, "nVars": 1838}
    >>> viewer = registry.register("k1", {"title": "PBMC", "height": 600, "dataset": dataset})
    >>> registry.get(viewer.viewer_id, kernel_id="k1").title
    'PBMC'
    """

    def __init__(self, clock: Callable[[], float], limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._viewers: dict[str, Viewer] = {}

    def register(self, kernel_id: str, registration: Registration) -> Viewer:
        """Add a viewer, or take up one that the kernel had before this server forgot it.

        Raises
        ------
        BadRequest
            If a field is missing or not what it should be; says which.
        NoSuchViewer
            If the id is another kernel's.
        TooMany
            If the kernel has as many viewers as it may.
        """
        given = check_registration(registration)
        viewer_id = given.get("viewerId") or secrets.token_urlsafe(18)
        old = self._viewers.get(viewer_id)
        if old is not None and old.kernel_id != kernel_id:
            raise NoSuchViewer(f"viewer {viewer_id!r} is not this kernel's")
        most = self._limits.max_viewers_per_kernel
        if old is None and len(self.of_kernel(kernel_id)) >= most:
            raise TooMany(f"this kernel has {most} viewers; stop() one that is not needed")
        viewer = Viewer(
            viewer_id,
            old.token if old else secrets.token_urlsafe(24),
            kernel_id,
            given["title"],
            given["height"],
            given["dataset"],
            old.created if old else datetime.now(UTC),
            self._clock(),
            old.last_event if old else None,
        )
        self._viewers[viewer_id] = viewer
        return viewer

    def get(self, viewer_id: str, kernel_id: str | None = None) -> Viewer:
        """Find a viewer; for a kernel, only one of its own.

        Raises
        ------
        NoSuchViewer
            If there is none; the same for another kernel's.
        """
        viewer = self._viewers.get(viewer_id)
        if viewer is None or kernel_id not in (None, viewer.kernel_id):
            raise NoSuchViewer(f"there is no viewer {viewer_id!r}; run its cell again")
        viewer.seen = self._clock()
        return viewer

    def of_kernel(self, kernel_id: str | None) -> list[Viewer]:
        """Viewers of one kernel, or of all."""
        return [v for v in self._viewers.values() if kernel_id in (None, v.kernel_id)]

    def remove(self, viewer: Viewer) -> None:
        """Forget a viewer; may be called twice."""
        self._viewers.pop(viewer.viewer_id, None)

    def unused(self) -> list[Viewer]:
        """Viewers that nobody used for a day."""
        now = self._clock()
        return [v for v in self._viewers.values() if now >= v.seen + VIEWER_SECONDS]
