"""One session file while it arrives: written in a worker thread, in batches."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future as ThreadFuture
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ..protocol import SESSION_MAGIC
from .errors import BadSession, CutShort, DiskFailed, DiskFull, NotASession

if TYPE_CHECKING:
    from .spool import Spool

BATCH_BYTES: Final = 2 * 2**20
RESERVE_BYTES: Final = 64 * 2**20
"""Free space that an upload must leave to others."""


class Upload:
    """One session file while it arrives, in one piece or in parts.

    `discard` may be called at any time, and twice; all else, by one caller at a time.

    Attributes
    ----------
    path
        The file.
    received
        How many bytes have come.
    """

    def __init__(self, spool: Spool, length: int, done: Callable[[Upload], None]) -> None:
        self.path = spool.new_path(".cellucid-session")
        self.received = 0
        self._spool = spool
        self._length = length
        self._done = done
        self._batch: list[bytes] = []
        self._batched = 0
        self._begin = b""
        self._writing: ThreadFuture[None] | None = None
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._whole = (0, b"", self._digest.copy())
        self._kept = self._closed = False

    async def open(self) -> None:
        """Make the file.

        Raises
        ------
        DiskFull, DiskFailed
            If there is no room for the announced bytes, or no file can be made.
        """
        self._writing = self._spool.submit(self._open)
        await self._settle()

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes; waits while the disk is behind.

        Raises
        ------
        NotASession
            If the file does not begin as a session does.
        DiskFull, DiskFailed
            If the disk is full, or fails otherwise.
        """
        self.received += len(chunk)
        if len(self._begin) < len(SESSION_MAGIC):
            self._begin += chunk[: len(SESSION_MAGIC)]
            if not _may_begin(self._begin):
                raise NotASession(
                    "this is no session file: it does not begin with 'CELLUCID_SESSION'"
                )
        self._batch.append(chunk)
        self._batched += len(chunk)
        if self._batched >= BATCH_BYTES:
            await self._write_batch()

    async def next_part(self, length: int) -> None:
        """Get ready for a part of `length` bytes; what came since the last whole one is undone.

        Raises
        ------
        DiskFull
            If there is no room for it.
        """
        self._batch, self._batched = [], 0
        with contextlib.suppress(DiskFull, DiskFailed):  # of what is undone
            await self._settle()
        self.received, self._begin, digest = self._whole
        self._digest, self._length = digest.copy(), self.received + length
        if not self._closed:
            self._writing = self._spool.submit(self._undo, self.received, length)
        await self._settle()

    async def first_part(self, length: int) -> None:
        """Get ready for the first part once more; all that came is undone.

        Raises
        ------
        DiskFull
            If there is no room for it.
        """
        self._whole = (0, b"", hashlib.sha256())
        await self.next_part(length)

    async def end_part(self) -> None:
        """Write the rest of a part, which then is there to stay.

        Raises
        ------
        CutShort
            If fewer bytes came than were announced.
        DiskFull, DiskFailed
            If the disk is full, or fails otherwise.
        """
        self._require_all()
        await self._write_batch()
        await self._settle()
        self._whole = (self.received, self._begin, self._digest.copy())

    @property
    def whole_bytes(self) -> int:
        """How many bytes the parts have that are there to stay."""
        return self._whole[0]

    async def finish(self) -> str:
        """Write the rest, and check that it is a whole session file; returns its SHA-256 in hex.

        Raises
        ------
        NotASession, BadSession
            If it is none, or not a whole one.
        CutShort
            If fewer bytes came than were announced.
        DiskFull, DiskFailed
            If the disk is full, or fails otherwise.
        """
        self._require_all()
        if not self._begin.startswith(SESSION_MAGIC):
            raise NotASession(f"this is no session file: it has only {self.received:,} bytes")
        await self._write_batch()
        await self._settle()
        await self._spool.run(self._validate)
        return self._digest.hexdigest()

    def keep(self) -> Path:
        """End the upload and leave its file to the caller."""
        self._kept = True
        self.discard()
        return self.path

    def discard(self) -> None:
        """End the upload; its file goes as soon as nobody writes to it, unless it was kept."""
        if self._closed:
            return
        self._closed = True
        self._batch.clear()
        self._done(self)
        with contextlib.suppress(RuntimeError):
            # The batch under way holds the file; the closing waits for it, not for the loop.
            self._spool.submit(self._close, self._writing)

    def abandon(self) -> None:
        """End the upload while the spool closes. Blocks."""
        self._closed = True
        self._done(self)
        self._close(None)

    def _require_all(self) -> None:
        if self.received < self._length:
            raise CutShort(f"{self.received:,} of {self._length:,} announced bytes arrived")

    async def _write_batch(self) -> None:
        await self._settle()
        batch, self._batch, self._batched = self._batch, [], 0
        if not self._closed:
            self._writing = self._spool.submit(self._write, batch)

    async def _settle(self) -> None:
        if self._writing is not None:
            await asyncio.wrap_future(self._writing)

    def _open(self) -> None:
        with refusing("the session"):
            self._spool.make_folder()
            self._require_room(self._length)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb", buffering=0)

    def _undo(self, size: int, length: int) -> None:
        if self._file is None:
            return
        with refusing("the session"):
            self._file.seek(size)
            self._file.truncate()
            self._require_room(length)

    def _require_room(self, length: int) -> None:
        free = shutil.disk_usage(self.path.parent).free
        if free < length + RESERVE_BYTES:
            raise DiskFull(
                f"the server's disk has {free:,} bytes left, too few for a session of "
                f"{length:,}; free some, or set CellucidExtension.spool_folder"
            )

    def _write(self, batch: list[bytes]) -> None:
        if self._file is None:
            return
        with refusing("the session"):
            for chunk in batch:
                self._digest.update(chunk)
                rest = memoryview(chunk)
                while rest:
                    rest = rest[self._file.write(rest) :]

    def _validate(self) -> None:
        from ..session import CellucidSessionBundle, SessionFormatError

        try:
            with refusing("the session"):
                CellucidSessionBundle(self.path)
        except SessionFormatError as error:
            raise BadSession(f"this session file is damaged: {error}") from error

    def _close(self, writing: ThreadFuture[None] | None) -> None:
        if writing is not None:
            writing.exception()
        file, self._file = self._file, None
        if file is not None:
            file.close()
        if not self._kept:
            with contextlib.suppress(OSError):
                self.path.unlink()


@contextlib.contextmanager
def refusing(what: str) -> Iterator[None]:
    """Refuse `what` is uploaded where the disk fails, so that whoever waits for it hears of it.

    Raises
    ------
    DiskFull, DiskFailed
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("the server's disk became full during the upload") from error
        raise DiskFailed(
            f"the server can't keep {what}: {error.strerror or type(error).__name__}; its "
            "administrator can set CellucidExtension.spool_folder"
        ) from error


def _may_begin(data: bytes) -> bool:
    return data.startswith(SESSION_MAGIC) or SESSION_MAGIC.startswith(data)
