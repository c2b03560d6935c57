"""A folder that takes its place in one step, when all of it is written."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..source import DatasetError

_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
_NOT_POSSIBLE: Final = (
    errno.EINVAL,
    errno.ENOSYS,
    errno.EXDEV,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
    errno.ENOLCK,
)
_LONGEST: Final = 255


@contextmanager
def replacing_folder(folder: Path, check: Callable[[Path], None]) -> Iterator[Path]:
    """Give an empty folder to write in, which takes the place of `folder` in the end.

    It lies in a hidden one beside `folder`. What stands at `folder` stays as it is until the new
    one is complete, and goes then; who may use it may use the new one. After an error, or
    ``Ctrl-C``, the hidden folder goes; that of a process which was killed is cleared by the next
    one that writes the same folder.

    Parameters
    ----------
    folder
        Absolute, without links on the way. Its parents are made where they are missing.
    check
        Given where that what stands at `folder` lies, raises if it must stay: it is asked before
        anything is written, and again when all is, for it may be somebody's work by then.

    Raises
    ------
    DatasetError
        If another process is writing the same folder; if in the end there is something where
        nothing was; or if the folder can have no name.

    Examples
    --------
    >>> def none(at: Path) -> None:
    ...     if at.exists():
    ...         raise FileExistsError(f"{at} must stay")
    >>> with replacing_folder(Path("/data/pbmc"), none) as new:     # doctest: +SKIP
    ...     (new / "points_2d.bin").write_bytes(points)
    """
    hidden = _beside(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _mine(hidden, folder):
        old = hidden / "old"
        try:
            _clear(hidden, folder)
            check(folder)
            new = hidden / "new"
            new.mkdir()
            replace = os.path.lexists(folder)
            if replace:
                _for_the_same_people(new, folder)
            yield new
            for place in (*(Path(root) for root, _, _ in os.walk(new)), hidden):
                _keep(place)
            if replace:
                _replace(new, folder, old, check)
            else:
                _put(new, folder)
            _keep(folder.parent)
        finally:
            _put_back(old, folder)
            # What was written in vain, or what stood there before.
            shutil.rmtree(hidden, ignore_errors=True)


def _beside(folder: Path) -> Path:
    hidden = f".{folder.name}.preparing"
    if not folder.name:
        raise DatasetError(f"{str(folder)!r} is all of a disk: name a folder in it")
    if (too_many := len(os.fsencode(hidden)) - _LONGEST) > 0:
        raise DatasetError(
            f"the name of the folder {str(folder)!r} is too long by {too_many} bytes: take a "
            "shorter one"
        )
    return folder.with_name(hidden)


@contextmanager
def _mine(hidden: Path, folder: Path) -> Iterator[None]:
    """Make the hidden folder, and keep other processes from writing in it."""
    if sys.platform == "win32":
        hidden.mkdir(exist_ok=True)
        yield
        return
    import fcntl

    while True:
        hidden.mkdir(0o700, exist_ok=True)
        try:
            held = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            # Another process was done with it just now.
            continue
        try:
            # The lock ends with the process, however that ends. Some network disks have none.
            with _if_possible():
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
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)


def _put_back(old: Path, folder: Path) -> None:
    if old.is_dir() and not os.path.lexists(folder):
        os.rename(old, folder)


def _for_the_same_people(new: Path, folder: Path) -> None:
    """Let those use a folder that may use the other one, and nobody else."""
    found = os.stat(folder)
    mode = stat.S_IMODE(found.st_mode) | stat.S_IRWXU
    if hasattr(os, "chown"):
        try:
            os.chown(new, -1, found.st_gid)
        except OSError:
            # What its group may do, mine may only if everybody may.
            mode = mode & ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    with _if_possible(errno.EPERM):
        os.chmod(new, mode)


def _put(new: Path, folder: Path) -> None:
    if os.path.lexists(folder):
        raise DatasetError(f"{str(folder)!r} was made by someone else meanwhile")
    os.rename(new, folder)


def _replace(new: Path, folder: Path, old: Path, check: Callable[[Path], None]) -> None:
    check(folder)
    if not os.path.lexists(folder):
        os.rename(new, folder)
        return
    if _exchanged(new, folder):
        try:
            # Only what nobody can reach by its name any more stays as it is checked.
            check(new)
        except BaseException:
            # It is put back as soon as its place is free.
            os.rename(new, old)
            os.rename(folder, new)
            raise
        return
    # For a moment the folder is not there; it is put back if all ends in that moment.
    os.rename(folder, old)
    check(old)
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
            # Not every disk can, and those that can't may be what a person has.
            with _if_possible():
                os.fsync(held)
        finally:
            os.close(held)


@contextmanager
def _if_possible(*codes: int) -> Iterator[None]:
    """Go on where the disk, or the system, has no such thing."""
    try:
        yield
    except OSError as error:
        if error.errno not in (*_NOT_POSSIBLE, *codes):
            raise
