"""An ``.h5ad`` or ``.h5mu`` file, played as a dataset folder while it stays on disk."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Unpack

from ..options import Options
from ..source import DatasetError
from .disk import DiskSource, Opened, name_of
from .safe_h5 import refuse_ways_out
from .watched import Watched

SUFFIXES: Final = (".h5ad", ".h5mu")


class H5adSource(DiskSource):
    """Plays an ``.h5ad`` file, or a modality of an ``.h5mu`` file: what is asked for is read.

    The file does not stay locked: who has it may write it anew, after which nothing more is read of
    it. A person may read it with anndata in the same process.

    Parameters
    ----------
    path
        The file.
    trusted
        Whether the file may have HDF5 read other files; see `refuse_ways_out`.
    options
        See `Options`; the name is the file's without its ending where it is not given.

    Raises
    ------
    DatasetError
        If it is no such file, or can't be shown: no cells, or no embedding; or if it leads to
        other files and is not trusted.

    Examples
    --------
    >>> source = H5adSource("pbmc.h5ad")                            # doctest: +SKIP
    >>> source.name                                                 # doctest: +SKIP
    'pbmc'
    """

    def __init__(
        self, path: str | os.PathLike[str], *, trusted: bool = True, **options: Unpack[Options]
    ) -> None:
        self._path, self._trusted = Path(path), trusted
        if not options.get("name"):
            options["name"] = name_of(self._path, SUFFIXES)
        super().__init__(_open(self._path, trusted), options)

    def fileno(self) -> int:
        """Give the descriptor of the file that is read."""
        return int(self._opened.root.id.get_vfd_handle())

    def refreshed(self) -> H5adSource:
        """Open the file again; see `Source.refreshed`."""
        return H5adSource(self._path, trusted=self._trusted, **self.options())


def _open(path: Path, trusted: bool) -> Opened:
    kind = f"{SUFFIXES[path.suffix.lower() == SUFFIXES[1]]} file"
    try:
        watched = Watched(path.name, [path])
        # HDF5 would wait, and Python with it, for whoever writes into a pipe.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DatasetError(f"{path.name} is no {kind}: it is a folder, a pipe or a device")
        file = _open_unlocked(path)
    except FileNotFoundError:
        raise DatasetError(f"there is no file {str(path)!r}") from None
    except OSError as error:
        if "file locking" in str(error):
            raise DatasetError(
                f"{path.name} is open already, in a way that keeps others from it: close it there, "
                f"or open it like anndata does ({error})"
            ) from None
        raise DatasetError(f"{path.name} is no {kind}: {error}") from None
    try:
        if not trusted:
            refuse_ways_out(file)
    except BaseException:
        file.close()
        raise
    return Opened(path, kind, file, watched, file.close, seen=True)


def _open_unlocked(path: Path) -> Any:
    """Open a file for reading, so that others may open it too, even to write."""
    import h5py

    try:
        # All who open a file in one process must say the same of locks, and anndata says nothing.
        file = h5py.File(path, "r")
    except OSError:
        # Another process writes into it, or a person opened it here without locks.
        return h5py.File(path, "r", locking=False)
    # Whoever else has it open in this process shares the lock, and may need it.
    if h5py.h5f.get_obj_count(file.id, h5py.h5f.OBJ_FILE) == 1:
        _unlock(file.id.get_vfd_handle())
    return file


def _unlock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # not on Windows, where HDF5 has no locks
        return
    # Not every disk knows locks.
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
