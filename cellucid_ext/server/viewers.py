"""The registry: which viewers there are, and which session files are expected for them.

Plain state with an injected clock: it knows neither HTTP nor files, only whom to tell when a file
is no longer needed.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..protocol import (
    MAX_PENDING_REQUESTS,
    MAX_TTL_SECONDS,
    MAX_VIEWERS_PER_KERNEL,
    MIN_TTL_SECONDS,
    Dataset,
    Registration,
    RequestState,
)
from .errors import (
    AlreadyClaimed,
    BadRequest,
    Expired,
    NoPendingRequest,
    NoSuchViewer,
    NotReady,
    Refused,
    TooMany,
)
from .registration import ID, check_registration
from .requests import Request

VIEWER_SECONDS: Final = 24 * 3600.0
"""How long a viewer lives with neither a kernel nor a page."""

READY_SECONDS: Final = 600.0
"""How long an uploaded file waits, at least, for the kernel to fetch it."""

REMEMBER_SECONDS: Final = 3600.0
"""How long a finished request is remembered, so that it is told from one that never was."""

_MAX_REMEMBERED: Final = 4096


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
    """All viewers and requests of one server.

    Parameters
    ----------
    clock
        Seconds that never go back.
    drop_file
        Called with the path of a file that is no longer needed.

    Examples
    --------
    >>> registry = Registry(clock=lambda: 0.0, drop_file=print)
    >>> dataset = {"id": "pbmc", "name": "PBMC", "nCells": 2700, "nVars": 1838}
    >>> viewer = registry.register("k1", {"title": "PBMC", "height": 600, "dataset": dataset})
    >>> registry.expect(viewer, "r1", ttl=60).state
    'pending'
    >>> registry.claim(viewer.viewer_id, "r1").state
    'receiving'
    """

    def __init__(self, clock: Callable[[], float], drop_file: Callable[[Path], None]) -> None:
        self._clock = clock
        self._drop_file = drop_file
        self._viewers: dict[str, Viewer] = {}
        self._requests: OrderedDict[tuple[str, str], Request] = OrderedDict()

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
        if old is None and len(self.of_kernel(kernel_id)) >= MAX_VIEWERS_PER_KERNEL:
            raise TooMany(
                f"this kernel has {MAX_VIEWERS_PER_KERNEL} viewers; stop() one that is not needed"
            )
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

    def kernels(self) -> set[str]:
        """Ids of the kernels that have viewers."""
        return {viewer.kernel_id for viewer in self._viewers.values()}

    def remove(self, viewer: Viewer) -> None:
        """Forget a viewer; what was expected for it expires."""
        if self._viewers.pop(viewer.viewer_id, None) is None:
            return
        for request in list(self._requests.values()):
            if request.viewer_id == viewer.viewer_id:
                self._expire(request, "the viewer was closed")

    def expect(self, viewer: Viewer, request_id: str, ttl: float) -> Request:
        """Expect one session file for a viewer within `ttl` seconds.

        Raises
        ------
        BadRequest
            If the id or the time is not what it should be.
        AlreadyClaimed
            If the id was used before.
        TooMany
            If too many are expected already.
        """
        if not isinstance(request_id, str) or not ID.fullmatch(request_id):
            raise BadRequest("'requestId' must be 1 to 64 of the characters A-Z a-z 0-9 _ -")
        if isinstance(ttl, bool) or not isinstance(ttl, int | float):
            raise BadRequest("'ttlSeconds' must be a number")
        if not MIN_TTL_SECONDS <= ttl <= MAX_TTL_SECONDS:
            raise BadRequest(
                f"'ttlSeconds' is {ttl}; it must be between {MIN_TTL_SECONDS:g} "
                f"and {MAX_TTL_SECONDS:g}"
            )
        self.sweep()
        if (viewer.viewer_id, request_id) in self._requests:
            raise AlreadyClaimed(f"request {request_id!r} was made before")
        if sum(not r.finished for r in self._requests.values()) >= MAX_PENDING_REQUESTS:
            raise TooMany(f"{MAX_PENDING_REQUESTS} sessions are expected already")
        request = Request(
            viewer.viewer_id, request_id, viewer.kernel_id, expires=self._clock() + ttl
        )
        self._requests[viewer.viewer_id, request_id] = request
        return request

    def request(self, viewer_id: str, request_id: str) -> Request:
        """Find a request, finished or not.

        Raises
        ------
        NoPendingRequest
            If it was never made, or is forgotten.
        """
        request = self._requests.get((viewer_id, request_id))
        if request is None:
            raise NoPendingRequest("No pending session bundle request (viewerId/requestId)")
        if request.state == "pending" and self._clock() >= request.expires:
            self._expire(request, "no session came in time")
        return request

    def claim(self, viewer_id: str, request_id: str) -> Request:
        """Take a pending request for an upload; only one upload can.

        Raises
        ------
        NoPendingRequest, AlreadyClaimed, Expired
            If there is nothing to take.
        """
        request = self.request(viewer_id, request_id)
        if request.state == "expired":
            raise Expired(f"the request has ended: {request.error}")
        if request.state != "pending":
            raise AlreadyClaimed("a session was already sent for this request")
        self._change(request, "receiving")
        return request

    def ready(self, request: Request, path: Path, size: int, sha256: str) -> None:
        """Hand over the received file.

        Raises
        ------
        Expired
            If the request ended meanwhile; the file stays the caller's.
        """
        if request.state != "receiving":
            raise Expired(f"the request has ended: {request.error}")
        request.path, request.bytes, request.sha256 = path, size, sha256
        request.expires = max(request.expires, self._clock() + READY_SECONDS)
        self._change(request, "ready")

    def fail(self, request: Request, error: Refused) -> bool:
        """Note why an upload failed; says whether that was news."""
        if request.finished:
            return False
        request.error, request.expires = error, self._clock()
        self._change(request, "failed")
        return True

    def file_of(self, request: Request) -> Path:
        """Say where the received file is.

        Raises
        ------
        NotReady, Expired
            If it is not there yet, or no longer.
        """
        if not request.finished:
            raise NotReady(f"the session is {request.state}")
        if request.state == "failed":
            raise Expired(f"the upload failed: {request.error}")
        if request.path is None:
            raise Expired("the session was read already, or its time is over")
        return request.path

    def consumed(self, request: Request) -> None:
        """Drop the file, for the kernel has it whole."""
        self._drop(request)

    def cancel(self, request: Request) -> None:
        """Nobody waits any longer: nothing of the request stays."""
        self._expire(request, "it was cancelled")

    def sweep(self) -> list[Viewer]:
        """End what has outlived its time; returns viewers that nobody used for a day."""
        now = self._clock()
        for key, request in list(self._requests.items()):
            if request.finished and request.path is None:
                if now >= request.expires + REMEMBER_SECONDS:
                    del self._requests[key]
            elif request.state != "receiving" and now >= request.expires:
                waited = request.state == "ready"
                self._expire(request, "nobody fetched it" if waited else "no session came in time")
        finished = [key for key, r in self._requests.items() if r.finished and r.path is None]
        for key in finished[: max(0, len(finished) - _MAX_REMEMBERED)]:
            del self._requests[key]
        return [v for v in self._viewers.values() if now >= v.seen + VIEWER_SECONDS]

    def _expire(self, request: Request, reason: str) -> None:
        self._drop(request)
        if request.state in ("failed", "expired"):
            return
        request.error, request.expires = Expired(reason), self._clock()
        self._change(request, "expired")

    def _drop(self, request: Request) -> None:
        if request.path is not None:
            path, request.path, request.expires = request.path, None, self._clock()
            self._drop_file(path)

    def _change(self, request: Request, state: RequestState) -> None:
        request.state = state
        for watcher in list(request.watchers):
            watcher()
