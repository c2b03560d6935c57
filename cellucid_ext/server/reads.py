"""A page's read of the dataset, between its GET and the PUT by which the kernel answers.

The two requests meet in a queue of a few pieces: neither side is ever further ahead of the other,
so a file of any size goes through in bounded memory.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from .errors import (
    AlreadyClaimed,
    KernelGone,
    KernelTimeout,
    NoSuchReply,
    PageGone,
    Refused,
    TooMany,
)

MAX_READS_AT_ONCE: Final = 64
KERNEL_SECONDS: Final = 60.0
"""How long either side may let the other wait for the next piece."""

_PIECES: Final = 16
_REMEMBERED: Final = 256


@dataclass(frozen=True)
class Head:
    """Status and headers of an answer."""

    status: int
    headers: dict[str, str]


class Read:
    """One file on its way from the kernel to a page."""

    def __init__(self, viewer_id: str, kernel_id: str, seconds: float) -> None:
        self.reply_id = secrets.token_urlsafe(18)
        self.viewer_id = viewer_id
        self.kernel_id = kernel_id
        self._seconds = seconds
        self._head: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        self._pieces: asyncio.Queue[bytes | Refused | None] = asyncio.Queue(_PIECES)
        self._page_gone = False

    async def head(self) -> Head:
        """Wait for the beginning of the answer.

        Raises
        ------
        KernelGone, KernelTimeout
            If there will be none, or there is none in time.
        """
        try:
            return await asyncio.wait_for(self._head, self._seconds)
        except TimeoutError:
            raise KernelTimeout(
                f"the kernel did not answer within {self._seconds:g} s; it may be busy or stopped"
            ) from None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body as it arrives.

        Raises
        ------
        KernelGone, KernelTimeout
            If it ends early.
        """
        while True:
            piece = await self._next()
            if piece is None:
                return
            if isinstance(piece, Refused):
                raise piece
            yield piece

    async def _next(self) -> bytes | Refused | None:
        # To wait costs more than to pass a piece on, so what is there is taken as it is.
        if not self._pieces.empty():
            return self._pieces.get_nowait()
        try:
            return await asyncio.wait_for(self._pieces.get(), self._seconds)
        except TimeoutError:
            raise KernelTimeout("the kernel stopped in the middle of its answer") from None

    @property
    def answered(self) -> bool:
        """Whether the kernel began to answer."""
        return self._head.done()

    def answer(self, head: Head) -> None:
        """Begin the answer.

        Raises
        ------
        AlreadyClaimed
            If it was begun before.
        """
        if self._head.done():
            raise AlreadyClaimed("this read was answered before")
        self._head.set_result(head)

    async def feed(self, piece: bytes | None) -> None:
        """Add to the body, ``None`` to end it; waits while the page is behind.

        Raises
        ------
        PageGone
            If the page left, or takes nothing for too long.
        """
        try:
            if not self._page_gone and self._pieces.full():
                await asyncio.wait_for(self._pieces.put(piece), self._seconds)
            elif not self._page_gone:
                self._pieces.put_nowait(piece)
        except TimeoutError:
            self._page_gone = True
        if self._page_gone:
            raise PageGone("the page that asked for this has left")

    def fail(self, error: Refused) -> None:
        """End the answer early, for the reason given."""
        if not self._head.done():
            self._head.set_exception(error)
            self._head.exception()  # the page may have left: then nobody else looks at it
        self._drain()
        self._pieces.put_nowait(error)

    def break_off(self) -> None:
        """End the answer early, for the kernel went while it sent."""
        self.fail(KernelGone("the kernel broke off its answer"))

    def leave(self) -> None:
        """Note that the page is done or has left: a kernel that still sends is told so."""
        self._page_gone = True
        self.fail(PageGone("the page that asked for this has left"))

    def _drain(self) -> None:
        while not self._pieces.empty():
            self._pieces.get_nowait()


class Reads:
    """All reads that wait for an answer."""

    def __init__(self, seconds: float = KERNEL_SECONDS) -> None:
        self.seconds = seconds
        self._waiting: dict[str, Read] = {}
        self._left: OrderedDict[str, str] = OrderedDict()

    def begin(self, viewer_id: str, kernel_id: str) -> Read:
        """Begin a read.

        Raises
        ------
        TooMany
            If too many of this kernel are under way.
        """
        if sum(r.kernel_id == kernel_id for r in self._waiting.values()) >= MAX_READS_AT_ONCE:
            raise TooMany(f"{MAX_READS_AT_ONCE} reads are under way; try again in a moment")
        read = Read(viewer_id, kernel_id, self.seconds)
        self._waiting[read.reply_id] = read
        return read

    def end(self, read: Read) -> None:
        """Forget a read whose page is done with it, or has left; may be called twice."""
        if self._waiting.pop(read.reply_id, None) is None:
            return
        read.leave()
        self._left[read.reply_id] = read.kernel_id
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)

    def find(self, reply_id: str, kernel_id: str | None) -> Read:
        """Find the read that a kernel answers.

        Raises
        ------
        PageGone
            If the page has left.
        NoSuchReply
            If there was none, or it is another kernel's.
        """
        read = self._waiting.get(reply_id)
        if read is not None and kernel_id in (None, read.kernel_id):
            return read
        if reply_id in self._left and kernel_id in (None, self._left[reply_id]):
            raise PageGone("the page that asked for this has left, or has its answer")
        raise NoSuchReply(f"no page waits for {reply_id!r}")

    def fail_unanswered(self, kernel_id: str, why: str) -> None:
        """Tell pages not to wait for what a kernel that was lost did not begin."""
        for read in self._waiting.values():
            if read.kernel_id == kernel_id and not read.answered:
                read.fail(KernelGone(why))

    def fail_viewer(self, viewer_id: str, why: str) -> None:
        """End all reads of a viewer that ended."""
        for read in self._waiting.values():
            if read.viewer_id == viewer_id:
                read.fail(KernelGone(why))
