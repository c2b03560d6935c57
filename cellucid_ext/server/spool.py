"""What is received, on disk: written in worker threads, in batches, and never left behind.

Each server has a folder of its own, which it holds a lock on while it lives. A folder whose lock
is free belongs to a server that crashed, and is removed at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final, TypeVar

from ..protocol import MAX_UPLOADS_AT_ONCE, SESSION_MAGIC
from .errors import BadSession, CutShort, DiskFull, NotASession, TooMany

BATCH_BYTES: Final = 2 * 2**20
RESERVE_BYTES: Final = 64 * 2**20
"""Free space that an upload must leave to others."""

_PREFIX: Final = "cellucid-spool-"
_LOCK: Final = ".lock"
T = TypeVar("T")


class Spool:
    """The folder of received files, and the threads that write there.

    Parameters
    ----------
    parent
        Where the server's own folder is made (mode 0700); the system's temporary folder if empty.
    """

    def __init__(self, parent: str = "") -> None:
        self._parent = Path(parent or tempfile.gettempdir())
        self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._parent))
        self._lock = (self.folder / _LOCK).open("wb")
        _take_lock(self._lock)
        self._pool = ThreadPoolExecutor(MAX_UPLOADS_AT_ONCE, thread_name_prefix="cellucid-spool")
        self._uploads: set[Upload] = set()

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Run blocking work in one of the spool's threads."""
        return await asyncio.wrap_future(self._pool.submit(work, *arguments))

    def submit(self, work: Callable[..., T], *arguments: object) -> ThreadFuture[T]:
        """Begin blocking work in one of the spool's threads."""
        return self._pool.submit(work, *arguments)

    def begin(self, length: int) -> Upload:
        """Begin an upload of `length` announced bytes.

        Raises
        ------
        TooMany
            If as many as may be are under way.
        """
        if len(self._uploads) >= MAX_UPLOADS_AT_ONCE:
            raise TooMany(f"{MAX_UPLOADS_AT_ONCE} uploads are under way; try again in a moment")
        upload = Upload(self, length, self._uploads.discard)
        self._uploads.add(upload)
        return upload

    def new_path(self, suffix: str) -> Path:
        """Path of a file that is not there yet, in the server's own folder."""
        return self.folder / f"{secrets.token_hex(12)}{suffix}"

    def drop(self, path: Path) -> None:
        """Remove a file, soon, whether or not it is there."""
        with contextlib.suppress(RuntimeError):  # closed: the folder goes as a whole
            self._pool.submit(_unlink, path)

    def sweep_leftovers(self) -> int:
        """Remove the folders of servers that crashed; returns how many. Blocks."""
        removed = 0
        for folder in self._parent.glob(f"{_PREFIX}*"):
            if folder != self.folder and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def close(self) -> None:
        """Remove everything; may be called twice."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for upload in list(self._uploads):
            upload.abandon()
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Upload:
    """One session file while it arrives. `discard` may be called at any time, and twice."""

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
        self._kept = self._closed = False

    async def open(self) -> None:
        """Make the file.

        Raises
        ------
        DiskFull
            If there is no room for the announced bytes.
        """
        self._writing = self._spool.submit(self._open)
        await self._settle()

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes; waits while the disk is behind.

        Raises
        ------
        NotASession
            If the file does not begin as a session does.
        DiskFull
            If the disk is.
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

    async def finish(self) -> str:
        """Write the rest, and check that it is a whole session file; returns its SHA-256 in hex.

        Raises
        ------
        NotASession, BadSession
            If it is none, or not a whole one.
        CutShort
            If fewer bytes came than were announced.
        DiskFull
            If the disk is.
        """
        if self.received < self._length:
            raise CutShort(f"{self.received:,} of {self._length:,} announced bytes arrived")
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

    async def _write_batch(self) -> None:
        await self._settle()
        batch, self._batch, self._batched = self._batch, [], 0
        if not self._closed:
            self._writing = self._spool.submit(self._write, batch)

    async def _settle(self) -> None:
        if self._writing is not None:
            await asyncio.wrap_future(self._writing)

    def _open(self) -> None:
        free = shutil.disk_usage(self._spool.folder).free
        if free < self._length + RESERVE_BYTES:
            raise DiskFull(
                f"the server's disk has {free:,} bytes left, too few for a session of "
                f"{self._length:,}; free some, or set CellucidExtension.spool_folder"
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb", buffering=0)

    def _write(self, batch: list[bytes]) -> None:
        if self._file is None:
            return
        try:
            for chunk in batch:
                self._digest.update(chunk)
                rest = memoryview(chunk)
                while rest:
                    rest = rest[self._file.write(rest) :]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull("the server's disk became full during the upload") from error
            raise

    def _validate(self) -> None:
        from ..session import CellucidSessionBundle, SessionFormatError

        try:
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
            _unlink(self.path)


def _may_begin(data: bytes) -> bool:
    return data.startswith(SESSION_MAGIC) or SESSION_MAGIC.startswith(data)


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _is_abandoned(folder: Path) -> bool:
    """Say whether a folder is our own user's, and of a server that no longer lives."""
    try:
        about = folder.lstat()
        ours = not hasattr(os, "getuid") or about.st_uid == os.getuid()
        if not ours or not stat.S_ISDIR(about.st_mode):
            return False
        with (folder / _LOCK).open("r+b") as lock:
            _take_lock(lock)
    except OSError:
        return False
    return True


def _take_lock(file: IO[bytes]) -> None:
    """Lock a file for this process, or raise OSError if another has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
