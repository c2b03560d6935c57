"""A dataset in a file or a folder that stays there, and is read while it is shown."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..anndata import AnnDataSource
from ..options import Options
from ..source import DatasetError
from .groups import read_parts
from .mudata import choose_modality, parts_in_group
from .parts import Parts
from .watched import Watched


@dataclass(frozen=True)
class Opened:
    """What is read while it stays open.

    Attributes
    ----------
    path
        Where it is.
    kind
        What it is, for people.
    root
        Its outermost group.
    watched
        What tells that it changed.
    close
        Lets it go.
    seen
        Whether `watched` sees every change in it.
    """

    path: Path
    kind: str
    root: Any
    watched: Watched
    close: Callable[[], None]
    seen: bool


class DiskSource(AnnDataSource):
    """Plays what lies on disk; closes it where it can't be shown.

    Parameters
    ----------
    opened
        What is read.
    options
        See `Options`.

    Raises
    ------
    DatasetError
        If it can't be read as an AnnData or a MuData, or can't be shown.
    """

    def __init__(self, opened: Opened, options: Options) -> None:
        self._opened = opened
        given = options.copy()
        try:
            if names := _modalities(opened.root):
                given["modality"] = choose_modality(names, options.get("modality"))
            elif options.get("modality") is not None:
                raise DatasetError(
                    f"modality is {options['modality']!r}, but {opened.path.name} has none"
                )
            super().__init__(
                _parts(opened.root, given), kind=opened.kind, watched=opened.watched, **given
            )
        except BaseException as error:
            opened.close()
            if isinstance(error, DatasetError) or not isinstance(error, Exception):
                raise
            # Whatever HDF5, Zarr and anndata say of a file that is damaged, or something else.
            raise DatasetError(
                f"{opened.path.name} can't be read as an AnnData: {type(error).__name__}: {error}"
            ) from error
        if opened.seen:
            self._makings = itertools.repeat(0)
            self.revision = opened.watched.revision(sorted(self.options().items()))

    def close(self) -> None:
        """Let the file go; nothing more can be read."""
        super().close()
        self._opened.close()


def name_of(path: Path, suffixes: Iterable[str]) -> str:
    """Give what a dataset is called by its path."""
    for suffix in suffixes:
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return path.name[: -len(suffix)]
    return path.name


def _modalities(root: Any) -> list[str]:
    if "mod" not in root or "obs" not in root:
        return []
    order = root["mod"].attrs.get("mod-order")
    return [str(name) for name in (list(root["mod"]) if order is None else order)]


def _parts(root: Any, options: Options) -> Parts:
    modality, wanted = options.get("modality"), options.get("embeddings")
    return read_parts(root) if modality is None else parts_in_group(root, modality, wanted)
