"""Where autosaves stand on disk: the newest few of a dataset in a folder of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import time
from pathlib import Path
from typing import Final, NamedTuple

from .errors import BadRequest
from .registration import MAX_TEXT

_NAME: Final = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,128}")


class Place(NamedTuple):
    """Where an autosave stands: under a hash of its dataset's id, by its own name."""

    dataset: str
    name: str


def hash_of(dataset_id: str) -> str:
    """Name the folder of a dataset's autosaves: 64 hex digits.

    Raises
    ------
    BadRequest
        If the id is too long.

    Examples
    --------
    >>> hash_of("pbmc")[:12]
    '4be412c5975d'
    """
    if len(dataset_id) > MAX_TEXT:
        raise BadRequest(
            f"the id of the dataset has {len(dataset_id):,} characters; at most {MAX_TEXT:,} "
            "are taken"
        )
    return hashlib.sha256(dataset_id.encode("utf-8", "surrogatepass")).hexdigest()


def place_of(dataset_id: str, name: str) -> Place:
    """Say where an autosave stands.

    Raises
    ------
    BadRequest
        If the id is too long, or the name can't be a file's.

    Examples
    --------
    >>> place_of("pbmc", "monday").name
    'monday'
    """
    if not _NAME.fullmatch(name):
        raise BadRequest(
            f"an autosave can't be named {name[:200]!r}; its name must be 1 to 128 of the "
            "characters A-Z a-z 0-9 . _ - and not begin with a dot"
        )
    return Place(hash_of(dataset_id), name)


def newest_first(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Find the autosaves in a dataset's folder; none if there is no folder. Blocks.

    Raises
    ------
    OSError
        If the folder can't be read.
    """
    try:
        paths = list(folder.iterdir())
    except FileNotFoundError:  # nobody saved anything yet
        return []
    found = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # it became too old just now
            about = path.lstat()
            if stat.S_ISREG(about.st_mode) and _NAME.fullmatch(path.name):
                found.append((path, about))
    return sorted(found, key=lambda one: (-one[1].st_mtime_ns, one[0].name))


def put(whole: Path, path: Path, count: int) -> None:
    """Move a file to its place in one step, and keep the `count` newest there. Blocks.

    Raises
    ------
    OSError
        If it can't be put there.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with whole.open("r+b") as file:
        os.fsync(file.fileno())
    # The file system's own clock is too coarse to tell two in a row apart.
    now = time.time_ns()
    os.utime(whole, ns=(now, now))
    whole.replace(path)
    for old, _ in [one for one in newest_first(path.parent) if one[0] != path][count - 1 :]:
        old.unlink(missing_ok=True)
