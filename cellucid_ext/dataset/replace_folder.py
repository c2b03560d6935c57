"""A folder that takes its place in one step, when all of it is written."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .source import DatasetError

_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
_NOT_POSSIBLE: Final = (errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.EOPNOTSUPP)


@contextmanager
def replacing_folder(folder: Path, *, replace: bool) -> Iterator[Path]:
    """Give an empty folder to write in, which takes the place of `folder` in the end.

    It lies in a hidden one beside `folder`. What stands at `folder` stays as it is until the new
    one is complete, and goes then. After an error, or ``Ctrl-C``, the hidden folder goes; that of
    a process which was killed is cleared by the next one that writes the same folder.

    Parameters
    ----------
    folder
        Absolute, without links on the way. Its parents are made where they are missing.
    replace
        Whether it may take the place of another folder.

    Raises
    ------
    DatasetError
        If another process is writing the same folder; or if, in the end, there is a folder that
        must not be replaced.

    Examples
    --------
    >>> with replacing_folder(Path("/data/pbmc"), replace=False) as new:    # doctest: +SKIP
    ...     (new / "points_2d.bin").write_bytes(points)
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    hidden = folder.with_name(f".{folder.name}.preparing")
    with _mine(hidden, folder):
        old = hidden / "old"
        try:
            _clear(hidden, folder)
            new = hidden / "new"
            new.mkdir()
            yield new
            for place in (*(Path(root) for root, _, _ in os.walk(new)), hidden):
                _keep(place)
            _put(new, folder, old, replace)
            _keep(folder.parent)
        finally:
            _put_back(old, folder)
            # What was written in vain, or what stood there before.
            shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def _mine(hidden: Path, folder: Path) -> Iterator[None]:
    """Make the hidden folder, and keep other processes from writing in it."""
    if sys.platform == "win32":
        hidden.mkdir(exist_ok=True)
        yield
        return
    import fcntl

    while True:
        hidden.mkdir(exist_ok=True)
        try:
            held = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            # Another process was done with it just now.
            continue
        try:
            # The lock ends with the process, however that ends.
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is(hidden, held):
                yield
                return
        except BlockingIOError:
            raise DatasetError(
                f"another process is writing {str(folder)!r}: wait until it is done"
            ) from None
        finally:
            os.close(held)


def _is(path: Path, held: int) -> bool:
    """Say whether nobody has put the open folder away meanwhile."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(held))
    except FileNotFoundError:
        return False


def _clear(hidden: Path, folder: Path) -> None:
    _put_back(hidden / "old", folder)
    for entry in os.scandir(hidden):
        shutil.rmtree(entry)


def _put_back(old: Path, folder: Path) -> None:
    if old.is_dir() and not os.path.lexists(folder):
        os.rename(old, folder)


def _put(new: Path, folder: Path, old: Path, replace: bool) -> None:
    if not replace:
        if os.path.lexists(folder):
            raise DatasetError(f"{str(folder)!r} was made by someone else meanwhile")
        os.rename(new, folder)
    elif not os.path.lexists(folder):
        os.rename(new, folder)
    elif not _exchanged(new, folder):
        # For a moment the folder is not there; it is put back if all ends in that moment.
        os.rename(folder, old)
        os.rename(new, folder)


def _exchanged(new: Path, folder: Path) -> bool:
    """Let two folders change places in one step; only Linux can, and not on every disk."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if sys.platform != "linux" or rename is None:
        return False
    if not rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(folder), _EXCHANGE):
        return True
    code = ctypes.get_errno()
    if code in _NOT_POSSIBLE:
        return False
    raise OSError(code, os.strerror(code), str(folder))


def _keep(folder: Path) -> None:
    """Have the names in a folder outlive a power failure."""
    if sys.platform != "win32":
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(held)
        finally:
            os.close(held)
