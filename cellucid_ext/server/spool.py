"""What is received, on disk: written in worker threads, in batches, and never left behind.

Each server has a folder of its own, which it holds a lock on while it lives. A folder whose lock
is free belongs to a server that crashed, and is removed at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, Final, TypeVar

from ..protocol import MAX_UPLOADS_AT_ONCE
from .upload import Upload

_PREFIX: Final = "cellucid-spool-"
_LOCK: Final = ".lock"
T = TypeVar("T")


class Spool:
    """The folder of received files, and the threads that write there.

    Parameters
    ----------
    parent
        Where the server's own folder is made (mode 0700); the system's temporary folder if empty.
    threads
        How many write at a time: as many as there may be uploads.
    """

    def __init__(self, parent: str = "", threads: int = MAX_UPLOADS_AT_ONCE) -> None:
        self._parent = Path(parent or tempfile.gettempdir())
        self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._parent))
        self._lock = self._new_lock()
        self._making = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="cellucid-spool")
        self._uploads: set[Upload] = set()

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Run blocking work in one of the spool's threads."""
        return await asyncio.wrap_future(self._pool.submit(work, *arguments))

    def submit(self, work: Callable[..., T], *arguments: object) -> ThreadFuture[T]:
        """Begin blocking work in one of the spool's threads."""
        return self._pool.submit(work, *arguments)

    def begin(self, length: int) -> Upload:
        """Begin an upload of `length` announced bytes, or with a part of so many."""
        upload = Upload(self, length, self._uploads.discard)
        self._uploads.add(upload)
        return upload

    def make_folder(self) -> None:
        """Make the server's own folder anew, if somebody cleaned it away. Blocks.

        Raises
        ------
        OSError
            If it can't be made, or stands there as somebody else's.
        """
        with self._making:
            try:
                if _is_ours(self.folder):
                    return
            except FileNotFoundError:
                self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.folder.mkdir(mode=0o700)
                self._lock.close()
                self._lock = self._new_lock()
            else:
                raise PermissionError(errno.EACCES, "its folder is somebody else's")

    def _new_lock(self) -> IO[bytes]:
        lock = (self.folder / _LOCK).open("wb")
        _take_lock(lock)
        return lock

    def new_path(self, suffix: str) -> Path:
        """Path of a file that is not there yet, in the server's own folder."""
        return self.folder / f"{secrets.token_hex(12)}{suffix}"

    def drop(self, path: Path) -> None:
        """Remove a file, soon, whether or not it is there."""
        with contextlib.suppress(RuntimeError):  # closed: the folder goes as a whole
            self._pool.submit(partial(path.unlink, missing_ok=True))

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


def _is_abandoned(folder: Path) -> bool:
    """Say whether a folder is our own user's, and of a server that no longer lives."""
    try:
        if not _is_ours(folder):
            return False
        with (folder / _LOCK).open("r+b") as lock:
            _take_lock(lock)
    except OSError:
        return False
    return True


def _is_ours(folder: Path) -> bool:
    about = folder.lstat()
    ours = not hasattr(os, "getuid") or about.st_uid == os.getuid()
    return ours and stat.S_ISDIR(about.st_mode)


def _take_lock(file: IO[bytes]) -> None:
    """Lock a file for this process, or raise OSError if another has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
