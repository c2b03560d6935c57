"""Sessions that a dataset folder brings along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ...session import CellucidSessionBundle, SessionFormatError
from ...session.snapshots import add_snapshot
from ..contents.names import distinct, file_names
from ..source import DatasetError

_SUFFIX: Final = ".cellucid-session"


def session_files(given: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Take the paths of session files.

    Raises
    ------
    TypeError
        If they are something else, such as one path instead of a list.

    Examples
    --------
    >>> [file.name for file in session_files(["here/labels.cellucid-session"])]
    ['labels.cellucid-session']
    """
    one = isinstance(given, str | bytes | os.PathLike)
    files = list(given) if isinstance(given, Iterable) and not one else None
    if files is None or not all(isinstance(path, str | os.PathLike) for path in files):
        raise TypeError(
            f"sessions is {given!r}; it must be a list of paths, such as "
            "['labels.cellucid-session']"
        )
    return [Path(path) for path in files]


def check_sessions(files: Sequence[Path], n_cells: int) -> dict[str, Path]:
    """Check session files, and give each a name in the folder; no two are the same.

    Parameters
    ----------
    files
        Their paths.
    n_cells
        How many cells the dataset has.

    Raises
    ------
    DatasetError
        If one is damaged, or of another number of cells.
    """
    for file in files:
        try:
            bundle = CellucidSessionBundle(file)
        except SessionFormatError as error:
            raise DatasetError(f"the session {str(file)!r} is damaged: {error}") from error
        if bundle.n_cells not in (None, n_cells):
            raise DatasetError(
                f"the session {str(file)!r} is of {bundle.n_cells:,} cells; the dataset has "
                f"{n_cells:,}"
            )
    stems = distinct(file.name.removesuffix(_SUFFIX) for file in files)
    names = file_names(stems).values()
    return {f"{name}{_SUFFIX}": file for name, file in zip(names, files, strict=True)}


def add_sessions(folder: Path, sessions: Mapping[str, Path]) -> None:
    """Copy sessions into a dataset folder, which opens with the last one."""
    for name, file in sessions.items():
        shutil.copyfile(file, folder / name)
        with (folder / name).open("rb") as copied:
            os.fsync(copied.fileno())
        add_snapshot(folder, name)
