"""A file on disk whose bytes are read when they are asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from ..source import DatasetError

# What may have taken the file's place: a pipe, which to open would wait for whoever writes into
# it, or a link to somewhere else. Windows has neither flag.
FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)


class Stored:
    """The bytes of a file, or a part of them, as a `Body`.

    They are read rather than mapped into memory: to read a mapped file that somebody cuts short
    ends the whole process. A file that changes after it was looked at is noticed by the read.

    Parameters
    ----------
    path
        Where it is; no link.
    found
        What its ``stat`` said.
    name
        What messages call it.

    Examples
    --------
    >>> body = Stored(path, path.stat(), "points_2d.bin")           # doctest: +SKIP
    >>> body[8:16].tobytes()                                        # doctest: +SKIP
    b'...'
    """

    def __init__(self, path: Path, found: os.stat_result, name: str) -> None:
        self._path, self._name = path, name
        self._version = version_of(found)
        self._start, self._stop = 0, found.st_size

    @property
    def etag(self) -> str:
        """In quotes; another one when the file was written again."""
        return '"' + "-".join(f"{part:x}" for part in self._version) + '"'

    @property
    def nbytes(self) -> int:
        """How many bytes it has."""
        return self._stop - self._start

    def __getitem__(self, part: slice, /) -> Stored:
        start, stop, step = part.indices(self.nbytes)
        if step != 1:
            raise ValueError(f"a part of a file has no steps; got {part}")
        taken = object.__new__(Stored)
        taken.__dict__.update(self.__dict__)
        taken._start, taken._stop = self._start + start, self._start + max(start, stop)
        return taken

    def __bytes__(self) -> bytes:
        return self.tobytes()

    def tobytes(self) -> bytes:
        """Read them.

        Raises
        ------
        DatasetError
            If they can't be read, or the file is no longer the one that was looked at.
        """
        try:
            with open(self._path, "rb", opener=_opener) as file:
                self._check(os.fstat(file.fileno()))
                if not is_at(file.fileno(), self._path):
                    raise self._changed()
                file.seek(self._start)
                data = file.read(self.nbytes)
                self._check(os.fstat(file.fileno()))
        except OSError as error:
            raise DatasetError(f"{self._name} can't be read: {error.strerror}") from None
        return data

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode) or version_of(found) != self._version:
            raise self._changed()

    def _changed(self) -> DatasetError:
        return DatasetError(f"{self._name} changed while it was read: try again")


def is_at(descriptor: int, path: Path) -> bool:
    """Say whether no folder on the way to a file became a link; only Linux can tell."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}") == str(path)
    except FileNotFoundError:
        return True


def _opener(path: str, flags: int) -> int:
    return os.open(path, FLAGS)


def version_of(found: os.stat_result) -> tuple[int, int, int, int]:
    """Tell a file from what is written there later."""
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev
