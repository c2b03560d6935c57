"""Sessions that a dataset folder brings along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ..session import CellucidSessionBundle, SessionFormatError
from ..session.snapshots import add_snapshot
from .names import distinct, file_names
from .source import DatasetError

_SUFFIX: Final = ".cellucid-session"


def check_sessions(paths: Iterable[str | os.PathLike[str]], n_cells: int) -> dict[str, Path]:
    """Check session files, and give each a name in the folder; no two are the same.

    Parameters
    ----------
    paths
        Of the files.
    n_cells
        How many cells the dataset has.

    Raises
    ------
    DatasetError
        If one is damaged, or of another number of cells.
    """
    files = [Path(path) for path in paths]
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
