"""What a new dataset folder may take the place of."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..stores.folder import IDENTITY

_DATA: Final = re.compile(
    r"""
    (dataset_identity | obs_manifest | var_manifest | connectivity_manifest | rows) \.json
    | obs_names \.txt
    | points_ \d d \.bin (\.gz)?
    | (obs | var)/[^/]+ \.(values | codes | outliers) \.\w+ (\.gz)?
    | connectivity/[^/]+ \.bin (\.gz)?
    | vectors/[^/]+ \.bin (\.gz)?
    """,
    re.VERBOSE,
)
_BESIDE: Final = re.compile(
    r"""
    state-snapshots \.json
    | [^/]+ \.cellucid-session
    | (.+/)? (\.DS_Store | Thumbs\.db)   # what a system's window of files puts everywhere
    """,
    re.VERBOSE,
)


def check_target(folder: Path, at: Path, *, overwrite: bool) -> None:
    """Refuse to write a dataset where something stands that must stay.

    Parameters
    ----------
    folder
        Where it is to be written.
    at
        Where that what stands there lies at the moment: `folder` itself, or where it was moved.
    overwrite
        Whether it may take the place of a dataset folder. Of nothing else it ever may: a folder
        with files that no dataset has could be somebody's work.

    Raises
    ------
    FileExistsError
        If it must not be written there; the message says why.

    Examples
    --------
    >>> check_target(Path("pbmc"), Path("pbmc"), overwrite=True)    # doctest: +SKIP
    """
    if not os.path.lexists(at):
        return
    if not overwrite:
        raise FileExistsError(f"{str(folder)!r} exists; overwrite=True replaces a dataset folder")
    if not at.is_dir() or not (at / IDENTITY).is_file():
        raise FileExistsError(f"{str(folder)!r} is no dataset folder, so it is not replaced")
    for path in _entries(at):
        if not is_data(path) and not _BESIDE.fullmatch(path):
            raise FileExistsError(
                f"{str(folder)!r} is not replaced, for it holds {path!r}, which is no file of a "
                "dataset: move that elsewhere first"
            )


def is_data(path: str) -> bool:
    """Say whether a file of a dataset folder is one of the data, by its path in the folder.

    Examples
    --------
    >>> is_data("obs/size.values.f32"), is_data("mine.cellucid-session"), is_data("notes.txt")
    (True, False, False)
    """
    return _DATA.fullmatch(path) is not None


def _entries(folder: Path, under: str = "") -> Iterator[str]:
    """Give the path of all that is in a folder but for the folders themselves."""
    for entry in os.scandir(folder):
        path = f"{under}{entry.name}"
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            yield from _entries(Path(entry.path), f"{path}/")
        else:
            # A link or a pipe is nothing that a dataset has.
            yield path if stat.S_ISREG(mode) else f"{path} (no file)"
