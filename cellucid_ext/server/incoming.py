"""One session on its way, and the HTTP requests that take turns in sending it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .errors import AlreadyClaimed, CutShort, Expired, Refused
from .requests import Request, Requests
from .upload import Upload


class Incoming:
    """One session on its way.

    Attributes
    ----------
    request, upload
        What it is for, and what is there of it.
    done
        How many parts are there to stay.
    turn
        Who sends now; None between two parts.
    begun, idle_since
        When the first bytes came, and since when nobody sends, by the server's clock.
    lock
        Held by whoever does something with the upload.
    """

    def __init__(
        self, request: Request, upload: Upload, requests: Requests, clock: Callable[[], float]
    ) -> None:
        self.request = request
        self.upload = upload
        self.done = 0
        self.turn: Turn | None = None
        self.begun = self.idle_since = clock()
        self.lock = asyncio.Lock()
        self.requests = requests
        self._clock = clock

    def give_turn(self, last: bool) -> Turn:
        """Let somebody send; whoever did so before does no longer."""
        self.turn = Turn(self, last)
        return self.turn

    def end_turn(self) -> None:
        """Wait for the next part, or for the same once more."""
        self.turn, self.idle_since = None, self._clock()
        self.request.bytes = self.upload.whole_bytes

    def answer(self) -> dict[str, Any]:
        """Say what is there to stay."""
        return {"status": "receiving", "bytes": self.upload.whole_bytes}


class Turn:
    """One HTTP request that sends a session or a part of it.

    Parameters
    ----------
    incoming
        What it is about; None if it repeats what is there already.
    last
        Whether the session is whole after it.
    answer
        What was answered before, if it is a repetition.
    """

    def __init__(
        self, incoming: Incoming | None, last: bool, answer: dict[str, Any] | None = None
    ) -> None:
        self._incoming = incoming
        self._last = last
        self._answer = answer

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        NotASession, DiskFull
            If they can't be taken.
        Expired, AlreadyClaimed
            If nobody wants them any more, or somebody else sends them.
        """
        incoming = self._incoming
        if incoming is None:
            return
        async with incoming.lock:
            self._require(incoming)
            try:
                await incoming.upload.write(chunk)
            except Refused as refusal:
                incoming.requests.fail(incoming.request, refusal)
                raise
            if incoming.turn is self:
                incoming.request.bytes = incoming.upload.received

    async def finish(self) -> dict[str, Any]:
        """Check what has come, and say what is there.

        Raises
        ------
        NotASession, BadSession, CutShort, DiskFull
            If it is not what it should be.
        Expired, AlreadyClaimed
            If nobody wants it any more, or somebody else sends it.
        """
        incoming = self._incoming
        if incoming is None:
            return self._answer or {}
        upload, request = incoming.upload, incoming.request
        async with incoming.lock:
            self._require(incoming)
            try:
                if not self._last:
                    await upload.end_part()
                    incoming.done += 1
                    incoming.end_turn()
                    return incoming.answer()
                sha256 = await upload.finish()
                incoming.requests.ready(request, upload.path, upload.received, sha256)
            except Refused as refusal:
                incoming.requests.fail(request, refusal)
                raise
        return {"status": "ok", "bytes": request.bytes, "sha256": sha256}

    def cut(self, length: int | None) -> None:
        """Note that no more comes; may be called twice, and after `finish`."""
        incoming = self._incoming
        if incoming is None or incoming.turn is not self or incoming.request.finished:
            return
        if incoming.request.parts is not None:
            incoming.end_turn()
            return
        received = incoming.upload.received
        told = f"the upload was cut off after {received:,} of {length or 0:,} bytes"
        incoming.requests.fail(incoming.request, CutShort(told))

    def _require(self, incoming: Incoming) -> None:
        if incoming.request.state == "ready":
            raise AlreadyClaimed("a session was already sent for this request")
        if incoming.request.state != "receiving":
            raise Expired(f"the request has ended: {incoming.request.error}")
        if incoming.turn is not self:
            raise AlreadyClaimed("another connection sends this part now")
