"""The session files that are expected, from the moment one is asked for until it is forgotten.

Plain state with an injected clock: it knows neither HTTP nor files, only whom to tell when a
request ends and when a file is no longer needed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from ..protocol import RequestState
from .errors import (
    AlreadyClaimed,
    BadRequest,
    Expired,
    NoPendingRequest,
    NotReady,
    Refused,
    TooMany,
)
from .limits import Limits
from .registration import ID

READY_SECONDS: Final = 600.0
"""How long an uploaded file waits, at least, for the kernel to fetch it."""

REMEMBER_SECONDS: Final = 3600.0
"""How long a finished request is remembered, so that it is told from one that never was."""

_MAX_REMEMBERED: Final = 4096


class Owner(Protocol):
    """What a session is of: a viewer, most often."""

    @property
    def viewer_id(self) -> str:
        """Its name."""

    @property
    def kernel_id(self) -> str:
        """The kernel that is told of it."""


@dataclass
class Request:
    """One session file that a kernel expects.

    Attributes
    ----------
    state
        ``pending`` → ``receiving`` → ``ready`` or ``failed``; ``expired`` from any of them.
    bytes, sha256
        What has arrived so far, and its digest once it is ready.
    expected
        How many bytes it will have, about; None while nothing has come.
    path
        The file, while there is one.
    error
        Why it failed or expired.
    expires
        When that happens, or happened, by the server's clock.
    parts
        In how many parts it is sent, if it is.
    watchers
        Called whenever the state changes.
    """

    viewer_id: str
    request_id: str
    kernel_id: str
    expires: float
    state: RequestState = "pending"
    bytes: int = 0
    expected: int | None = None
    sha256: str | None = None
    path: Path | None = None
    error: Refused | None = None
    parts: int | None = None
    watchers: set[Callable[[], None]] = field(default_factory=set)

    @property
    def finished(self) -> bool:
        """Whether nothing more will arrive."""
        return self.state not in ("pending", "receiving")

    @property
    def outcome(self) -> str:
        """How it ended: ``ok``, or the code of the refusal."""
        return "ok" if self.error is None else self.error.code

    def describe(self) -> dict[str, Any]:
        """Say what the kernel and the page are told."""
        told: dict[str, Any] = {"state": self.state, "bytes": self.bytes}
        if self.state == "receiving" and self.expected is not None:
            told["expected"] = self.expected
        if self.error is not None:
            told["error"] = {"message": str(self.error), "code": self.error.code}
        if self.sha256 is not None:
            told["sha256"] = self.sha256
        return told


class Requests:
    """All requests of one server.

    Parameters
    ----------
    clock
        Seconds that never go back.
    limits
        How many there may be, and for how long.
    drop_file
        Called with the path of a file that is no longer needed.
    ended
        Called once with each request for which nothing more will arrive.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from cellucid_ext.server.viewers import Viewer
    >>> dataset = {"id": "pbmc", "name": "PBMC", "nCells": 2700, "nVars": 1838}
    >>> viewer = Viewer("v1", "token", "k1", "PBMC", 600, dataset, datetime.now(UTC), 0.0)
    >>> requests = Requests(lambda: 0.0, Limits(), drop_file=print, ended=print)
    >>> requests.expect(viewer, "r1", ttl=60).state
    'pending'
    >>> requests.claim("v1", "r1").state
    'receiving'
    """

    def __init__(
        self,
        clock: Callable[[], float],
        limits: Limits,
        drop_file: Callable[[Path], None],
        ended: Callable[[Request], None],
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._drop_file = drop_file
        self._ended = ended
        self._requests: OrderedDict[tuple[str, str], Request] = OrderedDict()

    def expect(self, viewer: Owner, request_id: str, ttl: float) -> Request:
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
        low, high = self._limits.min_ttl_seconds, self._limits.max_ttl_seconds
        if not low <= ttl <= high:
            raise BadRequest(f"'ttlSeconds' is {ttl}; it must be between {low:g} and {high:g}")
        self.sweep()
        if (viewer.viewer_id, request_id) in self._requests:
            raise AlreadyClaimed(f"request {request_id!r} was made before")
        most = self._limits.max_pending_requests
        if self.waiting >= most:
            raise TooMany(f"{most} sessions are expected already; wait until one has come")
        request = Request(
            viewer.viewer_id, request_id, viewer.kernel_id, expires=self._clock() + ttl
        )
        self._requests[viewer.viewer_id, request_id] = request
        return request

    @property
    def waiting(self) -> int:
        """How many sessions are expected, or are arriving, now."""
        return sum(not request.finished for request in self._requests.values())

    def find(self, viewer_id: str, request_id: str) -> Request:
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
        request = self.find(viewer_id, request_id)
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
            why = request.error or "the session was read already, or its time is over"
            raise Expired(str(why))
        return request.path

    def lost(self, request: Request) -> None:
        """Note that somebody else removed the file."""
        if request.path is not None:
            self._expire(request, "its file was removed from the server's spool folder")

    def consumed(self, request: Request) -> None:
        """Drop the file, for the kernel has it whole."""
        self._drop(request)

    def cancel(self, request: Request) -> None:
        """Nobody waits any longer: nothing of the request stays."""
        self._expire(request, "it was cancelled")

    def end_viewer(self, viewer_id: str) -> None:
        """Expect nothing for a viewer any longer."""
        for request in list(self._requests.values()):
            if request.viewer_id == viewer_id:
                self._expire(request, "the viewer was closed")

    def sweep(self) -> None:
        """End what has outlived its time."""
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
        news = not request.finished
        request.state = state
        for watcher in list(request.watchers):
            watcher()
        if news and request.finished:
            self._ended(request)
