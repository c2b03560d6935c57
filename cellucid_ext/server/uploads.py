"""Who may upload what: a session in one piece, or in parts that follow each other.

A part that was cut off can be sent again. One that is repeated, for its answer was lost, gets the
same answer and is not written twice; but the first one always begins anew, for whoever sends it may
have something else to send than what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from ..protocol import RESUME_SECONDS
from .errors import BadRequest, CutShort, OutOfOrder, Refused, TooLarge, TooMany
from .incoming import Incoming, Turn
from .limits import Limits
from .requests import Request, Requests
from .spool import Spool

SLOWEST_BYTES_PER_SECOND: Final = 50_000
"""Pace of an upload that may outlast the time of its request; a slower one would hold its place."""


class Part(NamedTuple):
    """Which part of how many, counted from 1."""

    number: int
    of: int


class Uploads:
    """All uploads of one server that are under way.

    Parameters
    ----------
    spool
        Where they are written.
    requests
        What is expected.
    limits
        How many there may be, and how large.
    clock
        Seconds that never go back.
    """

    def __init__(
        self, spool: Spool, requests: Requests, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self._spool = spool
        self._requests = requests
        self._limits = limits
        self.clock = clock
        self._underway: dict[tuple[str, str], Incoming] = {}

    @property
    def under_way(self) -> int:
        """How many there are now."""
        return len(self._underway)

    async def begin(
        self, viewer_id: str, request_id: str, length: int, part: Part | None = None
    ) -> Turn:
        """Begin a session of `length` bytes, or a part of one.

        Raises
        ------
        NoPendingRequest, AlreadyClaimed, Expired
            If it is not expected, or no longer.
        OutOfOrder
            If another part is to come first.
        TooMany
            If as many uploads as may be are under way; then it is still expected.
        BadRequest, TooLarge, DiskFull
            If the parts don't fit each other, or don't fit here.
        """
        incoming = self._underway.get((viewer_id, request_id)) if part is not None else None
        if incoming is None or part is None:
            return await self._first(viewer_id, request_id, length, part)
        async with incoming.lock:
            if not incoming.request.finished:
                return await self._next(incoming, length, part)
        return await self._first(viewer_id, request_id, length, part)

    def refuse(self, viewer_id: str, request_id: str, part: Part | None, why: Refused) -> None:
        """Note that what is expected can't be taken, so that nobody waits for it.

        Raises
        ------
        NoPendingRequest
            If nothing is expected.
        """
        request = self._requests.find(viewer_id, request_id)
        if request.state == "pending" or (part is not None and request.parts == part.of):
            self._requests.fail(request, why)

    def sweep(self) -> None:
        """End uploads in parts of which nothing more comes, and late ones that hardly move."""
        now = self.clock()
        long_ago = now - RESUME_SECONDS
        for incoming in list(self._underway.values()):
            request, took = incoming.request, now - incoming.begun
            if incoming.turn is None and incoming.idle_since <= long_ago:
                done, parts = incoming.done, request.parts
                why = f"no part came in {RESUME_SECONDS:g} s, after {done} of {parts}"
                self._requests.fail(request, CutShort(why))
            elif now >= request.expires and request.bytes < took * SLOWEST_BYTES_PER_SECOND:
                why = f"only {request.bytes:,} bytes came in {took:.0f} s, and its time is over"
                self._requests.fail(request, CutShort(why))

    async def _first(self, viewer_id: str, request_id: str, length: int, part: Part | None) -> Turn:
        request = self._requests.find(viewer_id, request_id)
        if part is not None and request.parts == part.of:
            if request.state == "failed" and request.error is not None:
                raise request.error
            if request.state == "ready" and part.number == part.of:
                return Turn(None, False, answer_of(request))
        if request.state == "pending":
            self._require_place(viewer_id)
            if part is not None and part.number != 1:
                raise OutOfOrder(part.number, part.of, 1)
        self._requests.claim(viewer_id, request_id)
        request.parts = None if part is None else part.of
        request.expected = length * (request.parts or 1)
        incoming = Incoming(request, self._spool.begin(length), self._requests, self.clock)
        self._underway[viewer_id, request_id] = incoming
        request.watchers.add(partial(self._look, incoming))
        async with incoming.lock:
            turn = incoming.give_turn(part is None or part.of == 1)
            await self._or_fail(incoming, incoming.upload.open())
        return turn

    async def _next(self, incoming: Incoming, length: int, part: Part) -> Turn:
        if part.number == 1:
            return await self._anew(incoming, length, part)
        if part.of != incoming.request.parts:
            raise BadRequest(
                f"'parts' is {part.of}, but the session was begun in {incoming.request.parts}"
            )
        if part.number == incoming.done:
            return Turn(None, False, incoming.answer())
        if part.number != incoming.done + 1:
            raise OutOfOrder(part.number, part.of, incoming.done + 1)
        most, size = self._limits.max_upload_bytes, incoming.upload.whole_bytes + length
        if size > most:
            refusal = TooLarge(f"the parts have {size:,} bytes; at most {most:,} are taken")
            self._requests.fail(incoming.request, refusal)
            raise refusal
        turn = incoming.give_turn(part.number == part.of)
        await self._or_fail(incoming, incoming.upload.next_part(length))
        return turn

    async def _anew(self, incoming: Incoming, length: int, part: Part) -> Turn:
        request = incoming.request
        incoming.done, request.parts, request.expected = 0, part.of, length * part.of
        turn = incoming.give_turn(part.of == 1)
        await self._or_fail(incoming, incoming.upload.first_part(length))
        return turn

    async def _or_fail(self, incoming: Incoming, work: Any) -> None:
        try:
            await work
        except Refused as refusal:
            self._requests.fail(incoming.request, refusal)
            raise

    def _require_place(self, viewer_id: str) -> None:
        at_once, per_viewer = self._limits.max_uploads_at_once, self._limits.max_uploads_per_viewer
        if sum(viewer_id == viewer for viewer, _ in self._underway) >= per_viewer:
            raise TooMany(
                f"{per_viewer} uploads of this viewer are under way; try again in a moment"
            )
        if len(self._underway) >= at_once:
            raise TooMany(f"{at_once} uploads are under way; try again in a moment")

    def _look(self, incoming: Incoming) -> None:
        request = incoming.request
        if not request.finished:
            return
        if self._underway.pop((request.viewer_id, request.request_id), None) is not None:
            if request.state == "ready":
                incoming.upload.keep()
            else:
                incoming.upload.discard()


def answer_of(request: Request) -> dict[str, Any]:
    """Say that a session is there."""
    return {"status": "ok", "bytes": request.bytes, "sha256": request.sha256}
