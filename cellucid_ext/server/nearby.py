"""Datasets that lie near a session file and may be those it was made on: a look, not a search."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from ..json_text import read_json
from ..session.shown import shown
from .errors import NotFound
from .roots import Roots

LOOKED_AT: Final = 200
"""How many entries of folders are looked at, in all."""

_IDENTITY: Final = "dataset_identity.json"
_MAX_IDENTITY_BYTES: Final = 2**20
_FILE: Final = ".h5ad"
_DERIVED: Final = re.compile(r"(.+)-[0-9a-f]{12}")
_UNSURE: Final = re.compile("[^a-z0-9]+")


def datasets_near(
    roots: Roots, path: str, dataset_id: str | None, order: str | None
) -> list[dict[str, Any]]:
    """Find a dataset beside a file, one level below or one above it, or around it.

    Looks at the disk, so it is not for the event loop.

    Parameters
    ----------
    roots
        What may be read.
    path
        Of the file, below the server's root.
    dataset_id
        Which dataset is wanted; None where the session does not say.
    order
        The hash of its cells' names in their order, which says it then; None without names.

    Returns
    -------
    list of dict
        ``path`` below the root, ``name``, and whether it is ``certain``; those that are, first.
    """
    found: list[dict[str, Any]] = []
    for at in _around(roots, path):
        if at.endswith(_FILE):
            # Its id stands for its cells and genes, which only HDF5 could read, and this process
            # must not; see `readers`. But it begins with a name, mostly the file's. The page that
            # opens it compares the cells.
            name = at.rpartition("/")[2]
            if _alike(name.removesuffix(_FILE), dataset_id):
                found.append({"path": at, "name": shown(name), "certain": False})
        elif _is_of(identity := _identity(roots, at), dataset_id, order):
            found.append({"path": at, "name": shown(identity.get("name")), "certain": True})
    return sorted(found, key=lambda one: not one["certain"])


def _around(roots: Roots, path: str) -> Iterator[str]:
    """Give paths of folders, and of files that may be datasets; the nearest first."""
    folder = path.rpartition("/")[0]
    yield folder
    left = LOOKED_AT
    waiting = [folder, *([folder.rpartition("/")[0]] if folder else [])]
    below = True
    while waiting and left > 0:
        outer = waiting.pop(0)
        folders, files, looked = _entries(roots, outer, left)
        left -= looked
        yield from files
        yield from (one for one in folders if one != folder)
        if below:
            waiting += folders
            below = False


def _entries(roots: Roots, folder: str, most: int) -> tuple[list[str], list[str], int]:
    """List a folder: folders in it, files that may be datasets, and how many were looked at."""
    try:
        with os.scandir(roots.find(folder)) as entries:
            looked = list(islice(entries, most))
    except (NotFound, OSError):
        return [], [], 0
    seen = [entry for entry in looked if not entry.name.startswith(".")]
    folders = sorted(_join(folder, one.name) for one in seen if one.is_dir())
    files = [one.name for one in seen if one.name.endswith(_FILE) and one.is_file()]
    return folders, sorted(_join(folder, name) for name in files), len(looked)


def _identity(roots: Roots, folder: str) -> dict[str, Any]:
    """Read what a dataset folder says it is; nothing where it is none."""
    try:
        file = roots.find(_join(folder, _IDENTITY))
        # To open a pipe would wait for whoever writes into it.
        if not file.is_file() or file.stat().st_size > _MAX_IDENTITY_BYTES:
            return {}
        identity = read_json(file.read_bytes(), _IDENTITY)
    except (NotFound, OSError, ValueError):
        return {}
    return identity if isinstance(identity, dict) else {}


def _is_of(identity: dict[str, Any], dataset_id: str | None, order: str | None) -> bool:
    if dataset_id is not None:
        return identity.get("id") == dataset_id
    rows = identity.get("rows")
    return order is not None and isinstance(rows, dict) and rows.get("orderSha256") == order


def _alike(name: str, dataset_id: str | None) -> bool:
    if dataset_id is None:
        return False
    derived = _DERIVED.fullmatch(dataset_id)
    said = _UNSURE.sub("", (derived[1] if derived else dataset_id).lower())
    return said != "" and said == _UNSURE.sub("", name.lower())


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
